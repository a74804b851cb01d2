/// The proof that an entry is in a log (RFC 6962, 2.1).
enum MerkleProof {
  /// The hash of an entry.
  static func leaf(_ entry: [UInt8]) -> [UInt8] { HashAlgorithm.sha256.hash([0] + entry) }

  /// The root of the tree in which an entry stands, by the hashes beside its way up; nil where the numbers do not fit.
  static func root(leaf: [UInt8], index: Int64, size: Int64, hashes: [[UInt8]]) -> [UInt8]? {
    guard index >= 0, index < size else { return nil }
    var node = index
    var last = size - 1
    var result = leaf
    for hash in hashes {
      guard hash.count == 32, last != 0 else { return nil }
      if node & 1 == 1 || node == last {
        result = HashAlgorithm.sha256.hash([1] + hash + result)
        while node & 1 == 0, node != 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        result = HashAlgorithm.sha256.hash([1] + result + hash)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 ? result : nil
  }
}
