import TestSupport
import Testing

/// acrsh's commands against registries and an Azure that lie (docs/testing.md, "A lying registry").
@Suite("A lying registry", .serialized)
struct WireSoakTests {
  @Test(
    "2,000 cases end in time and within their memory, lose no image, and show no secret",
    arguments: [0, 500, 1000, 1500])
  func cases(first: Int) async throws {
    // Eight cases run in the process at a time, and what is freed does not all go back to the system.
    let arguments = ["--first", "\(first)", "--count", "500", "--seed", "1", "--memory", "350"]
    let result = try await Program(try BuiltProducts.executable("wire-soak"), arguments).run(timeout: .seconds(600))
    let lines = result.output.split(separator: "\n")
    let found = lines.filter { !$0.hasPrefix("start ") && !$0.hasPrefix("done ") }.joined(separator: "\n")
    let started = Set(lines.filter { $0.hasPrefix("start ") }.map { $0.dropFirst(6) })
    let open = started.subtracting(lines.filter { $0.hasPrefix("done ") }.map { $0.dropFirst(5) })
    #expect(
      result.exitCode == 0,
      """
      run again: wire-soak --seed 1 --count 1 --verbose --first N
      \(found)
      under way: \(open.sorted())
      \(result.errorOutput)
      """)
    #expect(found.hasPrefix("500 cases, seed 1: 0 failed"))
  }
}
