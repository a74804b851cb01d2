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
    // Over bytes: requests, redirects and links are taken apart all the time, and characters cost ten times as much.
    var text = text
    (scheme, authority, path, query, fragment) = text.withUTF8 { bytes in
      func part(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
      }
      var end = bytes.count
      var start = 0
      var (scheme, authority, query, fragment): (String?, String?, String?, String?)
      if let mark = bytes[..<end].firstIndex(of: UInt8(ascii: "#")) {
        fragment = part(mark + 1..<end)
        end = mark
      }
      if let mark = bytes[..<end].firstIndex(of: UInt8(ascii: "?")) {
        query = part(mark + 1..<end)
        end = mark
      }
      if let colon = bytes[..<end].firstIndex(of: UInt8(ascii: ":")), URLReference.isScheme(bytes[..<colon]) {
        scheme = String(decoding: bytes[..<colon].map { $0 | 0x20 }, as: UTF8.self)
        start = colon + 1
      }
      if end - start >= 2, bytes[start] == UInt8(ascii: "/"), bytes[start + 1] == UInt8(ascii: "/") {
        let slash = bytes[start + 2..<end].firstIndex(of: UInt8(ascii: "/")) ?? end
        authority = part(start + 2..<slash)
        start = slash
      }
      return (scheme, authority, part(start..<end), query, fragment)
    }
  }

  /// RFC 3986, 3.1. None of the signs that it allows beside letters changes with bit 0x20.
  private static func isScheme(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    guard let first = bytes.first, isLetter(first) else { return false }
    return bytes.allSatisfy { byte in
      isLetter(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: ".")
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

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
  public var port: Int? { splitAuthority.flatMap { port(written: $0.port) } }

  /// `host`, or `host:port` where the port is not the scheme's own.
  public var hostAndPort: String? {
    guard let parts = splitAuthority, let port = port(written: parts.port) else { return nil }
    let isDefault = scheme == "https" && port == 443 || scheme == "http" && port == 80
    return isDefault ? parts.host : "\(parts.host):\(port)"
  }

  /// `scheme://authority` at the beginning of an absolute URL, as it is written; nil where there is no authority.
  static func origin(of url: String) -> String? {
    let bytes = url.utf8
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) else {
      return nil
    }
    let start = bytes.index(colon, offsetBy: 3)
    let end =
      bytes[start...].firstIndex { byte in
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
      } ?? bytes.endIndex
    return start == end ? nil : String(url[..<end])
  }

  /// The same for a request, whose caller may have told it.
  static func origin(of request: TransportRequest) -> String? {
    let url = request.url.utf8
    if let told = request.origin, url.starts(with: told.utf8),
      url.dropFirst(told.utf8.count).first == UInt8(ascii: "/")
    {
      return told
    }
    return origin(of: request.url)
  }

  private func port(written: Substring?) -> Int? {
    if let written, !written.isEmpty { return UInt16(written).map(Int.init) }
    switch scheme {
    case "https": return 443
    case "http": return 80
    default: return nil
    }
  }

  /// True where scheme, host and port are the same (RFC 6454, 5): the limit within which `Authorization` is kept.
  public func hasSameOrigin(as other: URLReference) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }

  private var splitAuthority: (host: String, port: Substring?)? {
    guard let authority else { return nil }
    let bytes = authority.utf8
    let start = bytes.lastIndex(of: UInt8(ascii: "@")).map { bytes.index(after: $0) } ?? bytes.startIndex
    let place = bytes[start...]
    let hostEnd: String.Index
    if place.first == UInt8(ascii: "["), let bracket = place.firstIndex(of: UInt8(ascii: "]")) {
      hostEnd = bytes.index(after: bracket)
    } else {
      hostEnd = place.firstIndex(of: UInt8(ascii: ":")) ?? place.endIndex
    }
    guard hostEnd > start else { return nil }
    if hostEnd < place.endIndex, bytes[hostEnd] != UInt8(ascii: ":") { return nil }
    let host = authority[start..<hostEnd]
    let isLower = host.utf8.allSatisfy { $0 < 0x80 && !(0x41...0x5A).contains($0) }
    let port = hostEnd < place.endIndex ? authority[bytes.index(after: hostEnd)...] : nil
    return (isLower ? String(host) : host.lowercased(), port)
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
    // Without a dot behind a slash, or at the start, there is nothing to remove.
    var last = UInt8(ascii: "/")
    let hasSegments = path.utf8.contains { byte in
      defer { last = byte }
      return byte == UInt8(ascii: ".") && last == UInt8(ascii: "/")
    }
    guard hasSegments else { return path }
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
