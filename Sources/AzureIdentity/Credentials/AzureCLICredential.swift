import AcrSystem
import AcrCore

/// The account that is signed in to the Azure CLI on this machine: runs `az account get-access-token`.
public struct AzureCLICredential: TokenCredential {
  private let context: IdentityContext
  private let tenant: String?
  private let subscription: String?
  private let timeout: Duration

  /// Creates a credential.
  /// - Parameters:
  ///   - tenant: another tenant than that of az's current subscription.
  ///   - subscription: another subscription than az's current one.
  ///   - timeout: az takes half a second with a token at hand, and some seconds without.
  public init(
    tenant: String? = nil, subscription: String? = nil, timeout: Duration = .seconds(20), context: IdentityContext
  ) {
    self.tenant = tenant
    self.subscription = subscription
    self.timeout = timeout
    self.context = context
  }

  public var cacheName: String { "az \(tenant ?? "") \(subscription ?? "")" }

  public func token(for request: TokenRequest) async throws -> AccessToken {
    guard let program else {
      throw AcrError(.auth, "the Azure CLI is not on PATH", help: "install it, or sign in another way")
    }
    if let claims = request.claims {
      let encoded = Base64.encode(Array(claims.utf8))
      throw AcrError(
        .auth, "the Azure CLI has to sign in again, because the service requires a stronger sign-in",
        help: "az login --claims-challenge \(encoded)")
    }
    var arguments = ["account", "get-access-token", "-o", "json", "--resource", try request.resource()]
    if let tenant = request.tenant ?? tenant {
      arguments.append("--tenant=\(tenant)")
    } else if let subscription {
      arguments.append("--subscription=\(subscription)")
    }
    var command = ChildCommand(program, arguments, environment: context.environment)
    command.input = .null
    // It is a script that waits for another program, which has to end with it.
    command.hasOwnGroup = true
    let result = try await ChildProcess(command).result(timeout: timeout, name: "`\(program)`")
    guard result.exitCode == 0 else { throw failure(result) }
    return try AzureCLICredential.token(from: result.output, tenant: request.tenant ?? tenant)
  }

  /// Where `az` is; nil where it is not installed.
  var program: String? { FileSystem.program("az", path: context.environment["PATH"]) }

  private func failure(_ result: ChildResult) -> AcrError {
    let text = String(decoding: result.errors, as: UTF8.self)
    if text.contains("az login") || text.contains("AADSTS") {
      let line = text.split(whereSeparator: \.isNewline).first { $0.contains("AADSTS") }
      return AcrError(
        .auth, "the Azure CLI is not signed in, or its sign-in has expired", help: "run: az login",
        notes: line.map { [ErrorText.cleaned(String($0))] } ?? [])
    }
    let said = ErrorText.cleaned(text)
    return AcrError(
      .auth, "`az account get-access-token` failed with exit code \(result.exitCode)\(said.isEmpty ? "" : ": \(said)")",
      help: "run it yourself to see more")
  }

  /// Reads az's answer. `expires_on` is the end in seconds; older versions have `expiresOn` only, which is local time.
  static func token(from output: [UInt8], tenant: String?) throws(AcrError) -> AccessToken {
    guard let json = try? JSONValue(parsing: output), let text = json["accessToken"]?.string, !text.isEmpty else {
      throw AcrError(.invalid, "`az account get-access-token` printed no access token")
    }
    let end =
      Timestamp(epochSeconds: json["expires_on"])
      ?? json["expiresOn"]?.string.flatMap(localTime)
    guard let end else {
      throw AcrError(.invalid, "`az account get-access-token` did not print when its token expires")
    }
    return AccessToken(
      token: Secret(text), expiresOn: end, tokenType: json["tokenType"]?.string ?? "Bearer",
      tenant: json["tenant"]?.string ?? tenant, subscription: json["subscription"]?.string)
  }

  /// Reads `2020-11-12 13:50:47.000000` as a time of this machine's zone.
  static func localTime(_ text: String) -> Timestamp? {
    let parts = text.split { " -:.".contains($0) }.prefix(6).compactMap { Int32($0) }
    guard parts.count == 6, Timestamp(rfc3339: "\(text.prefix(19))Z") != nil else { return nil }
    return LocalTime.moment(
      year: parts[0], month: parts[1], day: parts[2], hour: parts[3], minute: parts[4], second: parts[5])
  }
}
