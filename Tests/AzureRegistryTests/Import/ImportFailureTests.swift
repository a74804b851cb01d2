import AcrCore
import HTTPTypes
import Testing

@testable import AzureRegistry

@Suite("A failed import says which side refused, what is missing, and the cure")
struct ImportFailureTests {
  static let prefix =
    "Operation registries-1 failed. Resource /subscriptions/s/resourceGroups/g/providers/"
    + "Microsoft.ContainerRegistry/registries/first "

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var status = 400
    var code = "InvalidParameters"
    let said: String
    var source = ImportFailureTests.hub
    let kind: ErrorKind
    let message: String
    let help: String?
    var testDescription: String { name }
  }

  static let hub = ImportFailure.Source.host(.dockerHub, user: nil, hasCredentials: false)

  static func host(_ name: String, user: String? = nil, hasCredentials: Bool = false) -> ImportFailure.Source {
    guard let host = try? RegistryHost(name) else { return hub }
    return .host(host, user: user, hasCredentials: hasCredentials)
  }

  static func name(of source: ImportFailure.Source) -> String {
    switch source {
    case .registry: "second"
    case .host(let host, _, _): host.name
    }
  }

  static func linked(_ roles: AzureRegistryInfo.RoleAssignmentMode?) -> ImportFailure.Source {
    let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/second"
    return AzureResourceID(registry: id).map { .registry($0, roles: roles) } ?? hub
  }

  static func unauthorized(_ name: String) -> String {
    prefix + #"Invalid message Unauthorized Unauthorized {"errors":[{"code":"UNAUTHORIZED","message":"#
      + #""authentication required","detail":[{"Type":"repository","Class":"","Name":"\#(name)","Action":"pull"}]}]}"#
  }

  static let firewall =
    prefix + #"Invalid message Forbidden Forbidden {"errors":[{"code":"DENIED","message":"client with IP "#
    + #"'20.1.2.3' is not allowed access. Refer https://aka.ms/acr/firewall to grant access."}]}"#

  static let cases: [Case] = [
    Case(
      name: "library/ is missing", said: unauthorized("nats"), kind: .auth,
      message: "the source refused: there is no public repository `nats` in `docker.io`",
      help: "Docker Hub's own images are in `library`: --source docker.io/library/nats"),
    Case(
      name: "anonymous", said: unauthorized("me/private"), kind: .auth,
      message: "the source refused: anonymous requests may not pull `me/private` in `docker.io`",
      help: "give credentials for it: --username USER --password PASSWORD; or check the name, since registries answer "
        + "like this to unknown ones, too"),
    Case(
      name: "refused credentials", said: unauthorized("app"),
      source: host("other.azurecr.io", user: "me", hasCredentials: true), kind: .auth,
      message: "the source refused: the user `me` may not pull `app` in `other.azurecr.io`",
      help: "check the password, and whether the user `me` may pull there"),
    Case(
      name: "refused token", said: unauthorized("app"), source: host("other.azurecr.io", hasCredentials: true),
      kind: .auth, message: "the source refused: the access token may not pull `app` in `other.azurecr.io`",
      help: "check the password, and whether the access token may pull there"),
    Case(
      name: "no right to pull at a source given by its id", said: unauthorized("app"), source: linked(nil),
      kind: .denied,
      message: "the source refused: this account may see `second`, and may not pull `app`",
      help: "ask its owner for the role `AcrPull` (or `Container Registry Repository Reader` where roles are for "
        + "repositories)"),
    Case(
      name: "no right to pull where roles are for registries", said: unauthorized("app"), source: linked(.registry),
      kind: .denied, message: "the source refused: this account may see `second`, and may not pull `app`",
      help: "ask its owner for the role `AcrPull`"),
    Case(
      name: "no right to pull where roles are for repositories", said: unauthorized("app"),
      source: linked(.repository), kind: .denied,
      message: "the source refused: this account may see `second`, and may not pull `app`",
      help: "ask its owner for the role `Container Registry Repository Reader`"),
    Case(
      name: "a challenge without a scope",
      said: prefix + #"Invalid message Unauthorized Unauthorized {"errors":[{"code":"UNAUTHORIZED","message":"#
        + #""Access to the requested resource is not authorized"}]}"#,
      source: host("registry.redhat.io"), kind: .auth,
      message: "the source refused: `registry.redhat.io` uses a sign-in method that Azure does not support",
      help: "use --engine direct: acrsh supports this method"),
    Case(
      name: "firewall of a source given by its host", said: firewall, source: host("second.azurecr.io"), kind: .denied,
      message: "the source refused: the firewall of `second.azurecr.io` does not let the service in (its address is "
        + "20.1.2.3)",
      help:
        "name an Azure registry by its id (--registry ID), so that the service comes as a trusted one, or allow the "
        + "address"),
    Case(
      name: "firewall of a source given by its id", said: firewall, source: linked(nil), kind: .denied,
      message: "the source refused: the firewall of `second` does not let the service in (its address is 20.1.2.3)",
      help: "let trusted services pass the firewall of `second`: set `networkRuleBypassOptions` to `AzureServices`"),
    Case(
      name: "abuse limit", said: prefix + "Invalid message 429 Too Many Requests Too Many Requests (HAP429).",
      kind: .throttled,
      message: "the source refused: Docker Hub is rate-limiting Azure's addresses",
      help: "try again later, or give a Docker account: --username USER --password PASSWORD"),
    Case(
      name: "pull limit, anonymous",
      said: prefix + "Invalid message 429 You have reached your pull rate limit. You may …",
      kind: .throttled,
      message: "the source refused: the anonymous pull limit of `docker.io` is used up for Azure's addresses",
      help: "use your own pull limit: --username USER --password PASSWORD"),
    Case(
      name: "pull limit of an account", said: prefix + "You have reached your pull rate limit.",
      source: host("docker.io", user: "me", hasCredentials: true), kind: .throttled,
      message: "the source refused: `me` has reached its pull limit at `docker.io`",
      help: "try again in some hours, or use an account with a higher pull limit"),
    Case(
      name: "throttled", said: prefix + "Invalid message 429 Too Many Requests Ref A: 1 Ref B: 2",
      source: host("mcr.microsoft.com"), kind: .throttled,
      message: "the source refused: `mcr.microsoft.com` is rate-limiting requests", help: "try again later"),
    Case(
      name: "the tag exists", code: "Conflict",
      said: prefix + "app:1 Tag app:1 already exists in target registry.", kind: .conflict,
      message: "the target refused: `app:1` exists in `first.azurecr.io` already, and nothing was copied",
      help: "--force moves the tag"),
    Case(
      name: "the target's network", said: prefix + "Access to first.azurecr.io denied.", kind: .denied,
      message: "the target refused: `first.azurecr.io` does not let the service in",
      help: "let trusted services pass its firewall: set `networkRuleBypassOptions` to `AzureServices`"),
    Case(
      name: "blobs", said: prefix + "Error copying blobs", source: host("quay.io"), kind: .server,
      message: "the source `quay.io` cannot be read by the service: its blobs could not be copied",
      help: "try again; if it stays so, --engine direct reads whole blobs"),
    Case(
      name: "ranges", said: prefix + "Error copying blobs. The remote server may not be RFC 7233 compliant.",
      source: host("quay.io"), kind: .server,
      message: "the source `quay.io` cannot be read by the service: it does not answer requests for parts of a blob as "
        + "RFC 7233 says", help: "try again; if it stays so, --engine direct reads whole blobs"),
    Case(
      name: "range status", said: prefix + "Unexpected response status code", source: host("quay.io"), kind: .server,
      message: "the source `quay.io` cannot be read by the service: it answers requests for parts of a blob with an "
        + "unexpected status", help: "try again; if it stays so, --engine direct reads whole blobs"),
    Case(
      name: "range length", said: prefix + "Unexpected length of body in response", source: host("quay.io"),
      kind: .server,
      message:
        "the source `quay.io` cannot be read by the service: it sends more or less of a blob than requested",
      help: "try again; if it stays so, --engine direct reads whole blobs"),
    Case(
      name: "no digest", said: prefix + "No value specified for Docker-Content-Digest OK OK {}",
      source: host("1.dkr.ecr.us-east-1.amazonaws.com"), kind: .invalid,
      message: "the source `1.dkr.ecr.us-east-1.amazonaws.com` does not report the digests of its manifests, which "
        + "Azure needs", help: "--engine direct: acrsh computes them itself"),
    Case(
      name: "fifty manifests",
      said: prefix + "The image has 51 manifests. The maximum number of manifests for an imported image is 50.",
      kind: .usage, message: "the image has more manifests than the service imports, which is 50",
      help: "--engine direct has no such limit; or import one platform by its digest"),
    Case(
      name: "no such image",
      said: prefix + #"Invalid message NotFound Not Found {"errors":[{"code":"MANIFEST_UNKNOWN","message":"x"}]}"#,
      source: host("quay.io"), kind: .notFound,
      message: "the source `quay.io` has no such image",
      help: "check the repository and the tag: repository show-tags --name quay.io --repository REPOSITORY"),
    Case(
      name: "linked scope", status: 403, code: "LinkedAuthorizationFailed",
      said: "The client 'me' with object id 'o' has permission to perform action "
        + "'Microsoft.ContainerRegistry/registries/importImage/action' on scope '/first'; however, it does not have "
        + "permission to perform action 'read' on the linked scope(s) '/second'.",
      source: linked(nil), kind: .denied,
      message: "the source refused: `me` may import into `first`, and may not read `second`",
      help: "ask the owner of `second` for the role `Reader` and for `AcrPull` (or `Container Registry Repository "
        + "Reader` where roles are for repositories) there"),
    Case(
      name: "no such source", status: 404, code: "ResourceNotFound",
      said: "The source registry '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/"
        + "second' could not be found.", source: linked(nil), kind: .notFound,
      message: "there is no registry with the source's id `/subscriptions/s/resourceGroups/g/providers/"
        + "Microsoft.ContainerRegistry/registries/second`",
      help: "check the id; or name the source by its host: --source HOST/REPOSITORY:TAG"),
    Case(
      name: "no targets", code: "MissingRequestParameter",
      said: "Missing property parameters.TargetTags for the operation against the resource with name first.",
      kind: .usage, message: "the import names no target", help: "name one: --image REPOSITORY:TAG"),
    Case(
      name: "no way to the source", said: prefix + "The registry 'nowhere.example' could not be reached.",
      source: host("nowhere.example"), kind: .network,
      message: "the service cannot reach the source `nowhere.example`",
      help: "check its name; if only this network reaches it, import with --engine direct"),
    Case(
      name: "anything else", said: prefix + "Something new.", kind: .server,
      message: "the service could not import into `first`: Something new.", help: nil),
  ]

  static func target() throws -> AzureRegistryInfo {
    try #require(
      AzureRegistryInfo([
        "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/first",
        "properties": ["loginServer": "first.azurecr.io"],
      ]))
  }

  @Test("word for word", arguments: cases)
  func classified(_ item: Case) throws {
    let document: JSONValue = ["error": ["code": .string(item.code), "message": .string(item.said)]]
    var headers = HTTPFields()
    headers[try #require(HTTPField.Name("x-ms-correlation-request-id"))] = "id-1"
    let answer = ManagerAnswer(
      status: item.status, headers: headers, url: "https://management.azure.com/x", bytes: Array(document.text.utf8))
    let target = try Self.target()
    let error = ImportFailure(
      answer, path: target.id.path, source: item.source, target: target, operationID: "registries-1"
    ).error
    #expect(error.kind == item.kind)
    #expect(error.message == item.message)
    #expect(error.help == item.help)
    #expect(error.code == item.code)
    #expect(error.status == item.status)
    // A script that reads the error gets the registry that refused.
    if item.message.hasPrefix("the source") { #expect(error.target == Self.name(of: item.source)) }
    if item.message.hasPrefix("the target") { #expect(error.target == "first.azurecr.io") }
    #expect(error.requestID == "id-1")
    #expect(error.notes.last == "the operation is `registries-1`")
  }

  @Test("an operation that ends with 404 is about the source, unless it names the target")
  func missingAtTheSource() throws {
    let target = try Self.target()
    func error(_ said: String, operationID: String?) -> AcrError {
      let document: JSONValue = ["error": ["code": "NotFound", "message": .string(said)]]
      let answer = ManagerAnswer(
        status: 404, headers: [:], url: "https://management.azure.com/x", bytes: Array(document.text.utf8))
      return ImportFailure(
        answer, path: target.id.path, source: Self.host("quay.io"), target: target, operationID: operationID
      ).error
    }
    let source = error("", operationID: "registries-1")
    #expect(source.kind == .notFound)
    #expect(source.message == "the source `quay.io` has no such image")
    #expect(source.help == "check the repository and the tag there")
    let named = error("The registry \(target.id.description) was not found.", operationID: "registries-1")
    #expect(named.kind == .notFound && !named.message.contains("quay.io"), "\(named.message)")
    let before = error("", operationID: nil)
    #expect(!before.message.contains("quay.io"), "\(before.message)")
  }

  @Test("inner errors stand below the sentence")
  func inner() throws {
    let document: JSONValue = [
      "error": [
        "code": "InvalidParameters", "message": "Something new.",
        "details": [["code": "Upstream", "message": "the source closed the connection"]],
      ]
    ]
    let answer = ManagerAnswer(
      status: 400, headers: [:], url: "https://management.azure.com/x", bytes: Array(document.text.utf8))
    let target = try Self.target()
    let error = ImportFailure(
      answer, path: target.id.path, source: Self.hub, target: target, operationID: "registries-1"
    ).error
    #expect(error.notes.contains("(Upstream) the source closed the connection"), "\(error.notes)")
  }

  @Test("a status of failure without words", arguments: ["Failed", "Canceled"])
  func silent(_ status: String) throws {
    let answer = ManagerAnswer(
      status: 200, headers: [:], url: "https://management.azure.com/x", bytes: Array(#"{"status":"\#(status)"}"#.utf8))
    let target = try Self.target()
    let error = ImportFailure(answer, path: target.id.path, source: Self.hub, target: target).error
    #expect(error.kind == .server)
    #expect(
      error.message
        == "the import into `first` "
        + (status == "Failed" ? "failed, and Azure gave no reason" : "was cancelled in Azure"))
  }
}
