import AcrCore
import AzureRegistry
import OCIRegistry

/// The tags of a repository, and what else their list told.
struct TagInventory: Sendable {
  /// What a page of an Azure registry tells of a tag.
  struct Facts: Sendable {
    let digest: Digest
    let updated: Timestamp?
  }

  /// The tags in the store's order.
  let tags: [TagName]
  /// What the pages told of each; nil from a registry whose list holds names only.
  let facts: [TagName: Facts]?

  init(tags: [TagName], facts: [TagName: Facts]?) {
    // A list that names a tag a thousand times would have it copied as often.
    var seen: Set<TagName> = []
    self.tags = tags.filter { seen.insert($0).inserted }
    self.facts = facts
  }

  /// Azure's registries take pages of up to this many tags.
  private static let pageSize = 1000

  /// Reads the tags of a repository. A registry of Azure tells the digests too, in the same number of requests.
  /// - Parameters:
  ///   - isTarget: true where a missing repository is an empty one.
  ///   - isComplete: true where something is deleted that the list lacks: a page that does not say which tags there are is
  ///     an error then. A list that is empty in all is none; whoever deletes looks at that.
  static func read(
    _ store: any ArtifactSource, isTarget: Bool, isComplete: Bool = false
  ) async throws -> TagInventory {
    do {
      guard let repository = store as? RegistryRepository else {
        return TagInventory(tags: try await store.tagPages().all(), facts: nil)
      }
      if try await isAzure(repository), let found = try await azure(repository, isComplete) { return found }
      let tags = try await (isComplete ? repository.completeTagPages() : repository.tagPages()).all()
      // Only its answer told where the registry's tokens come from.
      if await repository.client.hasAzureTokens, let found = try await azure(repository, isComplete) { return found }
      return TagInventory(tags: tags, facts: nil)
    } catch let error as AcrError where isTarget && error.kind == .notFound {
      return TagInventory(tags: [], facts: [:])
    }
  }

  /// True for a registry of Azure, by its name or by what it said about its tokens.
  static func isAzure(_ repository: RegistryRepository) async throws -> Bool {
    if repository.client.host.hostWithoutPort.contains(".azurecr.") { return true }
    return await repository.client.hasAzureTokens
  }

  /// The tags by `/acr/v1`; nil where the credentials may not read metadata, or the registry does not know it after all.
  private static func azure(_ repository: RegistryRepository, _ isComplete: Bool) async throws -> TagInventory? {
    let pages = AzureMetadata(repository.client).tags(of: repository.name, pageSize: pageSize).readingAhead()
    var tags: [TagName] = []
    var facts: [TagName: Facts] = [:]
    do {
      while let page = try await pages.next() {
        for item in page {
          guard let tag = item["name"]?.string.flatMap({ try? TagName($0) }),
            let digest = item["digest"]?.string.flatMap({ try? Digest($0) })
          else {
            if isComplete { return nil }
            continue
          }
          tags.append(tag)
          facts[tag] = Facts(
            digest: digest, updated: item["lastUpdateTime"]?.string.flatMap(Timestamp.init(rfc3339:)))
        }
      }
    } catch let error as AcrError where [.denied, .auth, .invalid].contains(error.kind) {
      return nil
    } catch let error as AcrError where error.kind == .notFound && error.code == nil {
      return nil
    }
    return TagInventory(tags: tags, facts: facts)
  }
}

/// When images were made.
public enum ImageDate {
  /// The date in an image's configuration, of an index the one of its first image, or that of the annotation.
  /// - Returns: nil where nothing tells.
  public static func created(_ selector: ManifestSelector, in store: any ArtifactSource) async throws -> Timestamp? {
    let manifest = try await store.manifest(selector)
    let image = try ImageManifest(manifest, name: selector.appended(to: store.displayName))
    if let text = image.annotations.first(where: { $0.name == "org.opencontainers.image.created" })?.value.string,
      let date = Timestamp(rfc3339: text)
    {
      return date
    }
    if let child = image.manifests.first(where: { $0.platform?.os != "unknown" }) {
      return try await created(.digest(child.digest), in: store)
    }
    guard let config = image.config, config.size <= BlobCopier.smallBlob,
      [MediaType.ociConfig, MediaType.dockerConfig].contains(config.mediaType)
    else { return nil }
    let bytes = try await VerifiedBlob(config, from: store, observer: { _ in }).all()
    return (try? JSONValue(parsing: bytes))?["created"]?.string.flatMap(Timestamp.init(rfc3339:))
  }
}
