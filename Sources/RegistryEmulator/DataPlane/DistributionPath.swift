/// What a path below `/v2/` names. Repositories may be called like the parts of the interface (`team/blobs`,
/// `x/blobs/uploads`), so a path is read from its end.
struct DistributionPath {
  /// What is asked for in the repository.
  enum Item: Equatable {
    /// A manifest by its tag or digest.
    case manifest(String)
    /// A blob by its digest.
    case blob(String)
    /// The place where uploads begin.
    case uploads
    /// One upload by its id.
    case upload(String)
    /// The list of tags.
    case tags
    /// The referrers of a digest.
    case referrers(String)
  }

  /// The repository's name as it stands there, which may be none.
  let name: String
  let item: Item

  /// Reads what follows `/v2/`; nil for what is no path of the distribution specification.
  init?(_ path: some StringProtocol) {
    var parts = String(path).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    // `…/blobs/uploads/` and the same without its last slash are one place.
    if parts.count > 3, parts.suffix(3) == ["blobs", "uploads", ""] { parts.removeLast() }
    guard parts.count > 2, let last = parts.last, !last.isEmpty else { return nil }
    switch parts[parts.count - 2] {
    case "manifests": item = .manifest(last)
    case "referrers": item = .referrers(last)
    case "tags" where last == "list": item = .tags
    case "blobs": item = last == "uploads" ? .uploads : .blob(last)
    case "uploads" where parts.count > 3 && parts[parts.count - 3] == "blobs":
      item = .upload(last)
      parts.removeLast()
    default: return nil
    }
    name = parts.dropLast(2).joined(separator: "/")
  }
}
