import Synchronization

/// What turned out about a registry during a session, so that nothing is found out twice.
final class RegistryTraits: Sendable {
  private struct State {
    var hasReferrersAPI: Bool?
    var losesPatches = false
    var refusesPatch = false
    var refusesMount = false
    var findsOwnBlobs: Bool?
    var lastRefusedRest = ""
    var wasAskedForWholeBlobs = false
    var takesWholeBlobs: Bool?
  }

  private let state = Mutex(State())
  /// Lets one of many first questions for referrers find out whether the registry knows them.
  let referrersContact = FirstContact()

  /// Whether the registry lists referrers (distribution-spec 1.1); nil until it was asked.
  var hasReferrersAPI: Bool? {
    get { state.withLock { $0.hasReferrersAPI } }
    set { state.withLock { $0.hasReferrersAPI = newValue } }
  }

  /// True once bytes of a blob in two pieces came out as others: such a registry keeps the last piece only, so that an
  /// upload cannot be gone on with.
  var losesPatches: Bool {
    get { state.withLock { $0.losesPatches } }
    set { state.withLock { $0.losesPatches = newValue } }
  }

  /// Notes that the rest of an upload was refused.
  /// - Returns: true where the last refusal was at the same place of the same upload.
  func wasRefused(_ upload: String, at offset: Int64) -> Bool {
    // The address may change its state from one answer to the next; its path stays.
    let place = "\(upload.prefix { $0 != "?" }) \(offset)"
    return state.withLock { state in
      defer { state.lastRefusedRest = place }
      return state.lastRefusedRest == place
    }
  }

  /// True once the registry failed at a request to mount: it is asked with HEAD whether it has a blob.
  var refusesMount: Bool {
    get { state.withLock { $0.refusesMount } }
    set { state.withLock { $0.refusesMount = newValue } }
  }

  /// Whether a request to mount a blob from its own repository finds it; nil until an answer showed it.
  var findsOwnBlobs: Bool? {
    get { state.withLock { $0.findsOwnBlobs } }
    set { state.withLock { $0.findsOwnBlobs = newValue } }
  }

  /// True once the registry refused a PATCH: large blobs go up in one PUT there.
  var refusesPatch: Bool {
    get { state.withLock { $0.refusesPatch } }
    set { state.withLock { $0.refusesPatch = newValue } }
  }

  /// True where blobs go up in the request that opens the upload, and for the first one, which finds that out. The
  /// specification leaves it open ("Single POST"), and a registry without it answers as if no bytes had come.
  func beginSendingWholeBlob() -> Bool {
    state.withLock { state in
      if let known = state.takesWholeBlobs { return known }
      defer { state.wasAskedForWholeBlobs = true }
      return !state.wasAskedForWholeBlobs
    }
  }

  /// Notes whether the registry took a blob in the request that opened the upload.
  func noteWholeBlob(isTaken: Bool) { state.withLock { $0.takesWholeBlobs = isTaken } }
}
