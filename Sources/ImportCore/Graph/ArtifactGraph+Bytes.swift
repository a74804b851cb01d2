import AcrCore

extension ArtifactGraph {
  /// How many manifests of the repository name each blob.
  public struct BlobUses: Sendable {
    fileprivate var counts: [Digest: Int] = [:]
  }

  /// Counts the users of all blobs, once for many questions.
  public func blobUses() -> BlobUses {
    var uses = BlobUses()
    for node in nodes {
      for blob in node.blobs where !blob.isForeign { uses.counts[blob.digest, default: 0] += 1 }
    }
    return uses
  }

  /// The bytes that a registry's garbage collection can free once a manifest is deleted, with what only that one needed:
  /// manifests, and blobs that nothing else names. Blobs that other repositories of the registry share are counted too.
  public func freedBytes(ofDeleting digest: Digest, _ uses: BlobUses) -> WireSize {
    guard let position = positions[digest] else { return .zero }
    return freedBytes(exclusive(to: [position]), uses)
  }

  /// The bytes that deleting several manifests frees together.
  func freedBytes(_ gone: [Int], _ uses: BlobUses) -> WireSize {
    var left: [Digest: Int] = [:]
    var bytes = WireSize.zero
    for position in gone {
      bytes += nodes[position].size
      for blob in nodes[position].blobs where !blob.isForeign {
        let count = (left[blob.digest] ?? uses.counts[blob.digest] ?? 1) - 1
        left[blob.digest] = count
        if count == 0 { bytes += blob.size }
      }
    }
    return bytes
  }

  /// The bytes that deleting all of these frees, told apart: a blob that several of them share counts for the first, so
  /// that the numbers add up to the whole.
  public func freedShares(of digests: [Digest]) -> [WireSize] {
    let gone = Set(digests.compactMap { positions[$0] })
    var kept: Set<Digest> = []
    for (position, node) in nodes.enumerated() where !gone.contains(position) {
      for blob in node.blobs { kept.insert(blob.digest) }
    }
    return digests.map { digest in
      guard let node = node(digest) else { return .zero }
      return node.blobs.reduce(node.size) { bytes, blob in
        !blob.isForeign && kept.insert(blob.digest).inserted ? bytes + blob.size : bytes
      }
    }
  }
}

extension ArtifactGraph {
  /// The bytes of the blobs of a manifest and everything that it lists, each blob counted once.
  public func bytes(below digest: Digest) -> WireSize {
    guard let start = positions[digest] else { return .zero }
    var seen: Set<Int> = [start]
    var blobs: Set<Digest> = []
    var waiting = [start]
    var bytes = WireSize.zero
    while let position = waiting.popLast() {
      for blob in nodes[position].blobs where blobs.insert(blob.digest).inserted { bytes += blob.size }
      for child in children[position] where seen.insert(child).inserted { waiting.append(child) }
    }
    return bytes
  }
}
