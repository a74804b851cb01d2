import Foundation

/// A real registry: Debian's `docker-registry` (CNCF distribution 2.8) on a free port of 127.0.0.1 with its own storage.
///
/// Beside the registry under test a second, unprotected process serves the same storage at ``directAuthority``. Tests push
/// and verify through that one, so that what they prepare is neither subject to authentication nor in ``requestLog()``.
public final class RegistryServer: Sendable {
  /// Who may use the registry, and how.
  public enum Protection: Sendable {
    /// HTTP without authentication.
    case plain
    /// HTTPS with a certificate of a test authority (``RegistryServer/caFile``), and one user with Basic authentication.
    case tlsWithPassword(user: String, password: String)
    /// HTTP with Bearer tokens of this server, which the caller stops.
    case token(TokenServer)
  }

  /// One line of the access log.
  public struct RequestLine: Sendable, Equatable, CustomStringConvertible {
    /// For example `GET`.
    public let method: String
    /// The request target with its query.
    public let path: String
    /// The status of the answer.
    public let status: Int
    /// `GET /v2/ 200`
    public var description: String { "\(method) \(path) \(status)" }
  }

  /// `127.0.0.1:port` of the registry under test.
  public let authority: String
  /// `http://127.0.0.1:port`, or with `https`.
  public let url: String
  /// `127.0.0.1:port` of the unprotected second door to the same storage, over HTTP.
  public let directAuthority: String
  /// The certificate of the authority, in PEM; nil where the registry has no TLS.
  public let caFile: String?
  /// The folder that holds `ca.crt`, for `skopeo --cert-dir`; nil where the registry has no TLS.
  public let certificateDirectory: String?

  private let directory: TemporaryDirectory
  private let main: RunningProgram
  private let direct: RunningProgram
  private let forgotten = Monitor(0)
  private let configurationFile: String

  /// Starts the registry and waits until it listens.
  /// - Throws: ``TestSupportError`` with the package to install, or with what the registry wrote to standard error.
  public init(_ protection: Protection = .plain) async throws {
    let program = try Program.locate("docker-registry", package: "docker-registry")
    directory = try TemporaryDirectory()
    var started: [RunningProgram] = []
    do {
      let storage = try directory.makeDirectory("storage")
      var httpLines = ""
      var authLines = ""
      var scheme = "http"
      var caFile: String?
      switch protection {
      case .plain: break
      case .tlsWithPassword(let user, let password):
        scheme = "https"
        let certificates = try await TestCertificates(in: directory)
        try directory.makeDirectory("certificates")
        let caBytes = try directory.read("ca.crt")
        caFile = try directory.write(caBytes, to: "certificates/ca.crt")
        let htpasswd = try Program.locate("htpasswd", package: "apache2-utils")
        let line = try await Program(htpasswd, ["-Bbn", "-C", "4", user, password]).succeed()
        let passwordFile = try directory.write(line.outputBytes, to: "htpasswd", mode: 0o600)
        httpLines = """

            tls:
              certificate: \(certificates.certificateFile)
              key: \(certificates.keyFile)
          """
        authLines = "auth:\n  htpasswd:\n    realm: acrsh-test\n    path: \(passwordFile)\n"
      case .token(let server):
        authLines = """
          auth:
            token:
              realm: \(server.realm)
              service: \(server.service)
              issuer: \(server.issuer)
              rootcertbundle: \(server.certificateFile)

          """
      }
      let mainFile = try directory.write(
        Self.configuration(storage, logsRequests: true, http: httpLines, auth: authLines), to: "main.yml")
      let directFile = try directory.write(
        Self.configuration(storage, logsRequests: false, http: "", auth: ""), to: "direct.yml")
      configurationFile = directFile
      // The minimal environment has no REGISTRY_* variables, which would override the file.
      // A test run that crashes cannot stop anything, so the system is asked to.
      let guardian = try Program.locate("setpriv", package: "util-linux")
      let serve = ["--pdeathsig", "KILL", program, "serve"]
      main = try Program(guardian, serve + [mainFile]).start()
      started.append(main)
      direct = try Program(guardian, serve + [directFile]).start()
      started.append(direct)
      authority = try await Self.waitForAddress(main)
      directAuthority = try await Self.waitForAddress(direct)
      url = "\(scheme)://\(authority)"
      self.caFile = caFile
      certificateDirectory = caFile.map { ($0 as NSString).deletingLastPathComponent }
    } catch {
      for process in started { process.stop() }
      directory.remove()
      throw error
    }
  }

  /// What the registry wrote to standard error so far.
  public var errorOutput: String { main.errorOutput }

  /// The requests to ``authority`` so far, without those forgotten, in the order in which their answers ended.
  ///
  /// The registry writes a line after the client has the answer, so this waits until no line came for a tenth of a second.
  public func requestLog() async throws -> [RequestLine] {
    Array(try await settledLines().dropFirst(forgotten.current))
  }

  /// Leaves all requests so far out of what ``requestLog()`` gives from now on.
  public func forgetRequests() async throws {
    let count = try await settledLines().count
    forgotten.update { $0 = count }
  }

  /// Ends both processes, waits for them and removes the storage. A second call does nothing.
  public func stop() {
    main.stop()
    direct.stop()
    directory.remove()
  }

  /// Frees what nothing refers to, as an operator does. Nothing may be written meanwhile.
  public func collectGarbage() async throws {
    let program = try Program.locate("docker-registry", package: "docker-registry")
    _ = try await Program(program, ["garbage-collect", configurationFile]).succeed()
  }

  /// The bytes of all blobs that are stored, manifests among them.
  public func storedBytes() throws -> Int64 {
    let root = directory.path("storage/docker/registry/v2/blobs")
    var bytes: Int64 = 0
    for name in FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? []
    where name.hasSuffix("/data") {
      bytes +=
        (try FileManager.default.attributesOfItem(atPath: "\(root)/\(name)")[.size] as? NSNumber)?.int64Value ?? 0
    }
    return bytes
  }

  private func settledLines() async throws -> [RequestLine] {
    var text = main.output
    while true {
      try await Task.sleep(for: .milliseconds(100))
      let now = main.output
      if now == text { break }
      text = now
    }
    return text.split(separator: "\n").compactMap(Self.parse)
  }

  /// Reads a line of Apache's combined format: `127.0.0.1 - - [time] "GET /v2/ HTTP/1.1" 200 2 "" "agent"`.
  static func parse(_ line: Substring) -> RequestLine? {
    let quoted = line.split(separator: "\"", omittingEmptySubsequences: false)
    guard quoted.count > 2 else { return nil }
    let request = quoted[1].split(separator: " ")
    guard request.count == 3, let status = quoted[2].split(separator: " ").first.flatMap({ Int($0) }) else {
      return nil
    }
    return RequestLine(method: String(request[0]), path: String(request[1]), status: status)
  }

  private static func configuration(_ storage: String, logsRequests: Bool, http: String, auth: String) -> String {
    """
    version: 0.1
    log:
      level: info
      formatter: text
      accesslog:
        disabled: \(!logsRequests)
    storage:
      filesystem:
        rootdirectory: \(storage)
      delete:
        enabled: true
      maintenance:
        uploadpurging:
          enabled: false
    http:
      addr: 127.0.0.1:0
      secret: acrsh-test\(http)
    \(auth)
    """
  }

  /// Waits for the line in which a registry tells which port the system chose for it.
  private static func waitForAddress(_ program: RunningProgram) async throws -> String {
    _ = try await program.waitForOutput { $1.firstMatch(of: /listening on 127\.0\.0\.1:\d+/) != nil }
    guard let match = program.errorOutput.firstMatch(of: /listening on (127\.0\.0\.1:\d+)/) else {
      throw TestSupportError("docker-registry did not start:\n\(program.errorOutput)")
    }
    return String(match.1)
  }
}

/// Runs `body` with a ``RegistryServer`` and stops it afterwards, also when `body` throws.
public func withRegistryServer<Result>(
  _ protection: RegistryServer.Protection = .plain, isolation: isolated (any Actor)? = #isolation,
  _ body: (RegistryServer) async throws -> Result
) async throws -> Result {
  let server = try await RegistryServer(protection)
  defer { server.stop() }
  return try await body(server)
}
