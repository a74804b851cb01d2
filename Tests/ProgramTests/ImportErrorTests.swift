import AcrCore
import Foundation
import TestSupport
import Testing

/// Every way in which the service refuses or fails (wire facts, 3.6), as a person sees it. The emulator says what the
/// service was reported to say; where it cannot get there by itself, a test puts the words into its mouth.
@Suite("Every failure of an import by the service, word for word", .serialized)
struct ImportErrorTests {
  struct Case: Sendable {
    let name: String
    /// The command line behind `import --name myregistry`, unless it names another target.
    let line: String
    /// Requests to the emulator's own interface before it: path and body.
    var before: [(path: String, body: JSONValue)] = []
    let kind: String
    let message: String
    let help: String?
  }

  /// Registries beside those of the sample world.
  static let registries = """
    {"name": "closedregistry", "subscription": "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e", "resourceGroup": "g",
     "networkRuleSet": {"defaultAction": "Deny"}, "networkRuleBypassOptions": "None", "images": ["aci-helloworld:latest"],
     "roleAssignments": [{"principal": "\(AzureWorld.principal)", "role": "Owner"}]},
    {"name": "abacregistry", "subscription": "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e", "resourceGroup": "g",
     "roleAssignmentMode": "AbacRepositoryPermissions", "images": ["aci-helloworld:latest"],
     "roleAssignments": [{"principal": "\(AzureWorld.principal)", "role": "Reader"}]},
    {"name": "classicregistry", "subscription": "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e", "resourceGroup": "g",
     "sku": "Classic", "roleAssignments": [{"principal": "\(AzureWorld.principal)", "role": "Owner"}]},
    {"name": "strangeregistry", "subscription": "bbbb1b1b-cc2c-dd3d-ee4e-ffffff5f5f5f", "resourceGroup": "g",
     "images": ["aci-helloworld:latest"]}
    """

  static func id(
    _ name: String, group: String = "g", subscription: String = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e"
  ) -> String {
    "/subscriptions/\(subscription)/resourceGroups/\(group)/providers/Microsoft.ContainerRegistry/registries/\(name)"
  }

  static func says(_ reason: String) -> [(path: String, body: JSONValue)] {
    [("imports", ["failures": [.string(reason)]])]
  }

  static func answers(_ status: Int64, _ code: String, _ message: String = "m") -> [(path: String, body: JSONValue)] {
    let body: JSONValue = ["error": ["code": .string(code), "message": .string(message)]]
    return [
      (
        "faults",
        ["method": "POST", "path": "*/importImage", "times": 1, "status": .integer(status), "body": .string(body.text)]
      )
    ]
  }

  static let acr = "--source mysourceregistry.azurecr.io/aci-helloworld:latest --image a:1"
  static let hub = "--source docker.io/library/hello-world:latest --image a:1"
  static let quay = "--source mcr.microsoft.com/hello-world:latest --image a:1"
  static let direct = "try again; if it stays so, --engine direct reads whole blobs"

  // MARK: The source refuses

  static let sourceCases = [
    Case(
      name: "library/ is missing", line: "--registry docker.io --source nats:1 --image a:1", kind: "auth",
      message: "the source refused: there is no public repository `nats` in `docker.io`",
      help: "Docker Hub's own images are in `library`: --source docker.io/library/nats"),
    Case(
      name: "a private repository", line: "--source docker.io/sourcerepo/sourceimage:tag --image a:1", kind: "auth",
      message: "the source refused: anonymous requests may not pull `sourcerepo/sourceimage` in `docker.io`",
      help: "give credentials for it: --username USER --password PASSWORD; or check the name, since registries answer "
        + "like this to unknown ones, too"),
    Case(
      name: "wrong credentials",
      line: "--source docker.io/sourcerepo/sourceimage:tag --image a:1 --username sample --password wrong-secret-one",
      kind: "auth",
      message: "the source refused: the user `sample` may not pull `sourcerepo/sourceimage` in `docker.io`",
      help: "check the password, and whether the user `sample` may pull there; repositories of Docker Hub without an "
        + "owner are called library/NAME"),
    Case(
      name: "a refused token",
      line: "--source sourceregistry.azurecr.io/sourcerrepo:tag --image a:1 --password wrong-secret-two", kind: "auth",
      message: "the source refused: the access token may not pull `sourcerrepo` in `sourceregistry.azurecr.io`",
      help: "check the password, and whether the access token may pull there"),
    Case(
      name: "no right to pull at a source of the account",
      line: "--source abacregistry.azurecr.io/aci-helloworld "
        + "--image a:1", kind: "denied",
      message: "the source refused: this account may see `abacregistry`, and may not pull `aci-helloworld`",
      help: "ask its owner for the role `Container Registry Repository Reader`"),
    Case(
      name: "no right at a source given by its id",
      line: "--registry \(id("strangeregistry", subscription: "bbbb1b1b-cc2c-dd3d-ee4e-ffffff5f5f5f")) "
        + "--source aci-helloworld:latest --image a:1", kind: "denied",
      message: "the source refused: `\(AzureWorld.principal)` may import into `myregistry`, and may not read "
        + "`strangeregistry`",
      help: "ask the owner of `strangeregistry` for the role `Reader` and for `AcrPull` (or `Container Registry "
        + "Repository Reader` where roles are for repositories) there"),
    Case(
      name: "a challenge without a scope", line: quay,
      before: says(
        #"Invalid message Unauthorized Unauthorized {"errors":[{"code":"UNAUTHORIZED","message":"Access to the requested"#
          + #" resource is not authorized"}]}"#), kind: "auth",
      message: "the source refused: `mcr.microsoft.com` uses a sign-in method that Azure does not support",
      help: "use --engine direct: acrsh supports this method"),
    Case(
      name: "the firewall of a source given by its host",
      line: "--source privateregistry.azurecr.io/aci-helloworld:latest --image a:1 --username sample "
        + "--password sample-password", kind: "denied",
      message:
        "the source refused: the firewall of `privateregistry.azurecr.io` does not let the service in (its address "
        + "is 20.0.0.1)",
      help:
        "name an Azure registry by its id (--registry ID), so that the service comes as a trusted one, or allow the "
        + "address"),
    Case(
      name: "the firewall of a source given by its id",
      line: "--registry \(id("closedregistry")) --source aci-helloworld:latest --image a:1", kind: "denied",
      message: "the source refused: the firewall of `closedregistry` does not let the service in (its address is "
        + "20.0.0.1)",
      help: "let trusted services pass the firewall of `closedregistry`: set `networkRuleBypassOptions` to "
        + "`AzureServices`"),
    Case(
      name: "Docker Hub's abuse limit", line: hub,
      before: says("Invalid message 429 Too Many Requests Too Many Requests (HAP429)."), kind: "throttled",
      message: "the source refused: Docker Hub is rate-limiting Azure's addresses",
      help: "try again later, or give a Docker account: --username USER --password PASSWORD"),
    Case(
      name: "Docker Hub's pull limit", line: hub, before: [("pulls/docker.io", ["left": 0])], kind: "throttled",
      message: "the source refused: the anonymous pull limit of `docker.io` is used up for Azure's addresses",
      help: "use your own pull limit: --username USER --password PASSWORD"),
    Case(
      name: "another registry's limit", line: quay,
      before: says("Invalid message 429 Too Many Requests Ref A: 1 Ref B: 2"), kind: "throttled",
      message: "the source refused: `mcr.microsoft.com` is rate-limiting requests", help: "try again later"),
    Case(
      name: "no such image", line: "--source mcr.microsoft.com/hello-world:none --image a:1", kind: "not-found",
      message: "the source `mcr.microsoft.com` has no such image",
      help: "check the repository and the tag: repository show-tags --name mcr.microsoft.com --repository REPOSITORY"),
    Case(
      name: "no such registry", line: "--source nowhere.example/app:1 --image a:1", kind: "network",
      message: "the service cannot reach the source `nowhere.example`",
      help: "check its name; if only this network reaches it, import with --engine direct"),
    Case(
      name: "no digests", line: quay, before: says("No value specified for Docker-Content-Digest OK OK {}"),
      kind: "invalid",
      message: "the source `mcr.microsoft.com` does not report the digests of its manifests, which Azure needs",
      help: "--engine direct: acrsh computes them itself"),
    Case(
      name: "too many manifests", line: quay,
      before: says("The image has 51 manifests. The maximum number of manifests for an imported image is 50."),
      kind: "usage", message: "the image has more manifests than the service imports, which is 50",
      help: "--engine direct has no such limit; or import one platform by its digest"),
    Case(
      name: "blobs that cannot be copied", line: quay, before: says("Error copying blobs"), kind: "server",
      message: "the source `mcr.microsoft.com` cannot be read by the service: its blobs could not be copied",
      help: direct),
    Case(
      name: "ranges that are not heeded", line: quay,
      before: [("ranges/mcr.microsoft.com", ["ranges": "ignored"])], kind: "server",
      message:
        "the source `mcr.microsoft.com` cannot be read by the service: it does not answer requests for parts of a "
        + "blob as RFC 7233 says", help: direct),
    Case(
      name: "ranges that are refused", line: quay, before: [("ranges/mcr.microsoft.com", ["ranges": "refused"])],
      kind: "server",
      message:
        "the source `mcr.microsoft.com` cannot be read by the service: it answers requests for parts of a blob with "
        + "an unexpected status", help: direct),
    Case(
      name: "ranges of a wrong length", line: quay, before: [("ranges/mcr.microsoft.com", ["ranges": "short"])],
      kind: "server",
      message:
        "the source `mcr.microsoft.com` cannot be read by the service: it sends more or less of a blob than "
        + "requested", help: direct),
  ]

  // MARK: The target and the resource manager refuse

  static let otherCases = [
    Case(
      name: "a tag that is another image", line: "--source mcr.microsoft.com/hello-world:latest --image taken:1",
      kind: "conflict",
      message: "the target refused: `taken:1` exists in `myregistry.azurecr.io` already, and nothing was copied",
      help: "--force moves the tag"),
    Case(
      name: "the target's network rules", line: "--name closedregistry \(quay)", kind: "denied",
      message: "the target refused: `closedregistry.azurecr.io` does not let the service in",
      help: "let trusted services pass its firewall: set `networkRuleBypassOptions` to `AzureServices`"),
    Case(
      name: "a classic registry", line: "--name classicregistry \(quay)", kind: "usage",
      message: "the registry `classicregistry` is a classic one, which cannot import",
      help: "import to a registry of the tier Basic, Standard or Premium"),
    Case(
      name: "no right to import", line: "--name mysourceregistry \(quay)", kind: "denied",
      message: "`\(AzureWorld.principal)` may not do `Microsoft.ContainerRegistry/registries/importImage/action` on "
        + "`\(id("mysourceregistry", group: "sourceResourceGroup"))`",
      help: "ask the owner for the role `Container Registry Data Importer and Data Reader` on "
        + "`\(id("mysourceregistry", group: "sourceResourceGroup"))`; a new role takes effect after some minutes"),
    Case(
      name: "no such registry by its id",
      line: "--registry \(id("nothing", group: "sourceResourceGroup")) --source aci-helloworld --image a:1",
      kind: "not-found", message: "there is no registry `nothing` in the resource group `sourceResourceGroup`",
      help: "list them: acr list"),
    Case(
      name: "no such group", line: "--registry \(id("nothing", group: "nogroup")) --source aci-helloworld --image a:1",
      kind: "not-found",
      message: "there is no resource group `nogroup` in the subscription `aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e`",
      help: nil),
    Case(
      name: "no such subscription",
      line: "--registry \(id("nothing", subscription: "dddd3d3d-ee4e-ff5f-aa6a-bbbbbb7b7b7b")) --source aci-helloworld "
        + "--image a:1", kind: "not-found",
      message: "there is no subscription `dddd3d3d-ee4e-ff5f-aa6a-bbbbbb7b7b7b` that this account can see",
      help: "list them: account list"),
    Case(
      name: "an expired token", line: acr, before: answers(401, "ExpiredAuthenticationToken"), kind: "auth",
      message: "`management.azure.com` says that the token has expired", help: "sign in again: login"),
    Case(
      name: "an invalid token", line: acr, before: answers(401, "InvalidAuthenticationToken", "The token is invalid."),
      kind: "auth", message: "`management.azure.com` does not accept the token: The token is invalid.",
      help: "sign in again: login"),
    Case(
      name: "a token of another tenant", line: acr, before: answers(401, "InvalidAuthenticationTokenTenant"),
      kind: "auth",
      message: "the token is of another tenant than the subscription `aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e`",
      help: "sign in to the subscription's own tenant: login --tenant TENANT"),
    Case(
      name: "a lock", line: acr, before: answers(409, "ScopeLocked"), kind: "conflict",
      message: "a lock forbids changes to the registry `myregistry`", help: "remove the lock first"),
    Case(
      name: "a conflict", line: acr, before: answers(409, "Conflict", "Something else is going on."), kind: "conflict",
      message: "`management.azure.com` reported a conflict: Something else is going on.", help: nil),
    Case(
      name: "a policy", line: acr, before: answers(403, "RequestDisallowedByPolicy", "No imports here."),
      kind: "denied", message: "a policy of the subscription forbids this: No imports here.",
      help: "ask the subscription's owner for an exemption, or do it as the policy says"),
    Case(
      name: "a server that fails", line: acr, before: answers(500, "InternalServerError", "Try again."),
      kind: "server", message: "`management.azure.com` failed with status 500: Try again.", help: nil),
    Case(
      name: "a failure that comes with the status 200", line: acr,
      before: [
        (
          "faults",
          ["path": "*/operationResults/*", "times": 1, "status": 200, "body": #"{"status":"Failed"}"#]
        )
      ], kind: "server", message: "the import into `myregistry` failed, and Azure gave no reason", help: nil),
    Case(
      name: "anything else", line: acr, before: says("Something new."), kind: "server",
      message: "the service could not import into `myregistry`: Something new.", help: nil),
  ]

  /// What must not be seen anywhere: the passwords of these lines, tokens of Entra and of registries, and the signatures
  /// of operations.
  private static let secrets = ["wrong-secret-one", "wrong-secret-two", "sample-password", "eyJ", "&s=", "&c="]

  private func run(_ cases: [Case], imported: [String] = []) async throws {
    try await withAzureWorld(registries: Self.registries) { world in
      let taken = "import --name myregistry \(Self.acr.replacing("a:1", with: "taken:1"))"
      let first = try await world.run(["-c", taken])
      #expect(first.exitCode == 0, "\(first.errorOutput)")
      var seen = ""
      for item in cases {
        for (path, body) in item.before { try await world.admin("POST", path, body) }
        let target = item.line.contains("--name ") ? "" : "--name myregistry "
        let trace = world.directory.path("trace.jsonl")
        let result = try await world.run(
          ["--trace", trace, "--diagnostics", "json", "-c", "import \(target)\(item.line) --no-preflight"])
        #expect(result.exitCode != 0, "\(item.name)")
        let line = result.errorOutput.split(separator: "\n").last { $0.hasPrefix("{") } ?? ""
        let error = (try? JSONValue(parsing: Array(line.utf8))) ?? .null
        #expect(error["kind"]?.string == item.kind, "\(item.name): \(result.errorOutput)")
        #expect(error["message"]?.string == item.message, "\(item.name)")
        #expect(error["help"]?.string == item.help, "\(item.name)")
        seen += result.output + result.errorOutput
        try await world.admin("POST", "ranges/mcr.microsoft.com", ["ranges": "supported"])
        try await world.admin("POST", "pulls/docker.io", [:])
        try await world.admin("DELETE", "faults")
      }
      seen += try String(contentsOfFile: world.directory.path("trace.jsonl"), encoding: .utf8)
      #expect(seen.contains("/importImage"))
      // A trace keeps the names of a query and none of its values.
      seen = seen.replacing("=redacted", with: "")
      for secret in Self.secrets { #expect(!seen.contains(secret), "`\(secret)` is seen") }
      #expect(try await world.content(of: "myregistry").keys.sorted() == (imported + ["taken:1"]))
      try checkFiles(world)
    }
  }

  /// Nothing that these runs left behind holds a password, and only the saved sign-in, which is its owner's alone, a token.
  private func checkFiles(_ world: AzureWorld) throws {
    let home = world.directory.path("home")
    let files = FileManager.default.enumerator(atPath: home)?.compactMap { $0 as? String } ?? []
    #expect(!files.isEmpty)
    for file in files {
      let path = "\(home)/\(file)"
      guard let data = FileManager.default.contents(atPath: path) else { continue }
      let text = String(decoding: data, as: UTF8.self)
      #expect(!text.contains("wrong-secret"), "\(file)")
      guard text.contains("eyJ") || text.contains("sample-password") else { continue }
      #expect(file.hasSuffix("sign-in.json"), "\(file)")
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
      #expect(mode?.intValue == 0o600)
    }
  }

  @Test("the source refuses, or cannot be read")
  func sources() async throws { try await run(Self.sourceCases) }

  @Test("the target or the resource manager refuses")
  func others() async throws {
    // Where the answer to the question is what fails, the import itself has succeeded.
    try await run(Self.otherCases, imported: ["a:1"])
  }
}
