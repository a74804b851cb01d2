import AcrCore

/// An entry of a transparency log (Rekor), as a bundle carries it.
public struct LogEntry: Sendable {
  struct Proof: Sendable {
    let index: Int64
    let root: [UInt8]
    let size: Int64
    let hashes: [[UInt8]]
    let checkpoint: String
  }

  /// Where it stands in the log, over all its shards.
  public let index: Int64
  /// How the log is named.
  public let logID: [UInt8]
  /// For example `hashedrekord`.
  public let kind: String
  /// For example `0.0.1`.
  public let version: String
  /// When the log took it, in seconds since 1970; nil where the log does not say. It counts only with the promise.
  public let integratedTime: Int64?
  /// The log's signed promise (SET); nil where there is none.
  let promise: [UInt8]?
  let proof: Proof?
  /// What the log holds.
  let body: [UInt8]

  /// - Throws: ``TrustFailure`` of the check `format`.
  init(_ entry: StrictMembers) throws(TrustFailure) {
    index = try entry.count("logIndex")
    logID = try entry.object("logId").bytes("keyId")
    let kindVersion = try entry.object("kindVersion")
    kind = try kindVersion.string("kind")
    version = try kindVersion.string("version")
    let time = try entry.count("integratedTime")
    integratedTime = time == 0 ? nil : time
    promise = try entry.optionalObject("inclusionPromise")?.bytes("signedEntryTimestamp")
    body = try entry.bytes("canonicalizedBody")
    guard !body.isEmpty else { throw entry.failure("canonicalizedBody", "is empty") }
    guard let members = try entry.optionalObject("inclusionProof") else {
      proof = nil
      return
    }
    let texts = members.value("hashes")?.array ?? []
    guard texts.count <= 64 else { throw members.failure("hashes", "has more than 64 entries") }
    var hashes: [[UInt8]] = []
    for text in texts {
      guard let hash = text.string.flatMap(Base64.strict), hash.count == 32 else {
        throw members.failure("hashes", "has an entry that is no SHA-256")
      }
      hashes.append(hash)
    }
    guard let checkpoint = try members.optionalObject("checkpoint")?.optionalString("envelope"), !checkpoint.isEmpty
    else {
      throw members.failure("checkpoint", "is missing")
    }
    proof = Proof(
      index: try members.count("logIndex"), root: try members.bytes("rootHash"), size: try members.count("treeSize"),
      hashes: hashes, checkpoint: checkpoint)
  }

  /// An entry as cosign writes it beside a signature: a promise without a proof.
  init(promise: [UInt8], body: [UInt8], integratedTime: Int64, index: Int64, logID: [UInt8]) throws(TrustFailure) {
    let parsed = try LogEntryBody(parsing: body)
    self.index = index
    self.logID = logID
    kind = parsed.kind
    version = parsed.version
    self.integratedTime = integratedTime
    self.promise = promise
    self.body = body
    proof = nil
  }

  /// Checks inclusion and promise with the log's key.
  /// - Returns: when the log took it, if it has signed that.
  /// - Throws: ``TrustFailure`` of the check `log`.
  func verify(_ log: TrustedLog) throws(TrustFailure) -> Timestamp? {
    if let proof { try verify(proof, log) }
    guard let promise else { return nil }
    guard let integratedTime else { throw TrustFailure(.log, "the log entry has a promise without a time") }
    // Rekor's own order of members, without spaces.
    let text =
      #"{"body":"\#(Base64.encode(body))","integratedTime":\#(integratedTime),"#
      + #""logID":"\#(Hexadecimal.encode(logID))","logIndex":\#(index)}"#
    let scheme = TrustKey.Scheme(hash: log.key.usualHash)
    guard try log.key.isValid(promise, for: SignedMessage(Array(text.utf8)), scheme) else {
      throw TrustFailure(.log, "the promise of the log \(log.name) (signed entry timestamp) is wrong")
    }
    let time = Timestamp(seconds: integratedTime)
    guard log.validity.contains(time) else {
      throw TrustFailure(.log, "the key of the log \(log.name) is not trusted at \(time), when the entry was made")
    }
    return time
  }

  private func verify(_ proof: Proof, _ log: TrustedLog) throws(TrustFailure) {
    let checkpoint = try Checkpoint(parsing: proof.checkpoint)
    try checkpoint.verify(log)
    guard checkpoint.size == proof.size, checkpoint.root == proof.root else {
      throw TrustFailure(.log, "the proof of the log entry is for another tree than the checkpoint of \(log.name)")
    }
    let root = MerkleProof.root(
      leaf: MerkleProof.leaf(body), index: proof.index, size: checkpoint.size, hashes: proof.hashes)
    guard root == checkpoint.root else {
      throw TrustFailure(.log, "the log entry is not in the log \(log.name): its inclusion proof is wrong")
    }
  }
}
