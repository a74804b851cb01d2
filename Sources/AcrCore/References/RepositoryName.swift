/// A repository's name, checked against the grammar of the OCI distribution specification (spec.md, "Pulling manifests"):
/// lower-case parts divided by `/`, 255 characters at most.
public struct RepositoryName: Hashable, Sendable, CustomStringConvertible {
  /// The name, for example `library/alpine`.
  public let name: String

  /// Docker's and most registries' limit for the name.
  public static let maximumLength = 255

  /// Reads a name.
  /// - Throws: ``AcrError`` of kind `usage` that says which part is wrong.
  public init(_ text: some StringProtocol) throws(AcrError) {
    guard !text.isEmpty else { throw AcrError(.usage, "the repository name is empty") }
    guard text.utf8.count <= RepositoryName.maximumLength else {
      throw AcrError(
        .usage,
        "the repository name has \(text.utf8.count) characters; the limit is \(RepositoryName.maximumLength)")
    }
    for part in text.split(separator: "/", omittingEmptySubsequences: false) {
      guard !part.isEmpty else {
        throw AcrError(.usage, "the repository `\(text)` has a `/` with nothing before or after it")
      }
      if part.contains(where: { $0.isUppercase }) {
        throw AcrError(
          .usage, "the repository `\(text)` has capital letters",
          help: "repository names are lower case: \(text.lowercased())")
      }
      guard RepositoryName.isComponent(part.utf8) else {
        throw AcrError(
          .usage, "`\(part)` is not allowed in the repository `\(text)`",
          help: "a part is a-z and 0-9, with single `.`, `_`, `__` or any number of `-` between them")
      }
    }
    name = String(text)
  }

  /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
  private static func isComponent(_ text: some Collection<UInt8>) -> Bool {
    var separators: [UInt8] = []
    var seenWord = false
    for byte in text {
      if (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) {
        if !separators.isEmpty {
          let isDashes = separators.allSatisfy { $0 == 0x2D }
          guard seenWord, isDashes || separators == [0x2E] || separators == [0x5F] || separators == [0x5F, 0x5F] else {
            return false
          }
          separators = []
        }
        seenWord = true
      } else if byte == 0x2E || byte == 0x5F || byte == 0x2D {
        separators.append(byte)
      } else {
        return false
      }
    }
    return seenWord && separators.isEmpty
  }

  public var description: String { name }
}

/// A tag, checked against `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}` (OCI distribution specification).
public struct TagName: Hashable, Sendable, CustomStringConvertible {
  /// The tag, for example `3.20`.
  public let name: String

  /// The tag a reference without tag and digest means.
  public static let latest = TagName(unchecked: "latest")

  private init(unchecked name: String) { self.name = name }

  /// Reads a tag.
  /// - Throws: ``AcrError`` of kind `usage` that says what is wrong.
  public init(_ text: some StringProtocol) throws(AcrError) {
    guard let first = text.utf8.first else { throw AcrError(.usage, "the tag is empty") }
    guard text.utf8.count <= 128 else {
      throw AcrError(.usage, "the tag has \(text.utf8.count) characters; the limit is 128")
    }
    let isValid = text.utf8.allSatisfy { byte in
      (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2E
        || byte == 0x5F || byte == 0x2D
    }
    guard isValid, first != 0x2E, first != 0x2D else {
      throw AcrError(
        .usage, "`\(text)` is not a tag",
        help: "a tag has letters, digits, `_`, `.` and `-`, and does not start with `.` or `-`")
    }
    name = String(text)
  }

  public var description: String { name }
}
