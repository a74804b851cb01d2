import AcrCore
import AcrLanguage
import AcrRuntime

/// What `import` and `preflight` are told: source and targets.
struct ImportParameters: ParameterSet {
  let from = Positional<String?>("from", help: "the image, as a whole reference", completer: .reference)
  let to = Positional<String?>("to", help: "what it becomes, as a whole reference", completer: .reference)
  let name: Flag<String?>
  let source = Flag<String?>(
    "source", help: "the image to import, with its registry unless --registry names it", completer: .reference)
  let image = Flag<[String]>(
    "image", short: "t", defaultText: "as in the source", help: "the image's repository:tag in the target",
    completer: .image(of: "name"))
  let repository = Flag<[String]>(
    "repository", help: "a repository to import into without a tag", completer: .repository(of: "name"))
  let registry = Flag<String?>(
    "registry", short: "r", help: "the source's registry: a name, a host or a resource id", completer: .registry)
  let username = Flag<String?>("username", short: "u", help: "the user for the source's registry")
  let password = Flag<Secret?>("password", short: "p", help: "the password or token for the source's registry")
  let allTags = Switch("all-tags", help: "also the other tags of the source that point at the same image")
  let force: Switch
  let resourceGroup = Flag<String?>(
    "resource-group", short: "g", help: "the resource group of the registry to import into")
  let subscription = Flag<String?>(
    "subscription", short: "s", help: "the subscription of the registry to import into, by name or id")

  init() { self.init(isPreflight: false) }

  init(isPreflight: Bool) {
    let target = "the registry to import into"
    name = Flag(
      "name", short: "n", help: isPreflight ? target : "\(target): a name, a host, or oci:PATH", completer: .registry)
    force = Switch(
      "force",
      help: isPreflight
        ? "tags that point at another image may be moved"
        : "moves tags that point at another image; in a folder it also replaces damaged files")
  }
}
