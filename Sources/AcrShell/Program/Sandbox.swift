import AcrCore
import AcrRuntime
import AzureIdentity
import Glibc

/// An Azure of this machine's own for one session: `acr-emulator`, running beside the program, to which all hosts lead.
/// It ends with the program, whatever way that ends.
final class Sandbox {
  /// The service principal that a sandbox is signed in as (docs/sandbox.md).
  static let clientID = "11111111-2222-3333-4444-555555555555"
  /// The password of everybody in it.
  static let password = "sample-password"

  /// Where everything but registries answers, as `127.0.0.1:PORT`.
  let control: String
  /// The certificates to trust.
  let certificateAuthority: String
  private let endpoints: JSONValue
  private let process: ChildProcess

  /// Starts the emulator and waits until it is ready.
  /// - Throws: ``AcrError`` of kind `not-found` where the program is missing, and what it says where it does not start.
  init() throws(AcrError) {
    let arguments = ["--azure-names", "--stop-with-stdin"]
    do throws(AcrError) {
      process = try ChildProcess(Sandbox.program, arguments, isApart: true)
    } catch  where error.kind == .notFound {
      throw AcrError(
        .notFound, "the sandbox needs the program `acr-emulator`, which is not beside acrsh and not on PATH",
        help: "build it: scripts/build --sandbox")
    }
    guard let line = process.firstLine(), let endpoints = try? JSONValue(parsing: line),
      let control = endpoints["control"]?.string, let authority = endpoints["certificateAuthority"]?.string
    else {
      let said = String(decoding: process.stop().stderr, as: UTF8.self).split(whereSeparator: \.isNewline).first
      throw AcrError(.server, "the sandbox did not start\(said.map { ": \($0)" } ?? "")")
    }
    self.endpoints = endpoints
    self.control = control
    certificateAuthority = authority
  }

  /// Ends it.
  func stop() { _ = process.stop() }

  /// The proxy that leads all hosts to it, under the names that curl looks for.
  func proxyVariable(_ name: String) -> String? {
    ["https_proxy", "http_proxy"].contains(name) ? "http://\(control)" : nil
  }

  /// What says where managed identities answer. Nothing of the real environment is seen.
  var environment: [String: String] {
    var variables: [String: String] = [:]
    variables["IDENTITY_ENDPOINT"] = endpoints["identityEndpoint"]?.string
    variables["IDENTITY_HEADER"] = endpoints["identityHeader"]?.string
    return variables
  }

  /// How a session in it is signed in from the start.
  var signIn: SignInMethod {
    .clientSecret(
      tenant: endpoints["tenant"]?.string ?? "", clientID: Sandbox.clientID, secret: Secret(Sandbox.password))
  }

  /// The emulator beside this program, or on PATH.
  private static var program: String {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = readlink("/proc/self/exe", &path, Int(PATH_MAX))
    if count > 0 {
      let own = String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let beside = own.prefix(through: own.lastIndex(of: "/") ?? own.startIndex) + "acr-emulator"
      if access(String(beside), X_OK) == 0 { return String(beside) }
    }
    return "acr-emulator"
  }
}
