import AcrCore
import AzureRegistry
import OCIRegistry

/// What the lists of a repository tell.
struct GraphInventory {
  /// The tags; the digest where the list has it.
  var tags: [(tag: TagName, digest: Digest?)] = []
  /// Every manifest, tagged or not; nil where the store does not list them.
  var manifests: [(digest: Digest, mediaType: String?)]?
  /// What the lists hold that cannot be followed.
  var gaps: [ArtifactGraph.Gap] = []
  /// What else they tell; empty unless it is wanted.
  var facts = RepositoryFacts()

  mutating func skip(_ entry: String) {
    gaps.append(.init(message: "the list has an entry that cannot be read: \(entry)"))
  }
}

extension GraphReader {
  /// Azure's registries take pages of up to this many entries.
  private static let pageSize = 1000

  /// Reads the lists of the store.
  func inventory() async throws -> GraphInventory {
    switch store {
    case let layout as OCILayout: return try inventory(of: layout)
    case let repository as RegistryRepository: return try await inventory(of: repository)
    default:
      return GraphInventory(tags: try await store.tagPages().all().map { ($0, nil) })
    }
  }

  private func inventory(of layout: OCILayout) throws -> GraphInventory {
    var inventory = GraphInventory(manifests: [])
    for (descriptor, name) in try layout.listedManifests() {
      inventory.manifests?.append((descriptor.digest, descriptor.mediaType))
      guard let name else { continue }
      if let tag = try? TagName(name) {
        inventory.tags.append((tag, descriptor.digest))
      } else {
        inventory.skip("`\(ServerText.cleaned(name, limit: 60))` is not a valid tag")
      }
    }
    return inventory
  }

  private func inventory(of repository: RegistryRepository) async throws -> GraphInventory {
    if try await TagInventory.isAzure(repository), let found = try await azureInventory(repository) { return found }
    var inventory = GraphInventory()
    let pages = repository.tagNamePages()
    while let page = try await pages.next() {
      for name in page {
        if let tag = try? TagName(name) {
          inventory.tags.append((tag, nil))
        } else {
          inventory.skip("`\(ServerText.cleaned(name, limit: 60))` is not a valid tag")
        }
      }
    }
    // Only its answer told where the registry's tokens come from.
    if await repository.client.hasAzureTokens, let found = try await azureInventory(repository) { return found }
    return inventory
  }

  /// The lists of `/acr/v1`; nil where the credentials may not read metadata, or the registry does not know it after all.
  private func azureInventory(_ repository: RegistryRepository) async throws -> GraphInventory? {
    let metadata = AzureMetadata(repository.client)
    var inventory = GraphInventory(manifests: [])
    do {
      // Manifests first: a tag that is written meanwhile is then of a manifest that is read on its own.
      let manifests = metadata.manifests(of: repository.name, pageSize: GraphReader.pageSize).readingAhead()
      while let page = try await manifests.next() {
        for item in page {
          guard let digest = item["digest"]?.string.flatMap({ try? Digest($0) }) else {
            inventory.skip("a manifest without a digest")
            continue
          }
          inventory.manifests?.append((digest, item["mediaType"]?.string))
          if keepsFacts { inventory.facts.manifests[digest] = RepositoryFacts.Item(json: item) }
        }
      }
      let tags = metadata.tags(of: repository.name, pageSize: GraphReader.pageSize).readingAhead()
      while let page = try await tags.next() {
        for item in page {
          guard let tag = item["name"]?.string.flatMap({ try? TagName($0) }),
            let digest = item["digest"]?.string.flatMap({ try? Digest($0) })
          else {
            inventory.skip("a tag without a name or a digest")
            continue
          }
          inventory.tags.append((tag, digest))
          if keepsFacts { inventory.facts.tags[tag] = RepositoryFacts.Item(json: item) }
        }
      }
      inventory.facts.areTold = keepsFacts
    } catch let error as AcrError where [.denied, .auth].contains(error.kind) {
      return nil
    } catch let error as AcrError where error.kind == .notFound && error.code == nil {
      return nil
    }
    return inventory
  }
}
