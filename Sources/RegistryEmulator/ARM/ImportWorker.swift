import AcrCore
import ImportCore
import OCIRegistry

/// One import that the service carries out.
struct ImportJob: Sendable {
  /// The repository it comes from.
  let source: any ArtifactSource
  let selector: ManifestSelector
  /// The repositories it goes to; a nil tag brings the manifests alone.
  let targets: [(store: any ArtifactTarget, tag: TagName?)]
}

/// What carries imports out.
protocol ImportWorker: Sendable {
  /// Copies an image.
  /// - Parameters:
  ///   - planned: told the manifests that will be written, before the first.
  ///   - written: told each manifest when it is there.
  /// - Throws: ``AcrError`` as sources and targets throw it, or `usage` for an image that is too large to import.
  func run(
    _ job: ImportJob, planned: @escaping @Sendable ([Digest]) -> Void, written: @escaping @Sendable (Digest) -> Void
  ) async throws
}

/// Carries imports out with the engine that acrsh uses for imports of its own.
struct DirectImportWorker: ImportWorker {
  /// The service's limit (the article, "Limitations").
  static let maximumManifests = 50

  func run(
    _ job: ImportJob, planned: @escaping @Sendable ([Digest]) -> Void, written: @escaping @Sendable (Digest) -> Void
  ) async throws {
    let engine = DirectImport(table: TransferTable(), limit: TransferLimit(4))
    let request = ImportRequest(
      source: ImportSource(store: job.source, selector: job.selector, location: nil),
      targets: job.targets.map { ImportTarget(store: $0.store, tag: $0.tag, location: nil) }, isForced: true)
    let plan = try await engine.plan(request)
    let manifests = plan.children.map(\.digest) + [plan.root.digest]
    guard manifests.count <= DirectImportWorker.maximumManifests else {
      throw AcrError(
        .usage,
        "The image has \(manifests.count) manifests. The maximum number of manifests for an imported image is "
          + "\(DirectImportWorker.maximumManifests).")
    }
    planned(manifests)
    _ = try await engine.run(request, plan: plan) { event in
      if case .manifest(let digest) = event { written(digest) }
    }
  }
}
