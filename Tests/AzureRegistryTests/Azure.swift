import AcrCore
import AcrHTTP
import AzureIdentity
import Foundation
import TestSupport
import Testing

@testable import AzureRegistry

/// An emulated Azure for one test, and somebody who is signed in to it.
struct Azure: Sendable {
  let program: RunningProgram
  /// The line with addresses that the emulator printed.
  let endpoints: JSONValue
  let identity: AccountManager
  let http: HTTPClient

  var manager: ResourceManager { ResourceManager(http: http, identity: identity) }

  /// The service principal of the article's world.
  static let articlePrincipal = SignInMethod.clientSecret(
    tenant: "72f988bf-0000-0000-0000-000000000001", clientID: "11111111-2222-3333-4444-555555555555",
    secret: Secret("sample-password"))

  /// A client of the control services.
  func control() throws -> LoopbackClient {
    guard let address = endpoints["control"]?.string else { throw TestSupportError("no control address") }
    return try LoopbackClient(authority: address)
  }

  /// The address of a registry or source.
  func address(_ name: String) throws -> String {
    guard let address = (endpoints["registries"]?[name] ?? endpoints["sources"]?[name])?.string else {
      throw TestSupportError("there is no registry \(name)")
    }
    return address
  }

  /// The emulator's own interface.
  @discardableResult
  func admin(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> LoopbackClient.Answer {
    let answer = try await control().send(method, "/emulator/\(path)", body: body.map { Array($0.text.utf8) })
    guard answer.status < 300 else { throw TestSupportError("\(path): \(answer.status) \(answer.text)") }
    return answer
  }

  /// What the emulator was asked since it was last asked to forget, as `METHOD PATH`.
  func requests() async throws -> [String] {
    let answer = try await admin("GET", "requests")
    let json = try JSONValue(parsing: answer.body)
    let items = json.array ?? json["requests"]?.array ?? []
    return items.map { "\($0["method"]?.string ?? "") \($0["path"]?.string ?? "")" }
  }
}

/// The way to the loopback servers of these tests: the real transport.
let sharedTransport = CurlTransport(.init(userAgent: "acrsh-tests", variable: { _ in nil }))

/// Retries without waits worth waiting for.
let quickHTTP = HTTPClient(
  transport: sharedTransport, retry: RetryPolicy(firstDelay: .milliseconds(1), longestDelay: .milliseconds(5)))

/// A session of a cloud that is one loopback server.
func makeIdentity(control: String) throws -> AccountManager {
  let url = control.hasPrefix("http") ? control : "http://\(control)"
  let cloud = try AzureCloud(
    name: "Emulated",
    settings: [
      .activeDirectory: url, .resourceManager: url, .activeDirectoryResourceID: "https://management.core.windows.net/",
      .acrLoginServer: ".azurecr.io",
    ])
  return AccountManager(
    cloud: cloud, context: IdentityContext(transport: sharedTransport, environment: [:]))
}

/// Runs a body with an emulated Azure that is stopped afterwards.
/// - Parameters:
///   - world: its configuration; nil for the article's.
///   - usesAzureNames: true for registries and sources by their own names, which requests reach through the emulator.
func withAzure<Result>(
  world: String? = nil, as method: SignInMethod = Azure.articlePrincipal, usesAzureNames: Bool = false,
  _ body: (Azure) async throws -> Result
) async throws -> Result {
  try await withTemporaryDirectory { directory in
    var arguments = ["--data", directory.path("data")] + (usesAzureNames ? ["--azure-names"] : [])
    if let world {
      try Data(world.utf8).write(to: URL(fileURLWithPath: directory.path("world.json")))
      arguments += ["--config", directory.path("world.json")]
    }
    let program = try Program(try BuiltProducts.executable("acr-emulator"), arguments).start()
    defer { program.stop() }
    let isReady = try await program.waitForOutput(within: .seconds(60)) { output, _ in output.contains("\n") }
    guard isReady else { throw TestSupportError("the emulator did not start: \(program.errorOutput)") }
    let endpoints = try JSONValue(parsing: Array(program.output.utf8))
    guard let control = endpoints["control"]?.string else { throw TestSupportError("no control address") }
    let identity = try makeIdentity(control: control)
    try await identity.signIn(method)
    var http = quickHTTP
    if usesAzureNames {
      let variables = [
        "HTTPS_PROXY": "http://\(control)", "SSL_CERT_FILE": endpoints["certificateAuthority"]?.string ?? "",
      ]
      http = HTTPClient(
        transport: CurlTransport(.init(userAgent: "acrsh-tests") { variables[$0] }),
        retry: RetryPolicy(firstDelay: .milliseconds(1), longestDelay: .milliseconds(5)))
    }
    return try await body(Azure(program: program, endpoints: endpoints, identity: identity, http: http))
  }
}

/// The error that `work` throws.
func failure(
  of work: () async throws -> some Any, _ location: SourceLocation = #_sourceLocation
) async throws -> AcrError {
  do {
    _ = try await work()
  } catch let error as AcrError {
    return error
  }
  Issue.record("nothing was thrown", sourceLocation: location)
  throw TestSupportError("nothing was thrown")
}
