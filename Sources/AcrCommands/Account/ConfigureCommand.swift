import AcrCore
import AcrLanguage
import AcrRuntime
import AcrSystem

/// `configure`: values for flags that commands are not told.
struct ConfigureCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let more = Rest<String>("more", help: "further NAME=VALUE pairs behind --defaults")
    let defaults = Flag<[String]>(
      "defaults", short: "d", help: "NAME=VALUE; the names are acr, group and policy",
      completer: .fixed(Defaults.names.map { "\($0)=" }))
    let scope = Flag<String?>(
      "scope", help: "accepted as the Azure CLI's: defaults are the person's", completer: .fixed(["global", "local"]))
    let listDefaults = Switch("list-defaults", short: "l", help: "shows what is chosen")
  }

  let signature = Signature(
    "configure",
    summary: "Sets or shows the defaults of flags",
    description: """
      `acr` is the default registry of commands, `group` its resource group, `policy` the \
      file of `--policy` for import, mirror and preflight. Defaults are kept for later sessions. \
      An empty value (`acr=`) removes one. Without flags, shows the defaults.
      """,
    group: .session,
    examples: [
      .init("One registry for all commands", "configure --defaults acr=myregistry"),
      .init("One policy for all imports", "configure --defaults policy=policy.yaml"),
      .init("What is chosen", "configure --list-defaults"),
    ],
    columns: [
      Column("name", help: "the default's name"), Column("value", help: "its value"),
    ])

  func run(_ call: Call<Parameters>) throws -> Output {
    let pairs = call[\.defaults] + call[\.more]
    for pair in pairs { try locate(call.parameters.defaults) { try set(pair) } }
    guard pairs.isEmpty else { return .nothing }
    let chosen = try session.defaults.all()
    let rows = chosen.sorted { $0.key < $1.key }.map { name, value in
      Value.record(Record(["name": .string(name), "value": .string(value)]))
    }
    return .value(.list(rows))
  }

  private func set(_ pair: String) throws {
    guard let equals = pair.firstIndex(of: "=") else {
      throw AcrError(.usage, "`\(pair)` is not NAME=VALUE", help: "for example `--defaults acr=myregistry`")
    }
    let name = String(pair[..<equals])
    guard Defaults.names.contains(name) else {
      throw AcrError(
        .usage, "there is no default called `\(name)`",
        help: "there are \(Defaults.names.map { "`\($0)`" }.joined(separator: ", "))")
    }
    var value = String(pair[pair.index(after: equals)...])
    if name == Defaults.policy, !value.isEmpty {
      // A policy that cannot be read would stop every import, and its place must not depend on the folder.
      _ = try PolicyFile.read(value, standardRoot: session.standardRoot)
      value = FileSystem.resolved(value) ?? value
    }
    if name == Defaults.registry, !value.isEmpty { _ = try RegistryText(value) }
    try session.defaults.set(name, to: value)
  }
}
