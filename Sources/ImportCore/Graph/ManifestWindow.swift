import AcrCore
import OCIRegistry

/// Reads manifests side by side, with no more than so many bytes of them under way.
struct ManifestWindow: Sendable {
  /// How many bytes of manifests may be under way or waiting to be looked at.
  static let bytes: Int64 = 16 << 20
  /// How many manifests may be.
  static let count = 64
  /// Registries refuse larger manifests, and so does the client.
  static let largest: Int64 = 8 << 20
  /// What a manifest of a size that nobody told is expected to hold: a whole place of the transfer limit.
  private static let expected = Int64(TransferLimit.partsPerPlace) * TransferLimit.bytesPerPart

  /// The parts of places that the largest manifest takes.
  static var largestParts: Int { TransferLimit.parts(holding: largest) }

  /// The session's limit of transfers.
  let limit: TransferLimit

  /// Reads them all.
  /// - Parameters:
  ///   - wanted: what is read.
  ///   - size: how large it will be, as far as that was told.
  ///   - fetch: reads one.
  ///   - each: takes what was read, in the order in which it comes, one at a time.
  func read<Want: Sendable, Answer: Sendable>(
    _ wanted: [Want], size: (Want) -> WireSize?, fetch: @escaping @Sendable (Want) async throws -> Answer,
    bytes: (Answer) -> Int, each: (Want, Answer) throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: (Int, Int64, Answer).self) { group in
      var next = 0
      var underWay = 0
      var promised: Int64 = 0
      // Where sizes are not told, or were told wrong, the largest manifest so far is the measure.
      var least: Int64 = 4096
      var unknown = ManifestWindow.expected
      func cost(_ want: Want) -> Int64 {
        min(ManifestWindow.largest, max(least, size(want)?.bytes ?? unknown))
      }
      while true {
        while next < wanted.count {
          let (index, want, cost) = (next, wanted[next], cost(wanted[next]))
          let hasRoom = underWay < ManifestWindow.count && promised + cost <= ManifestWindow.bytes
          guard underWay == 0 || hasRoom else { break }
          group.addTask {
            let parts = TransferLimit.parts(holding: cost)
            return (index, cost, try await limit.withParts(parts) { try await fetch(want) })
          }
          next += 1
          underWay += 1
          promised += cost
        }
        guard let (index, cost, answer) = try await group.next() else { return }
        underWay -= 1
        promised -= cost
        let found = Int64(bytes(answer))
        if found > cost {
          unknown = max(unknown, found)
          if size(wanted[index]) != nil { least = max(least, found) }
        }
        try each(wanted[index], answer)
      }
    }
  }
}
