import AcrCore
import Foundation
import TestSupport
import Testing

@testable import ImageContents

@Suite("Decompression of layers")
struct DecompressorTests {
  /// What a program makes of bytes.
  private func filtered(_ program: String, _ arguments: [String], _ bytes: [UInt8]) async throws -> [UInt8] {
    var run = Program(program, arguments)
    run.input = bytes
    return try await run.succeed().outputBytes
  }

  private static let sample = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }

  @Test("gzip of several members, with zeros behind, in any pieces")
  func gzip() async throws {
    let first = try await filtered("gzip", ["-c"], Array(Self.sample[..<120_000]))
    let second = try await filtered("gzip", ["-1c"], Array(Self.sample[120_000...]))
    for pieces in [1, 3, 1000, 1 << 20] {
      let whole = first + second
      #expect(try Archives.decompressed(whole, pieces: pieces) == Self.sample)
      #expect(try Archives.decompressed(whole + [UInt8](repeating: 0, count: 700), pieces: pieces) == Self.sample)
    }
    for end in [first.count - 1, first.count / 2, first.count + 5] {
      let error = #expect(throws: AcrError.self) {
        try Archives.decompressed(Array((first + second)[..<end]), pieces: 1000)
      }
      #expect(error?.message.contains("cut off") == true)
    }
    #expect(throws: AcrError.self) { try Archives.decompressed(first + Array("garbage".utf8), pieces: 1000) }
    var changed = first
    changed[first.count - 6] ^= 1
    #expect(throws: AcrError.self) { try Archives.decompressed(changed, pieces: 1000) }
  }

  @Test("zstd of several frames, with skippable ones, in any pieces")
  func zstd() async throws {
    let first = try await filtered("zstd", ["-c", "--quiet"], Array(Self.sample[..<120_000]))
    let second = try await filtered("zstd", ["-c", "--quiet", "-19"], Array(Self.sample[120_000...]))
    let skipped: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]
    for pieces in [1, 3, 1000, 1 << 20] {
      #expect(try Archives.decompressed(skipped + first + skipped + second + skipped, pieces: pieces) == Self.sample)
    }
    #expect(throws: AcrError.self) {
      try Archives.decompressed(Array((first + second)[..<(first.count + 9)]), pieces: 1000)
    }
  }

  @Test("plain bytes, nothing at all, and what cannot be read")
  func plain() throws {
    #expect(try Archives.decompressed(Array("plain".utf8), pieces: 2) == Array("plain".utf8))
    #expect(try Archives.decompressed([], pieces: 1) == [])
    #expect(try Archives.decompressed([1, 2], pieces: 1) == [1, 2])
    let error = #expect(throws: AcrError.self) { try Archives.decompressed(Array("BZh91AY".utf8), pieces: 100) }
    #expect(error?.message.contains("compressed with bzip2") == true)
  }

  @Test("a bomb is stopped by how much it grows, with a limit that can be raised; zeros of a moderate size are no bomb")
  func bombs() async throws {
    var run = Program("/bin/sh", ["-c", "head -c 300000000 /dev/zero | gzip -9c"])
    run.environment = Environment.minimal
    let bomb = try await run.succeed().outputBytes
    func unpack(_ limits: WireLimits) throws -> Int64 {
      let decompressor = Decompressor("the layer", budget: ContentBudget(limits, for: "the image"))
      var count: Int64 = 0
      try decompressor.feed(bomb) { count += Int64($0.count) }
      return count
    }
    let error = #expect(throws: AcrError.self) { try unpack(.standard) }
    #expect(error?.message == "the layer grows to more than 250 times its size when it is decompressed")
    #expect(error?.help?.contains("--limit growth=500") == true)
    var limits = WireLimits.standard
    try limits.set("growth=2000")
    #expect(try unpack(limits) == 300_000_000)
    try limits.set("unpacked=1MiB")
    let other = #expect(throws: AcrError.self) { try unpack(limits) }
    #expect(other?.message == "the layer has more than 1MiB when it is decompressed")
  }
}
