import AcrSystem
import AcrCommands
import AcrCore
import AcrHTTP
import AcrRuntime
import Synchronization

/// An Azure of this machine's own for one session: `acr-emulator`, running beside the program, to which all hosts lead. It
/// is started when it is first needed, and ends with the program, whatever way that ends.
final class Sandbox: Sendable {
  /// The service principal that a sandbox is signed in as (docs/sandbox.md).
  static let clientID = "11111111-2222-3333-4444-555555555555"
  /// The password of everybody in it.
  static let password = "sample-password"

  /// A sandbox that has started.
  struct Running: Sendable {
    /// Where everything but registries answers, as `127.0.0.1:PORT`.
    let control: String
    /// The certificates to trust.
    let certificateAuthority: String
    /// The Sigstore instance that vouches for its signed images.
    var trustedRoot: String? { endpoints["trustedRoot"]?.string }
    fileprivate let endpoints: JSONValue
    fileprivate let process: ChildProcess

    /// The loopback registries that it answers for, as `localhost:5000`. Other programs' loopback ports stay reachable.
    var servedLoopback: Set<String> {
      Set((endpoints["sources"]?.members ?? []).map(\.name).filter { $0.hasPrefix("localhost:") })
    }

    /// The proxy that leads all hosts to it, under the names that curl looks for.
    @Sendable func proxyVariable(_ name: String) -> String? {
      ["https_proxy", "http_proxy"].contains(name) ? "http://\(control)" : nil
    }

    /// Says where managed identities answer, and how the session is signed in from the start.
    var start: AzureContext.Start {
      var variables: [String: String] = [:]
      variables["IDENTITY_ENDPOINT"] = endpoints["identityEndpoint"]?.string
      variables["IDENTITY_HEADER"] = endpoints["identityHeader"]?.string
      return AzureContext.Start(
        environment: variables,
        signIn: .clientSecret(
          tenant: endpoints["tenant"]?.string ?? "", clientID: Sandbox.clientID, secret: Secret(Sandbox.password)))
    }
  }

  private let started = Mutex<Running?>(nil)

  /// The sandbox, which is started with the first call; others wait for it.
  /// - Throws: ``AcrError`` of kind `not-found` where the program is missing, and what it says where it does not start.
  func running() throws(AcrError) -> Running {
    try started.withLock { started throws(AcrError) in
      if let started { return started }
      let new = try Sandbox.start()
      started = new
      return new
    }
  }

  /// Starts it without waiting for it.
  func prepare() {
    let thread = SystemThread { _ = try? self.running() }
    thread?.detach()
  }

  /// Ends it.
  func stop() {
    let running = started.withLock { started in
      defer { started = nil }
      return started
    }
    if let running { _ = running.process.stop() }
  }

  private static func start() throws(AcrError) -> Running {
    let process: ChildProcess
    do throws(AcrError) {
      var command = ChildCommand(Sandbox.program, ["--sandbox", "--azure-names", "--stop-with-stdin"])
      command.hasOwnGroup = true
      command.endsWithProcess = false
      process = try ChildProcess(command)
    } catch  where error.kind == .notFound {
      throw AcrError(
        .notFound, "the sandbox needs the program `acr-emulator`, which is not beside acrsh and not on PATH",
        help: "build it: scripts/build --sandbox")
    }
    guard let line = process.firstLine(), let endpoints = try? JSONValue(parsing: line),
      let control = endpoints["control"]?.string, let authority = endpoints["certificateAuthority"]?.string
    else {
      let said = String(decoding: process.stop().errors, as: UTF8.self).split(whereSeparator: \.isNewline).first
      throw AcrError(.server, "the sandbox did not start\(said.map { ": \($0)" } ?? "")")
    }
    return Running(control: control, certificateAuthority: authority, endpoints: endpoints, process: process)
  }

  /// The emulator beside this program, or on PATH.
  private static var program: String {
    if let own = ProcessInformation.programPath {
      let beside = own.prefix(through: own.lastIndex(of: "/") ?? own.startIndex) + "acr-emulator"
      if FileSystem.isProgram(String(beside)) { return String(beside) }
    }
    return "acr-emulator"
  }
}

/// Sends everything to a sandbox, which starts with the first request.
final class SandboxTransport: Transport {
  private let sandbox: Sandbox
  private let configure: @Sendable (Sandbox.Running) -> CurlTransport
  private let transport = Mutex<CurlTransport?>(nil)

  /// - Parameter configure: makes the transport that knows the way.
  init(_ sandbox: Sandbox, configure: @escaping @Sendable (Sandbox.Running) -> CurlTransport) {
    self.sandbox = sandbox
    self.configure = configure
  }

  func send(_ request: TransportRequest) async throws -> TransportResponse {
    let running = try sandbox.running()
    let transport = transport.withLock { transport in
      if let transport { return transport }
      let new = configure(running)
      transport = new
      return new
    }
    return try await transport.send(request)
  }

  /// Ends every transfer.
  func shutDown() { transport.withLock { $0.take() }?.shutDown() }
}
