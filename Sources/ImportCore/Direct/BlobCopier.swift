import AcrCore
import OCIRegistry

/// Brings one blob from a source to a target with the fewest requests: no question whether it is there, but an upload
/// that asks to be mounted (POST with `mount`), whose answer says the same and opens the upload where it is not.
struct BlobCopier: Sendable {
  let source: ImportSource
  let target: ImportTarget
  let table: TransferTable
  let limit: TransferLimit
  let job: ImportJob
  let journal: ImportJournal?
  let observer: ImportObserver
  /// The wait before a broken upload goes on; it doubles from one failure to the next.
  let firstDelay: Duration

  /// Blobs up to this size are held in memory: read while the upload is opened, and sent in one request.
  static let smallBlob: Int64 = 4 << 20
  /// Blobs up to this size are worth being sent in vain once, to find out whether the target takes them in one request.
  static let oneRequest: Int64 = 256 << 10
  /// What a blob that is streamed holds on its way: libcurl's two buffers, and three pieces of up to 320 KiB.
  private static let streamBytes: Int64 = 5 << 18
  /// How often an upload may break without getting on, before the import fails.
  static let maximumAttempts = 5

  func copy(_ descriptor: Descriptor) async throws -> BlobOutcome {
    let held = descriptor.size > BlobCopier.smallBlob ? BlobCopier.streamBytes : descriptor.size.bytes
    let outcome = try await table.copy(
      descriptor.digest, from: source.store.id, to: TransferTable.Place(target), for: job
    ) { home in
      try await limit.withParts(TransferLimit.parts(holding: held)) {
        let outcome = try await attempt(descriptor, mountFrom: home)
        journal?.note(blob: descriptor.digest, at: target.store.id)
        return outcome
      }
    }
    observer(.blob(descriptor.digest, size: descriptor.size, outcome))
    return outcome
  }

  private func attempt(_ descriptor: Descriptor, mountFrom home: RepositoryName?) async throws -> BlobOutcome {
    let blob = VerifiedBlob(descriptor, from: source.store, observer: observer)
    if descriptor.size > BlobCopier.smallBlob {
      return try await BlobStream(copier: self, blob: blob, descriptor: descriptor, home: home).send()
    }
    var whole: [UInt8]?
    var attempts = 1
    while true {
      do {
        return try await sendWhole(blob, &whole, descriptor, mountFrom: home)
      } catch let error as AcrError where error.isWorthAnotherUpload && attempts < BlobCopier.maximumAttempts {
        try await pause(after: attempts)
        attempts += 1
        if whole == nil { await blob.rewind(to: 0) }
      }
    }
  }

  /// Reads the blob while the upload is opened, and sends it in one request.
  private func sendWhole(
    _ blob: VerifiedBlob, _ whole: inout [UInt8]?, _ descriptor: Descriptor, mountFrom home: RepositoryName?
  ) async throws -> BlobOutcome {
    let isExpected: Bool
    if home != nil || isSameRegistry {
      isExpected = true
    } else {
      isExpected = await table.expectsContent(at: target.store.id)
    }
    let session: BlobUpload
    if whole == nil, !isExpected, descriptor.size <= BlobCopier.oneRequest, target.store.beginsSendingAtOnce() {
      let bytes = try await blob.all()
      whole = bytes
      switch try await target.store.sendAtOnce(descriptor, bytes: bytes) {
      case .mounted: return .copied
      case .session(let opened): session = opened
      case nil:
        guard case .session(let opened) = try await start(descriptor, mountFrom: home) else { return .present }
        session = opened
      }
    } else if whole != nil || isExpected {
      guard case .session(let opened) = try await start(descriptor, mountFrom: home) else { return .present }
      session = opened
    } else {
      async let read = blob.all()
      guard case .session(let opened) = try await start(descriptor, mountFrom: home) else { return .present }
      session = opened
      do { whole = try await read } catch { return try await give(up: session, error) }
    }
    do {
      let bytes: [UInt8]
      if let whole { bytes = whole } else { bytes = try await blob.all() }
      whole = bytes
      try await target.store.finish(session, descriptor, bytes: bytes)
    } catch {
      return try await give(up: session, error)
    }
    return .copied
  }

  private func give(up session: BlobUpload, _ error: any Error) async throws -> BlobOutcome {
    await target.store.cancel(session)
    throw error
  }

  func start(_ descriptor: Descriptor, mountFrom home: RepositoryName?) async throws -> UploadStart {
    let start = try await target.store.startUpload(descriptor, mountFrom: home ?? mountSource)
    if case .session(let session) = start, let note = session.note { observer(.note(note)) }
    return start
  }

  func pause(after failures: Int) async throws {
    try Task.checkCancellation()
    var delay = firstDelay
    for _ in 1..<max(1, failures) where delay < .seconds(15) { delay *= 2 }
    try await Task.sleep(for: delay)
  }

  private var isSameRegistry: Bool {
    source.location != nil && source.location?.registry == target.location?.registry
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
  /// True for an upload that broke for a reason that may pass, or that the registry lost; refusals and wrong bytes are not
  /// among them.
  var isWorthAnotherUpload: Bool {
    switch kind {
    case .network, .timeout, .server, .throttled: return true
    default: break
    }
    if code == RegistryClient.newToken || status == 416 || status == 405 || status == 501 { return true }
    return ["BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID", "DIGEST_INVALID", "RANGE_INVALID", "SIZE_INVALID"]
      .contains(code)
  }
}
