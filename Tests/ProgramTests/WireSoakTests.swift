import TestSupport
import Testing

/// acrsh's commands against registries and an Azure that lie (docs/testing.md, "A lying registry").
@Suite("A lying registry")
struct WireSoakTests {
  @Test("2,000 cases end in time and within 200 MiB, lose no image, and show no secret")
  func cases() async throws {
    let soak = Program(try BuiltProducts.executable("wire-soak"), ["--count", "2000", "--seed", "1"])
    let result = try await soak.run(timeout: .seconds(600))
    let lines = result.output.split(separator: "\n")
    let found = lines.filter { !$0.hasPrefix("start ") && !$0.hasPrefix("done ") }.joined(separator: "\n")
    let started = Set(lines.filter { $0.hasPrefix("start ") }.map { $0.dropFirst(6) })
    let open = started.subtracting(lines.filter { $0.hasPrefix("done ") }.map { $0.dropFirst(5) })
    #expect(
      result.exitCode == 0,
      "run again: wire-soak --seed 1 --count 1 --verbose --first N\n\(found)\nunder way: \(open.sorted())\n\(result.errorOutput)")
    #expect(found.hasPrefix("2000 cases, seed 1: 0 failed"))
  }
}
