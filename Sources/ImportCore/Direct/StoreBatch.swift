import OCIRegistry

extension Collection where Element == any ArtifactTarget {
  /// Does work that writes many manifests to these stores. A folder's index is complete when it ends, also by a failure.
  /// - Throws: what `work` throws, or else what a store throws at the end.
  public func batch<Result>(_ work: () async throws -> Result) async throws -> Result {
    for store in self { await store.beginBatch() }
    let result: Result
    do {
      result = try await work()
    } catch {
      for store in self { try? await store.endBatch() }
      throw error
    }
    var failure: (any Error)?
    for store in self {
      do { try await store.endBatch() } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
    return result
  }
}
