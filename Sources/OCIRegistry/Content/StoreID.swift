import AcrCore

/// Which store it is: what tables and journals of imports are kept by. Names for people are ``ArtifactSource/displayName``.
public enum StoreID: Hashable, Sendable {
  /// A repository of a registry.
  case repository(RegistryHost, RepositoryName)
  /// An OCI layout folder, by its path.
  case folder(String)
  /// A store of another kind, by a name of its own.
  case other(String)

  /// The store as a journal writes it.
  public var text: String {
    switch self {
    case .repository(let host, let name): "\(host)/\(name)"
    case .folder(let path): "oci:\(path)"
    case .other(let name): name
    }
  }

  /// Reads what ``text`` wrote.
  public init(text: String) {
    if text.hasPrefix("oci:") {
      self = .folder(String(text.dropFirst(4)))
    } else if let slash = text.firstIndex(of: "/"), let host = try? RegistryHost(String(text[..<slash])),
      let name = try? RepositoryName(String(text[text.index(after: slash)...]))
    {
      self = .repository(host, name)
    } else {
      self = .other(text)
    }
  }
}
