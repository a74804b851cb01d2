import AcrCore

/// An image in an OCI layout folder: `oci:PATH[:TAG][@DIGEST]` (the form of skopeo and podman).
public struct OCILayoutReference: Hashable, Sendable, CustomStringConvertible {
  /// The folder, absolute or relative to the working folder.
  public var path: String
  /// The tag, when one is written.
  public var tag: TagName?
  /// The digest, when one is written.
  public var digest: Digest?

  /// What such references begin with.
  public static let prefix = "oci:"

  /// Creates a reference from its parts.
  public init(path: String, tag: TagName? = nil, digest: Digest? = nil) {
    self.path = path
    self.tag = tag
    self.digest = digest
  }

  /// Reads `oci:PATH[:TAG][@DIGEST]`. A colon with a `/` behind it belongs to the path, and so does an `@` that no digest
  /// follows.
  /// - Throws: ``AcrError`` of kind `usage` that says which part is wrong.
  public init(_ text: some StringProtocol) throws(AcrError) {
    guard text.hasPrefix(Self.prefix) else {
      throw AcrError(.usage, "`\(text)` does not begin with `\(Self.prefix)`")
    }
    var rest = Substring(text.dropFirst(Self.prefix.count))
    if let at = rest.lastIndex(of: "@"), rest[at...].hasPrefix("@sha") {
      digest = try Digest(rest[rest.index(after: at)...])
      rest = rest[..<at]
    }
    if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
      do throws(AcrError) {
        tag = try TagName(rest[rest.index(after: colon)...])
      } catch {
        throw AcrError(.usage, "\(error.message) (in `\(text)`)", help: error.help)
      }
      rest = rest[..<colon]
    }
    while rest.count > 1, rest.hasSuffix("/") { rest = rest.dropLast() }
    guard !rest.isEmpty else { throw AcrError(.usage, "`\(text)` does not name a folder") }
    path = String(rest)
  }

  public var description: String {
    "\(Self.prefix)\(path)\(tag.map { ":\($0)" } ?? "")\(digest.map { "@\($0)" } ?? "")"
  }
}
