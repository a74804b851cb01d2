import AcrCore
import AcrHTTP
import HTTPTypes

extension HTTPField.Name {
  /// The digest of what was sent or stored (distribution-spec, "Pulling manifests").
  package static let dockerContentDigest = known("Docker-Content-Digest")
  /// What a registry answers that has noted a manifest's subject (distribution-spec, "Pushing Manifests with Subject").
  static let ociSubject = known("OCI-Subject")

  private static func known(_ name: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no name of a header field") }
    return name
  }
}

extension HTTPFields {
  /// The first value of a header, by its name in any case; nil when it is missing.
  package func first(_ name: String) -> String? { HTTPField.Name(name).flatMap(first) }

  /// The first value of a header; nil when it is missing.
  package func first(_ name: HTTPField.Name) -> String? {
    for field in self where field.name == name { return field.value }
    return nil
  }

  /// All values of a header in their order.
  package func all(_ name: String) -> [String] { HTTPField.Name(name).map { self[values: $0] } ?? [] }

  /// The media type of `Content-Type` in lower case, without parameters.
  var mediaType: String? {
    guard let value = first(.contentType)?.prefix(while: { $0 != ";" }) else { return nil }
    let type = value.filter { $0 != " " && $0 != "\t" }.lowercased()
    return type.isEmpty ? nil : type
  }
}

/// The parts of URLs this module makes or compares.
package enum URLText {
  /// A URL with one more query item, whether it has a query already or not.
  static func adding(_ name: String, _ value: String, to url: String) -> String {
    let (mark, and) = (UInt8(ascii: "?"), UInt8(ascii: "&"))
    let isOpen = url.utf8.last == mark || url.utf8.last == and
    let separator = url.utf8.contains(mark) ? (isOpen ? "" : "&") : "?"
    return "\(url)\(separator)\(name)=\(PercentEncoding.encode(value))"
  }

  /// A URL with a query item in place of the one of the same name, or with one more.
  static func replacing(_ name: String, _ value: String, in url: String) -> String {
    var reference = URLReference(url)
    let kept = (reference.query ?? "").split(separator: "&").filter { $0.prefix { $0 != "=" } != name }
    reference.query = kept.isEmpty ? nil : kept.joined(separator: "&")
    return adding(name, value, to: reference.text)
  }

  /// The host and port of a URL, for messages; the whole text never is shown, since it may hold a signature.
  static func host(_ url: String) -> String? { URLReference(url).hostAndPort }

  /// True for absolute http and https URLs.
  static func isHTTP(_ url: String) -> Bool {
    let reference = URLReference(url)
    return ["http", "https"].contains(reference.scheme) && reference.host != nil
  }

  /// True for URLs without encryption.
  static func isPlain(_ url: String) -> Bool { URLReference(url).scheme == "http" }
}
