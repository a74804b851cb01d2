import AcrCore
import AcrHTTP
import HTTPTypes
import OCIRegistry

/// What only registries of Azure know of their content: `/acr/v1` (wire facts, 5). Documents come as the registry sends
/// them, since scripts that were written for `az acr manifest list-metadata` read their members.
public struct AzureMetadata: Sendable {
  /// The order of a list.
  public enum Order: String, Sendable, CaseIterable {
    /// The oldest change first.
    case timeAscending = "timeasc"
    /// The newest change first.
    case timeDescending = "timedesc"
  }

  /// What attributes and deletions are for.
  public enum Item: Sendable, Hashable {
    /// A repository with all that is in it.
    case repository(RepositoryName)
    /// One manifest.
    case manifest(RepositoryName, Digest)
    /// One tag.
    case tag(RepositoryName, TagName)

    var repository: RepositoryName {
      switch self {
      case .repository(let name), .manifest(let name, _), .tag(let name, _): name
      }
    }

    var path: String {
      switch self {
      case .repository(let name): "/acr/v1/\(name)"
      case .manifest(let name, let digest): "/acr/v1/\(name)/_manifests/\(digest)"
      case .tag(let name, let tag): "/acr/v1/\(name)/_tags/\(tag)"
      }
    }

    func described(at host: RegistryHost) -> String {
      switch self {
      case .repository(let name): "the repository `\(host)/\(name)`"
      case .manifest(let name, let digest): "`\(host)/\(name)@\(digest)`"
      case .tag(let name, let tag): "`\(host)/\(name):\(tag)`"
      }
    }
  }

  /// Changes of locks; nil leaves one as it is.
  public struct Locks: Sendable, Hashable {
    /// Whether it may be deleted.
    public var deleteEnabled: Bool?
    /// Whether it may be overwritten.
    public var writeEnabled: Bool?
    /// Whether it may be pulled.
    public var readEnabled: Bool?
    /// Whether lists show it.
    public var listEnabled: Bool?

    /// Creates changes.
    public init(
      deleteEnabled: Bool? = nil, writeEnabled: Bool? = nil, readEnabled: Bool? = nil, listEnabled: Bool? = nil
    ) {
      self.deleteEnabled = deleteEnabled
      self.writeEnabled = writeEnabled
      self.readEnabled = readEnabled
      self.listEnabled = listEnabled
    }

    var json: JSONValue {
      let values: [(String, Bool?)] = [
        ("deleteEnabled", deleteEnabled), ("writeEnabled", writeEnabled), ("readEnabled", readEnabled),
        ("listEnabled", listEnabled),
      ]
      return .object(values.compactMap { name, value in value.map { JSONValue.Member(name, .bool($0)) } })
    }
  }

  let client: RegistryClient

  /// How many items az asks for at a time.
  public static let azPage = 100
  /// How many items a page behind the first has where all are wanted.
  static let largePage = 500

  /// Creates a reader of a registry's metadata.
  public init(_ client: RegistryClient) { self.client = client }

  // MARK: Lists

  /// The manifests of a repository, untagged ones as well, page by page.
  /// - Parameter pageSize: how many a page shall have. Nil where all are wanted: 100 for the first, which is shown at once,
  ///   and 500 for those behind it.
  public func manifests(
    of repository: RepositoryName, orderedBy order: Order? = nil, pageSize: Int? = nil
  ) -> PageReader<JSONValue> {
    pages(repository, "_manifests", member: "manifests", order, pageSize)
  }

  /// The tags of a repository with their times and locks, page by page.
  /// - Parameters:
  ///   - digest: lists the tags of one manifest only.
  ///   - pageSize: as for ``manifests(of:orderedBy:pageSize:)``.
  public func tags(
    of repository: RepositoryName, orderedBy order: Order? = nil, of digest: Digest? = nil, pageSize: Int? = nil
  ) -> PageReader<JSONValue> {
    let filter = digest.map { "&digest=\(PercentEncoding.encode($0.description))" } ?? ""
    return pages(repository, "_tags", member: "tags", order, pageSize, filter)
  }

  private func pages(
    _ repository: RepositoryName, _ list: String, member: String, _ order: Order?, _ pageSize: Int?,
    _ filter: String = ""
  ) -> PageReader<JSONValue> {
    let item = Item.repository(repository)
    let query = "?n=\(pageSize ?? AzureMetadata.azPage)\(order.map { "&orderby=\($0.rawValue)" } ?? "")\(filter)"
    let call = RegistryCall(
      .get, .path("\(item.path)/\(list)\(query)"), scopes: [AzureMetadata.scope(repository, "metadata_read")],
      purpose: "listing the \(member) of \(item.described(at: client.host))", subject: item.described(at: client.host))
    return client.documentPages(call, later: pageSize == nil ? AzureMetadata.largePage : nil) { document in
      guard let items = document[member] else { return nil }
      // An empty list may be written as null.
      return items.isNull ? [] : items.array
    }
  }

  // MARK: One

  /// What the registry knows of a repository, manifest or tag; of the last two, without the envelope around them.
  /// - Throws: ``AcrError`` of kind `not-found`, `auth`, `denied` and what the transport throws.
  public func details(of item: Item) async throws -> JSONValue {
    let document = try await document(
      call(.get, item, "metadata_read", purpose: "reading the attributes of"), statuses: [200])
    return AzureMetadata.unwrapped(document, item)
  }

  /// Sets locks.
  /// - Returns: the item as it is then.
  /// - Throws: as ``details(of:)``; `usage` for no change at all.
  public func setLocks(_ locks: Locks, of item: Item) async throws -> JSONValue {
    guard locks != Locks() else { throw AcrError(.usage, "there is no lock to change") }
    var call = call(.patch, item, "metadata_read,metadata_write", purpose: "changing the locks of")
    call.headers[.contentType] = "application/json"
    call.body = .bytes(Array(locks.json.text.utf8))
    return AzureMetadata.unwrapped(try await document(call, statuses: [200]), item)
  }

  /// Deletes a repository with everything in it, a manifest with its tags, or a tag alone.
  /// - Throws: as ``details(of:)``; `conflict` or `denied` where a lock forbids it.
  public func delete(_ item: Item) async throws {
    var call = call(.delete, item, "delete", purpose: "deleting")
    if case .manifest(let repository, let digest) = item {
      // The metadata API itself has no way to delete manifests.
      call.address = .path("/v2/\(repository)/manifests/\(digest)")
    }
    let response = try await client.send(call)
    guard [200, 202, 204].contains(response.status) else {
      var error = await client.failure(response, to: call)
      if response.status == 405 {
        error = AcrError(
          .denied, "a lock forbids deleting \(item.described(at: client.host))",
          help: "set its attribute `deleteEnabled` first, and that of what is in it", status: error.status,
          code: error.code, target: error.target, requestID: error.requestID)
      }
      throw error
    }
    _ = await response.body.beginning(upTo: HTTPClient.errorLimit)
  }

  private func call(
    _ method: HTTPRequest.Method, _ item: Item, _ actions: String, purpose: String
  ) -> RegistryCall {
    let name = item.described(at: client.host)
    return RegistryCall(
      method, .path(item.path), scopes: [AzureMetadata.scope(item.repository, actions)], purpose: "\(purpose) \(name)",
      subject: name)
  }

  private func document(_ call: RegistryCall, statuses: Set<Int>) async throws -> JSONValue {
    guard let json = try await client.json(call, statuses), json.members != nil else {
      throw AcrError(
        .invalid, "\(client.host) answered \(call.purpose) with an unexpected document",
        target: client.host.name)
    }
    return json
  }

  private static func unwrapped(_ document: JSONValue, _ item: Item) -> JSONValue {
    switch item {
    case .repository: document
    case .manifest: document["manifest"] ?? document
    case .tag: document["tag"] ?? document
    }
  }

  static func scope(_ repository: RepositoryName, _ actions: String) -> TokenScope {
    TokenScope("repository:\(repository):\(actions)")
  }
}
