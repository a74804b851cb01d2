import AcrCore
import ImportCore
import OCIRegistry

/// Images that fill a registry before it answers: `oci:PATH=REGISTRY/REPOSITORY[:TAG]`.
public struct Seed: Sendable {
  /// Where the images are: an OCI layout on the disk, and one of its images or all of them.
  let source: OCILayoutReference
  /// The registry by its name, or a source by its host.
  let registry: String
  let repository: RepositoryName
  /// The tag to give the image; nil for the names that the layout has for its images.
  let tag: TagName?

  /// Reads a seed.
  /// - Throws: ``AcrError`` of kind `usage` that says what is missing.
  public init(_ text: String) throws(AcrError) {
    func wrong(_ reason: String) -> AcrError {
      AcrError(.usage, "the seed `\(text)` \(reason)", help: "write oci:PATH=REGISTRY/REPOSITORY, or …REPOSITORY:TAG")
    }
    guard text.hasPrefix(OCILayoutReference.prefix) else { throw wrong("does not begin with `oci:`") }
    guard let equals = text.lastIndex(of: "=") else { throw wrong("has no `=`") }
    let target = text[text.index(after: equals)...]
    guard let slash = target.firstIndex(of: "/") else { throw wrong("names no repository") }
    source = try OCILayoutReference(text[..<equals])
    registry = String(target[..<slash])
    let reference = try RepositoryReference(String(target[target.index(after: slash)...]))
    guard reference.digest == nil else { throw wrong("has a digest, and a target cannot have one") }
    repository = reference.repository
    tag = reference.tag
  }

  /// Copies the images with everything they refer to.
  /// - Throws: ``AcrError``: `usage` for a registry that the world does not have, and what reading the layout throws.
  func fill(_ registries: [EmulatedRegistry]) async throws {
    let found =
      registries.first { $0.name.lowercased() == registry.lowercased() }
      ?? registries.first { $0.isMeant(by: registry) }
    guard let target = found else {
      throw AcrError(
        .usage, "the seed names the registry `\(registry)`, which the world does not have",
        help: "it has \(registries.map(\.name).joined(separator: ", "))")
    }
    let layout = OCILayout(path: source.path)
    let store = StoredRepository(registry: target, name: repository)
    for (selector, name) in try images(in: layout) {
      let engine = DirectImport(table: TransferTable(), limit: TransferLimit(4))
      let request = ImportRequest(
        source: ImportSource(store: layout, selector: selector, location: nil),
        targets: [ImportTarget(store: store, tag: name, location: nil)], isForced: true)
      _ = try await engine.run(request, plan: try await engine.plan(request)) { _ in }
    }
  }

  /// The images of the layout that are meant, with the tags they get.
  private func images(in layout: OCILayout) throws -> [(ManifestSelector, TagName?)] {
    if source.tag != nil || source.digest != nil {
      return [(try layout.selector(for: source), tag ?? source.tag)]
    }
    let listed = try layout.listedManifests()
    guard let tag else {
      // A name may be a whole reference, of which the tag is the last part.
      return listed.map { item in
        (.digest(item.descriptor.digest), item.name.flatMap { try? TagName($0.split(separator: ":").last ?? "") })
      }
    }
    guard listed.count == 1, let only = listed.first else {
      throw AcrError(
        .usage, "`oci:\(source.path)` has \(listed.count) images, and the seed gives the tag `\(tag)` for one",
        help: "name the image: oci:\(source.path):NAME=…, or leave the tag out")
    }
    return [(.digest(only.descriptor.digest), tag)]
  }
}
