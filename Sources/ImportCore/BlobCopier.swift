import AcrCore
import OCIRegistry

/// Brings one blob from a source to a target with the fewest requests: no question whether it is there, but an upload
/// that asks to be mounted (POST with `mount`), whose answer says the same and opens the upload where it is not.
struct BlobCopier: Sendable {
  let source: ImportSource
  let target: ImportTarget
  let table: TransferTable
  let limit: TransferLimit
  let observer: ImportObserver

  /// Blobs up to this size are held in memory: read while the upload is opened, and sent in one request.
  static let smallBlob: Int64 = 4 << 20

  /// How often a blob is sent from its start after an upload broke, before the import fails.
  static let maximumAttempts = 3

  func copy(_ descriptor: Descriptor) async throws -> BlobOutcome {
    let outcome = try await table.bring(descriptor.digest, to: target.store.displayName) {
      try await limit.withPlace { try await attempt(descriptor) }
    }
    observer(.blob(descriptor.digest, size: descriptor.size, outcome))
    return outcome
  }

  private func attempt(_ descriptor: Descriptor) async throws -> BlobOutcome {
    var attempts = 1
    while true {
      let blob = VerifiedBlob(descriptor, from: source.store, observer: observer)
      do {
        if descriptor.size > BlobCopier.smallBlob { return try await stream(blob, descriptor) }
        return try await sendWhole(blob, descriptor)
      } catch let error as AcrError where error.isWorthAnotherUpload && attempts < BlobCopier.maximumAttempts {
        try Task.checkCancellation()
        attempts += 1
        observer(.restarted(descriptor.digest, bytes: await blob.count))
      }
    }
  }

  /// Reads the blob while the upload is opened, and sends it in one request.
  private func sendWhole(_ blob: VerifiedBlob, _ descriptor: Descriptor) async throws -> BlobOutcome {
    if await table.expectsContent(at: target.store.displayName) {
      guard case .session(let session) = try await start(descriptor) else { return .present }
      try await target.store.finish(session, descriptor, bytes: try await blob.all())
      return .copied
    }
    async let bytes = blob.all()
    switch try await start(descriptor) {
    case .mounted:
      return .present
    case .session(let session):
      do {
        try await target.store.finish(session, descriptor, bytes: try await bytes)
      } catch {
        await target.store.cancel(session)
        throw error
      }
      return .copied
    }
  }

  private func stream(_ blob: VerifiedBlob, _ descriptor: Descriptor) async throws -> BlobOutcome {
    guard case .session(let session) = try await start(descriptor) else { return .present }
    do {
      let body = BlobBody(length: descriptor.size) { try await blob.next() }
      try await target.store.finish(session, descriptor, body: body)
    } catch {
      await target.store.cancel(session)
      throw error
    }
    return .copied
  }

  private func start(_ descriptor: Descriptor) async throws -> UploadStart {
    try await target.store.startUpload(descriptor, mountFrom: mountSource)
  }

  /// The repository to mount from: the source's, when it is in the same registry, else the target's own, which makes the
  /// request mean "if you have it, say so".
  private var mountSource: RepositoryName? {
    guard let location = target.location else { return nil }
    if let from = source.location, from.registry == location.registry { return from.repository }
    return location.repository
  }
}

extension AcrError {
  /// True for an upload that broke for a reason that may pass; refusals and wrong bytes are not among them.
  fileprivate var isWorthAnotherUpload: Bool { kind == .network || kind == .timeout || kind == .server }
}
