import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// Deletes the manifest that a place names by its digest, or by a tag that points at it.
enum ManifestDeletion {
  static func run(_ place: RepositoryItem.Place, _ call: Invocation) throws -> Output {
    var item = place.item
    if case .tag(let repository, let tag) = item {
      let digest = try Blocking.wait(call.run) { try await place.store.digest(of: tag) }
      guard let digest else { throw AcrError(.notFound, "\(place.name) does not exist") }
      item = .manifest(repository, digest)
    }
    return try Deletion.run("the image \(place.name) with all its tags", place.name, call) { [item] in
      try await place.metadata.delete(item)
    }
  }
}
