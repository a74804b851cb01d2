import AcrCore

/// What one session knows of blobs at targets: which are being sent now and which are there. Imports that run side by side
/// and need the same blob in the same repository send it once.
public actor TransferTable {
  private struct Key: Hashable {
    let store: String
    let digest: Digest
  }

  private enum Entry {
    case running(Task<BlobOutcome, any Error>)
    case present
  }

  private var entries: [Key: Entry] = [:]
  /// Stores whose last answer was that the blob is there already: asking before reading saves the read.
  private var storesWithContent: Set<String> = []

  /// Creates an empty table.
  public init() {}

  /// Brings a blob to a store, unless another import did or is doing it.
  /// - Parameter work: sends the blob.
  /// - Throws: what `work` throws. When another import's attempt fails, this one makes its own.
  func bring(
    _ digest: Digest, to store: String, work: @escaping @Sendable () async throws -> BlobOutcome
  ) async throws -> BlobOutcome {
    let key = Key(store: store, digest: digest)
    while true {
      switch entries[key] {
      case .present: return .present
      case .running(let task):
        if (try? await task.value) != nil { return .present }
        try Task.checkCancellation()
        continue
      case nil:
        return try await lead(key, work)
      }
    }
  }

  private func lead(_ key: Key, _ work: @escaping @Sendable () async throws -> BlobOutcome) async throws -> BlobOutcome
  {
    let task = Task { try await work() }
    entries[key] = .running(task)
    do {
      let outcome = try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
      entries[key] = .present
      if outcome == .present { storesWithContent.insert(key.store) } else { storesWithContent.remove(key.store) }
      return outcome
    } catch {
      entries[key] = nil
      throw error
    }
  }

  /// True when the last blob asked for at this store was there already.
  func expectsContent(at store: String) -> Bool { storesWithContent.contains(store) }

  /// Forgets what is known of a store, after it said that a blob is missing which this table thought present.
  func forget(store: String) {
    for (key, entry) in entries where key.store == store {
      if case .present = entry { entries[key] = nil }
    }
  }
}
