import AcrCore
import AcrHTTP
import HTTPTypes

/// One repository of a registry, over the OCI distribution API.
public struct RegistryRepository: ArtifactTarget {
  /// The registry's client.
  public let client: RegistryClient
  /// The repository.
  public let name: RepositoryName
  /// What tokens are asked for.
  public let access: Access
  /// How many names a page of a list shall have.
  var pageSize = 1000
  private let ownScopes: Set<TokenScope>

  /// Creates a repository; nothing is sent.
  public init(client: RegistryClient, name: RepositoryName, access: Access) {
    self.client = client
    self.name = name
    self.access = access
    ownScopes = [.repository(name, access)]
  }

  public var limits: WireLimits { client.limits }

  public var id: StoreID { .repository(client.host, name) }

  public var displayName: String { "\(client.host)/\(name)" }

  /// The tags as the registry lists them, page by page. Names outside the specification's grammar are left out.
  public func tagPages() -> PageReader<TagName> { tagPages(isComplete: false) }

  /// The same for what is deleted because the list lacks it: an answer that does not say which tags there are (an item
  /// that is not a name, a bare `null` behind other pages) is an error. `null` for the whole list is an empty list.
  public func completeTagPages() -> PageReader<TagName> { tagPages(isComplete: true) }

  private func tagPages(isComplete: Bool) -> PageReader<TagName> {
    var call = call(
      .get, "tags/list?n=\(pageSize)", purpose: "listing the tags of `\(displayName)`",
      subject: "the repository `\(displayName)`")
    call.redirects = .registryAPI
    return client.pages(call, member: "tags", pageSize: pageSize, isComplete: isComplete) { try? TagName($0) }
  }

  /// The same names as text, also those outside the grammar, for those who must know that there are such.
  /// - Throws: from the reader, ``AcrError`` of kind `invalid` for a list that holds anything but texts.
  public func tagNamePages() -> PageReader<String> {
    let call = call(
      .get, "tags/list?n=\(pageSize)", purpose: "listing the tags of `\(displayName)`",
      subject: "the repository `\(displayName)`")
    return client.documentPages(call) { document in
      // Some registries write `null` for an empty list.
      guard let items = document["tags"], !items.isNull else { return document["tags"].map { _ in [] } }
      guard let names = items.array?.map(\.string), !names.contains(nil) else { return nil }
      return names.compactMap(\.self)
    }
  }

  /// What is called in messages by tag or digest.
  func describe(_ selector: ManifestSelector) -> String {
    switch selector {
    case .tag(let tag): "\(displayName):\(tag)"
    case .digest(let digest): "\(displayName)@\(digest)"
    }
  }

  /// A call to a path under `/v2/NAME/`.
  func call(
    _ method: HTTPRequest.Method, _ path: String, purpose: @autoclosure @escaping RegistryCall.Wording,
    subject: @autoclosure @escaping RegistryCall.Wording, headers: HTTPFields = [:], body: RequestBody = .empty,
    mountFrom: RepositoryName? = nil
  ) -> RegistryCall {
    RegistryCall(method, .path("/v2/\(name)/\(path)"), scopes(mountFrom), purpose, subject, headers, body)
  }

  /// A call to any address that belongs to this repository.
  func call(
    _ method: HTTPRequest.Method, _ address: RegistryCall.Address,
    purpose: @autoclosure @escaping RegistryCall.Wording, subject: @autoclosure @escaping RegistryCall.Wording,
    headers: HTTPFields = [:], body: RequestBody = .empty, mountFrom: RepositoryName? = nil
  ) -> RegistryCall {
    RegistryCall(method, address, scopes(mountFrom), purpose, subject, headers, body)
  }

  private func scopes(_ mountFrom: RepositoryName?) -> Set<TokenScope> {
    guard let mountFrom, mountFrom != name else { return ownScopes }
    return ownScopes.union([.repository(mountFrom, .pull)])
  }
}
