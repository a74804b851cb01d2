import AcrCore

/// Addresses that a server named: redirects, `Location`, `Link`, the realm of a challenge. A server may not send this program
/// where it could not go itself: to the machine's own link, where clouds answer questions about it, or to this machine.
public enum ServerAddress {
  /// The code of errors for addresses that are not followed.
  public static let code = "ADDRESS_REFUSED"

  /// How many bytes an address may have. Signed addresses of storage have up to 2,000.
  public static let longest = 8 << 10

  /// Refuses an address that is longer than any that makes sense; only servers name such.
  /// - Throws: ``AcrError`` of kind `invalid`.
  public static func checkLength(_ address: String, namedBy host: String?, status: Int? = nil) throws(AcrError) {
    let count = address.utf8.count
    guard count > longest else { return }
    throw AcrError(
      .invalid, "`\(host ?? "the server")` leads to an address of \(count) bytes; addresses have up to \(longest)",
      help: "the server does not work right: tell its owner", status: status, code: code, target: host)
  }

  /// Refuses what no server may name, whatever it is for.
  /// - Parameters:
  ///   - verb: what the server does with the address: `redirects`, `sends sign-ins`, `continues its list`.
  ///   - status: of the answer that named it.
  /// - Throws: ``AcrError``: `invalid` for what is no http or https URL, `usage` for a way from https to plain http,
  ///   `denied` for the own link and for this machine.
  public static func check(
    _ target: URLReference, namedBy source: URLReference, _ insecureHosts: InsecureHosts, verb: String,
    status: Int? = nil
  ) throws(AcrError) {
    let host = source.hostAndPort ?? ""
    try checkLength(target.text, namedBy: host, status: status)
    guard target.scheme == "https" || target.scheme == "http", let place = target.hostAndPort, !target.hasUserInfo
    else {
      throw AcrError(
        .invalid, "`\(host)` \(verb) to something that is not an http or https URL", status: status, code: code,
        target: host)
    }
    guard target.host != source.host else { return try checkScheme(target, source, insecureHosts, verb, status) }
    guard !target.isLinkLocal else {
      throw AcrError(
        .denied,
        "`\(host)` \(verb) to `\(place)`, a link-local address, where cloud metadata services answer",
        help: "acrsh does not follow servers there: tell the owner of `\(host)`", status: status, code: code,
        target: host)
    }
    guard !target.isLoopback || source.isLoopback || insecureHosts.contains(target) else {
      throw AcrError(
        .denied, "`\(host)` \(verb) to `\(place)`, which is this machine",
        help: "if this is intended, allow it: --insecure-registry \(place)", status: status, code: code,
        target: host)
    }
    try checkScheme(target, source, insecureHosts, verb, status)
  }

  /// The error for another host where only the one that was asked will do.
  public static func refusal(
    _ target: URLReference, namedBy source: URLReference, verb: String = "redirects", status: Int? = nil
  ) -> AcrError {
    let host = source.hostAndPort ?? ""
    return AcrError(
      .denied, "`\(host)` \(verb) to `\(target.hostAndPort ?? "")`, a different server",
      help: "only images are read from other hosts; if the registry has moved, use its new name", status: status,
      code: code, target: host)
  }

  private static func checkScheme(
    _ target: URLReference, _ source: URLReference, _ insecureHosts: InsecureHosts, _ verb: String, _ status: Int?
  ) throws(AcrError) {
    guard source.scheme == "https", target.scheme == "http", !insecureHosts.allowPlainHTTP(to: target) else { return }
    let place = target.hostAndPort ?? ""
    throw AcrError(
      .usage, "`\(source.hostAndPort ?? "")` \(verb) from https to plain http on `\(place)`",
      help: "if this is intended, allow it: --insecure-registry \(place)", status: status, code: code,
      target: source.hostAndPort)
  }
}
