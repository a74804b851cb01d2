import AcrCore
import OCIRegistry

/// Streams one large blob. An upload that breaks goes on where it was: the target says how much it has, and only the rest
/// is read and sent. Where the target gave the upload up, a new one starts from the first byte.
struct BlobStream: Sendable {
  let copier: BlobCopier
  let blob: VerifiedBlob
  let descriptor: Descriptor
  let home: RepositoryName?

  private var store: any ArtifactTarget { copier.target.store }

  func send() async throws -> BlobOutcome {
    var upload: UploadProgress
    switch try await firstUpload() {
    case nil: return .present
    case let found?: upload = found
    }
    var failures = 0
    while true {
      do {
        if await blob.count > 0 || upload.count > 0 { await blob.rewind(to: upload.count) }
        let body = BlobBody(length: (descriptor.size - upload.count).bytes) { try await blob.next() }
        try await store.finish(upload.session, descriptor, from: upload.count, body: body)
        return .copied
      } catch let error as AcrError where error.isWorthAnotherUpload && failures < BlobCopier.maximumAttempts {
        // Each silent answer has been waited for long.
        failures += error.kind == .timeout ? 3 : 1
        try await copier.pause(after: failures)
        guard let next = try await nextUpload(after: upload) else { return .present }
        // Getting on is no failure, however often the connection breaks on the way.
        if next.count > upload.count { failures = 0 }
        upload = next
      } catch {
        // What a later run can go on with is left to it.
        if copier.journal == nil || !(error is CancellationError || (error as? AcrError)?.kind == .cancelled) {
          await store.cancel(upload.session)
          copier.journal?.forgetUpload(of: descriptor.digest, at: store.id)
        }
        throw error
      }
    }
  }

  /// The upload that an earlier run left open, or a new one; nil where the target has the blob.
  private func firstUpload() async throws -> UploadProgress? {
    if let location = copier.journal?.openUpload(of: descriptor.digest, at: store.id),
      let found = try? await store.progress(of: BlobUpload(location: location))
    {
      if canContinue(found) { return found }
      await store.cancel(found.session)
    }
    return try await newUpload()
  }

  private func nextUpload(after broken: UploadProgress) async throws -> UploadProgress? {
    if let found = try await store.progress(of: broken.session), canContinue(found) {
      note(found.session)
      return found
    }
    await store.cancel(broken.session)
    return try await newUpload()
  }

  /// An upload that has no byte saves nothing, and the broken request may still arrive there: the registry would then have the
  /// same bytes twice.
  private func canContinue(_ found: UploadProgress) -> Bool { found.count > 0 && descriptor.size >= found.count }

  private func newUpload() async throws -> UploadProgress? {
    guard case .session(let session) = try await copier.start(descriptor, mountFrom: home) else { return nil }
    note(session)
    return UploadProgress(session: session, count: 0)
  }

  private func note(_ session: BlobUpload) {
    copier.journal?.note(upload: session.location, of: descriptor.digest, at: store.id)
  }
}
