import AcrCore

/// A URL or relative reference in its parts (RFC 3986, 3 and appendix B). The text of each part stays as it was written,
/// because servers sign their URLs and a signature holds for the exact bytes.
public struct URLReference: Hashable, Sendable {
  /// The scheme in lower case, for example `https`; nil in relative references.
  public var scheme: String?
  /// What stands between `//` and the path: perhaps a user, the host, perhaps a port.
  public var authority: String?
  /// The path; may be empty.
  public var path: String
  /// The query without its `?`. It may hold a signature.
  public var query: String?
  /// The fragment without its `#`. It is never sent.
  public var fragment: String?

  /// Takes a text apart. Every text is a reference of some kind, so this does not fail.
  public init(_ text: String) {
    var rest = Substring(text)
    if let mark = rest.firstIndex(of: "#") {
      fragment = String(rest[rest.index(after: mark)...])
      rest = rest[..<mark]
    }
    if let mark = rest.firstIndex(of: "?") {
      query = String(rest[rest.index(after: mark)...])
      rest = rest[..<mark]
    }
    if let colon = rest.firstIndex(of: ":"), URLReference.isScheme(rest[..<colon]) {
      scheme = rest[..<colon].lowercased()
      rest = rest[rest.index(after: colon)...]
    }
    if rest.hasPrefix("//") {
      rest = rest.dropFirst(2)
      let end = rest.firstIndex(of: "/") ?? rest.endIndex
      authority = String(rest[..<end])
      rest = rest[end...]
    }
    path = String(rest)
  }

  private static func isScheme(_ text: Substring) -> Bool {
    guard let first = text.first, first.isASCII, first.isLetter else { return false }
    return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "+" || $0 == "-" || $0 == ".") }
  }

  /// The whole reference as text. It may hold a signature: do not show it.
  public var text: String {
    var text = ""
    if let scheme { text += "\(scheme):" }
    if let authority { text += "//\(authority)" }
    text += path
    if let query { text += "?\(query)" }
    if let fragment { text += "#\(fragment)" }
    return text
  }

  /// Scheme, host, port and path: the parts that messages may show.
  public var publicText: String {
    guard let scheme, let host else { return path }
    return "\(scheme)://\(hostAndPort ?? host)\(path)"
  }

  /// True where the authority names a user, as in `https://user:password@host/`.
  public var hasUserInfo: Bool { authority?.contains("@") ?? false }

  /// The host in lower case, IPv6 addresses in their brackets; nil where there is none.
  public var host: String? { splitAuthority?.host }

  /// The port that is written, or the scheme's own one; nil where neither is known or the port is no number.
  public var port: Int? {
    guard let parts = splitAuthority else { return nil }
    if let port = parts.port, !port.isEmpty { return UInt16(port).map(Int.init) }
    switch scheme {
    case "https": return 443
    case "http": return 80
    default: return nil
    }
  }

  /// `host`, or `host:port` where the port is not the scheme's own.
  public var hostAndPort: String? {
    guard let host, let port else { return nil }
    let isDefault = scheme == "https" && port == 443 || scheme == "http" && port == 80
    return isDefault ? host : "\(host):\(port)"
  }

  /// True where scheme, host and port are the same (RFC 6454, 5): the limit within which `Authorization` is kept.
  public func hasSameOrigin(as other: URLReference) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }

  private var splitAuthority: (host: String, port: Substring?)? {
    guard let authority else { return nil }
    let start = authority.lastIndex(of: "@").map { authority.index(after: $0) } ?? authority.startIndex
    let place = authority[start...]
    let hostEnd: Substring.Index
    if place.hasPrefix("["), let bracket = place.firstIndex(of: "]") {
      hostEnd = place.index(after: bracket)
    } else {
      hostEnd = place.firstIndex(of: ":") ?? place.endIndex
    }
    guard hostEnd > place.startIndex else { return nil }
    let rest = place[hostEnd...]
    if !rest.isEmpty, !rest.hasPrefix(":") { return nil }
    return (place[..<hostEnd].lowercased(), rest.isEmpty ? nil : rest.dropFirst())
  }
}

extension URLReference {
  /// Resolves a reference, for example a `Location`, against the URL that gave it (RFC 3986, 5.2.2). Dot segments of the
  /// path are removed where the rule says so; everything else, above all the query, stays as it is.
  public static func resolve(base: String, reference: String) -> String {
    let base = URLReference(base)
    var target = URLReference(reference)
    if target.scheme != nil {
      target.path = removingDotSegments(target.path)
    } else {
      target.scheme = base.scheme
      if target.authority != nil {
        target.path = removingDotSegments(target.path)
      } else {
        target.authority = base.authority
        if target.path.isEmpty {
          target.path = base.path
          target.query = target.query ?? base.query
        } else if target.path.hasPrefix("/") {
          target.path = removingDotSegments(target.path)
        } else {
          target.path = removingDotSegments(merge(base, target.path))
        }
      }
    }
    return target.text
  }

  /// RFC 3986, 5.2.3.
  private static func merge(_ base: URLReference, _ path: String) -> String {
    if base.authority != nil, base.path.isEmpty { return "/\(path)" }
    guard let slash = base.path.lastIndex(of: "/") else { return path }
    return base.path[...slash] + path
  }

  /// RFC 3986, 5.2.4.
  private static func removingDotSegments(_ path: String) -> String {
    guard path.contains("/.") || path.hasPrefix(".") else { return path }
    var kept: [Substring] = []
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    let isAbsolute = path.hasPrefix("/")
    for (index, segment) in segments.enumerated() where !(isAbsolute && index == 0) {
      let isLast = index == segments.count - 1
      switch segment {
      case ".":
        if isLast { kept.append("") }
      case "..":
        _ = kept.popLast()
        if isLast { kept.append("") }
      default:
        kept.append(segment)
      }
    }
    return (isAbsolute ? "/" : "") + kept.joined(separator: "/")
  }
}
