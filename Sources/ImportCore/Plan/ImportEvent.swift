import AcrCore

/// What an import reports while it runs, in the order it happens. Events of parallel blobs come interleaved.
public enum ImportEvent: Sendable, Equatable {
  /// The plan is made: how much there is to do.
  case planned(manifests: Int, blobs: Int, bytes: WireSize)
  /// Bytes of a blob arrived and were passed on; `bytes` is the size of this piece.
  case transferred(Digest, bytes: Int64)
  /// A blob that had been transferred in part starts again: `bytes` of what was reported do not count any more.
  case restarted(Digest, bytes: Int64)
  /// A blob is at the target.
  case blob(Digest, size: WireSize, BlobOutcome)
  /// A manifest is at the target.
  case manifest(Digest)
  /// Something worth telling that stopped nothing.
  case note(String)
  /// A name points at the imported manifest.
  case tagged(String)
}

/// Takes the events of one import. Called from several tasks at once.
public typealias ImportObserver = @Sendable (ImportEvent) -> Void
