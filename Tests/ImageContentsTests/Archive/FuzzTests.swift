import AcrCore
import Foundation
import TestSupport
import Testing

@testable import ImageContents

/// Changed bytes of archives, streams and documents: each is read or refused, and nothing else happens. The numbers are small
/// here; ACRSH_FUZZ_CASES makes them larger, and ACRSH_FUZZ_SEED others.
@Suite("Changed bytes of layers")
struct FuzzTests {
  private static let cases = ProcessInfo.processInfo.environment["ACRSH_FUZZ_CASES"].flatMap(Int.init) ?? 400
  private static let seed = ProcessInfo.processInfo.environment["ACRSH_FUZZ_SEED"].flatMap(UInt64.init) ?? 1

  /// SplitMix64.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var word = state
      word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
      return word ^ (word >> 31)
    }
  }

  /// A change of some bytes: flipped, cut, repeated, taken from elsewhere, odd numbers.
  private func changed(_ bytes: [UInt8], _ random: inout Generator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<7, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
      case 2: bytes.removeSubrange(place...)
      case 3:
        let end = min(bytes.count, place + Int.random(in: 1...600, using: &random))
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 4: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...600, using: &random)))
      case 5:
        let odd = [
          "77777777777", "-1", "99999999999999999999", "\u{0}", "18446744073709551615", "GNU.sparse.size=-5\n", "[[[[",
        ]
        for (index, byte) in Array((odd.randomElement(using: &random) ?? "").utf8).enumerated()
        where place + index < bytes.count {
          bytes[place + index] = byte
        }
      default:
        for index in place..<min(bytes.count, place + 12) {
          bytes[index] = [0, 0x80, 0xFF].randomElement(using: &random) ?? 0
        }
      }
    }
    return bytes
  }

  private func attempt(_ seed: UInt64, _ bytes: [UInt8], _ body: ([UInt8]) throws -> Void) {
    do {
      try body(bytes)
    } catch is AcrError {
    } catch {
      Issue.record("case \(seed): \(error)")
    }
  }

  /// Puts a right check sum into each header, so that changes get behind it.
  private func summed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for start in stride(from: 0, to: bytes.count - 511, by: 512) where bytes[start + 257] == 0x75 {
      for index in 148..<156 { bytes[start + index] = 0x20 }
      let sum = bytes[start..<start + 512].reduce(0) { $0 + Int($1) }
      let digits = Array(String(sum, radix: 8).utf8)
      for (index, digit) in ([UInt8](repeating: 0x30, count: max(0, 6 - digits.count)) + digits + [0]).enumerated() {
        bytes[start + 148 + index] = digit
      }
    }
    return bytes
  }

  private func archives() async throws -> [[UInt8]] {
    try await withTemporaryDirectory { directory in
      let root = directory.path("tree")
      let manager = FileManager.default
      let name = String(repeating: "n", count: 90) + "/" + String(repeating: "m", count: 60)
      try manager.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
      try Data("hello\n".utf8).write(to: URL(filePath: "\(root)/\(name)/hello"))
      try manager.createSymbolicLink(atPath: "\(root)/link", withDestinationPath: "somewhere")
      _ = manager.createFile(atPath: "\(root)/sparse", contents: nil)
      let file = try #require(FileHandle(forWritingAtPath: "\(root)/sparse"))
      for part in 0..<30 {
        try file.seek(toOffset: UInt64(part) * 65_536)
        try file.write(contentsOf: Data(repeating: 1, count: 512))
      }
      try file.truncate(atOffset: 3_000_000)
      try file.close()
      var found: [[UInt8]] = []
      for format in [
        ["--format=ustar"], ["--format=gnu", "--sparse"], ["--format=pax", "--sparse"],
        ["--format=pax", "--sparse", "--sparse-version=0.1"],
      ] {
        try await Program(
          "tar", ["-cf", directory.path("t.tar"), "-C", root] + format + ["."]
        ).succeed()
        found.append(try Archives.file(directory.path("t.tar")))
      }
      return found
    }
  }

  /// Takes the contents of every file, up to a limit.
  private struct Everything: TarHandler {
    var listing = LayerListing()
    var count = 0
    mutating func begin(_ entry: TarEntry) -> Bool {
      listing.append(entry)
      return entry.size < 10_000_000
    }
    mutating func data(_ bytes: UnsafeRawBufferPointer) { count += bytes.count }
    mutating func end() {}
  }

  @Test("tar: read or refused, and what is read can be put together")
  func tar() async throws {
    let samples = try await archives()
    for number in 0..<Self.cases {
      var random = Generator(state: Self.seed &* 1_000_003 &+ UInt64(number))
      let bytes = summed(changed(samples[number % samples.count], &random))
      attempt(UInt64(number), bytes) { bytes in
        var handler = Everything()
        try Archives.read(bytes, pieces: Int.random(in: 1...2000, using: &random), &handler)
        var tree = FileTree()
        tree.apply(handler.listing)
        tree.apply(handler.listing)
        let paths = tree.files()?.map(\.path) ?? []
        #expect(!paths.contains(""))
      }
    }
  }

  @Test("gzip and zstd: read or refused")
  func streams() async throws {
    var archive = TarArchive()
    for number in 0..<50 { archive.file("f\(number)", String(repeating: "text \(number)", count: 40)) }
    var samples: [[UInt8]] = []
    for (program, arguments) in [
      ("gzip", ["-c"]), ("zstd", ["-c", "--quiet"]), ("zstd", ["-c", "--quiet", "-19", "--check"]),
    ] {
      var run = Program(program, arguments)
      run.input = archive.bytes
      let packed = try await run.succeed().outputBytes
      samples.append(packed)
      samples.append(packed + packed)
    }
    for number in 0..<Self.cases {
      var random = Generator(state: Self.seed &* 2_000_003 &+ UInt64(number))
      let bytes = changed(samples[number % samples.count], &random)
      attempt(UInt64(number), bytes) { bytes in
        let plain = try Archives.decompressed(bytes, pieces: Int.random(in: 1...900, using: &random))
        _ = try Archives.listing(plain)
      }
    }
  }

  @Test("SPDX, CycloneDX, provenance and tables of contents: read or refused")
  func documents() throws {
    let samples = [DocumentTests.spdx, DocumentTests.cycloneDX]
    for number in 0..<Self.cases {
      var random = Generator(state: Self.seed &* 3_000_017 &+ UInt64(number))
      let bytes = changed(Array(samples[number % samples.count].utf8), &random)
      attempt(UInt64(number), bytes) { bytes in
        guard let document = try? JSONValue(parsing: bytes) else { return }
        _ = try Provenance(document, type: "https://slsa.dev/provenance/v1", in: "it")
        _ = try PackageList(document, in: "it")
      }
      attempt(UInt64(number), bytes) { bytes in
        _ = try TableOfContents.listing(bytes, name: "it", budget: ContentBudget(for: "it"))
      }
    }
  }
}
