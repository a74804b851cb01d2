import AcrCore
import AcrLanguage
import AcrRuntime
import Foundation
import Testing

/// Things that are too deep or too large: one error, found where it is.
@Suite struct DepthTests {
  /// What a text shows, or the message of its first error.
  private func run(_ text: String) -> String {
    let session = Session(commands: [])
    let result = Checker.check(source: Source(name: "deep.acr", text: text), catalog: session.catalog)
    guard let script = result.script else {
      return "check: " + (result.diagnostics.first { $0.severity == .error }?.message ?? "")
    }
    let sink = TranscriptSink(showsTables: false)
    switch session.run(script, in: RunContext(sink: sink, host: Host(folder: "."))) {
    case .finished: return sink.take().joined(separator: "\n")
    case .exited(let code): return "exit \(code)"
    case .failed(let error): return "\(error.error.kind): \(error.error.message)"
    }
  }

  @Test(arguments: ["(", "[", "{ a: ", "f(", "\"${", "if true { ", "[1] | each { ", "not ", "- ("])
  func hundredThousandBrackets(_ bracket: String) {
    let result = run("let x = " + String(repeating: bracket, count: 100_000))
    #expect(result.hasPrefix("check: "))
    #expect(run(String(repeating: bracket, count: 100_000)).hasPrefix("check: "))
  }

  @Test(arguments: [")", "]", "}", "\"", "'", "}\""])
  func hundredThousandClosingBrackets(_ bracket: String) {
    #expect(run(String(repeating: bracket, count: 100_001)).hasPrefix("check: "))
  }

  @Test(arguments: [("[", "]", "1"), ("{\"a\":", "}", "1")])
  func deepJSON(_ opening: String, _ closing: String, _ inner: String) {
    let text = String(repeating: opening, count: 100_000) + inner + String(repeating: closing, count: 100_000)
    let result = run("print ${type(('\(text)' | from json))}")
    #expect(result.hasPrefix("invalid: line 1, column "), "\(result.prefix(200))")
  }

  @Test(arguments: [
    "$x = [$x]", "$x = {a: $x}", "$x = [$x]; $x = {a: $x}",
  ])
  func deepValues(_ step: String) {
    for end in ["", "$x == $x", "print $x", "$x | to json", "[$x, $x] | unique | count", "$x | to table", "let y = $x"]
    {
      let result = run("var x = []\nfor i in range(20000) { \(step) }\n\(end)\nprint done")
      #expect(result.hasSuffix("done") || result.hasPrefix("invalid: "), "\(end): \(result.prefix(100))")
    }
  }

  @Test func deepRecursion() {
    #expect(run("def f(n) { return f($n + 1) }\nf(0)") == "invalid: `f` is called 4000 calls deep")
    #expect(
      run("def f(n) { return g($n + 1) }\ndef g(n) { return [f($n)] }\nf(0)")
        .hasSuffix("is called 4000 calls deep"))
    #expect(
      run("def f(n) { [1] | each { f($n + 1) } | where true | flatten }\nf(0)")
        == "invalid: `f` is called 4000 calls deep")
    #expect(
      run("def f(n) { try { f($n + 1) } finally { tick() } }\ndef tick() { 1 }\nf(0)")
        .hasSuffix("is called 4000 calls deep"))
    #expect(run("def f(n) { if $n == 0 { return 0 }; return 1 + f($n - 1) }\nf(3000)") == "3000")
  }

  /// A file of 200 MB whose last byte is wrong. It is only made when asked for.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["ACR_SOAK"] != nil))
  func largeBrokenJSON() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("large-\(getpid()).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var bytes = Array("[\n".utf8)
    let line = Array("{\"digest\": \"sha256:0123456789abcdef\", \"size\": 12345},\n".utf8)
    bytes.reserveCapacity(200 << 20)
    while bytes.count < 200 << 20 { bytes += line }
    let lines = bytes.count(where: { $0 == 0x0A })
    bytes += Array("{} !".utf8)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    #expect(run("open \(path)").contains(":\(lines + 1):4: this is not JSON"))
  }
}
