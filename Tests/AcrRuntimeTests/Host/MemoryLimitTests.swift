import TestSupport
import Testing

/// Scripts run by a program of their own, whose memory the system measures.
@Suite("The limit of memory")
struct MemoryLimitTests {
  private static let limit = 4 << 20

  /// The peak above what the program took before, in bytes, the kind of ending, and its message.
  private func probe(_ script: String) async throws -> (peak: Int, ending: String, message: String) {
    let program = Program(try BuiltProducts.executable("limits-probe"), ["\(MemoryLimitTests.limit)"], input: script)
    let lines = try await program.succeed(timeout: .seconds(300)).output.split(separator: "\n").map(String.init)
    return (Int(lines.first ?? "") ?? .max, lines.dropFirst().first ?? "", lines.dropFirst(2).first ?? "")
  }

  @Test("Growing values end the run before the process takes twice the limit", arguments: MemoryScripts.growing)
  func growing(_ name: String, _ script: String) async throws {
    let result = try await probe(script)
    #expect(result.ending == "limit", "\(result.message)")
    #expect(result.message == "the limit `memory` of 4MiB is reached: the values of the script take more")
    #expect(result.peak < 2 * MemoryLimitTests.limit, "\(name)")
  }

  @Test("Values that are dropped do not count", arguments: MemoryScripts.modest)
  func modest(_ name: String, _ script: String) async throws {
    let result = try await probe(script)
    #expect(result.ending == "finished", "\(name): \(result.message)")
    #expect(result.peak < 2 * MemoryLimitTests.limit, "\(name)")
  }

  @Test(
    "Values nested in each other as deep as the memory allows end the run, and freeing them does not end the process")
  func deep() async throws {
    #expect(try await probe("var x = []\nwhile true { $x = [$x] }").ending == "limit")
    #expect(try await probe("var x = []\nwhile true { $x = [$x] }\ndef f() { return $x }").ending == "limit")
  }
}
