import AcrCore
import AcrRuntime
import Testing

@Suite("Patterns for names")
struct TextPatternTests {
  /// A pattern, names it describes, and names it does not.
  static let cases: [(pattern: String, fits: [String], fails: [String])] = [
    ("v1.*", ["v1.0", "v1."], ["v10", "1.0"]),
    ("latest", ["latest"], ["latest-arm"]),
    ("/^v[0-9]+$/", ["v1", "v22"], ["v1.0", "xv1"]),
    ("^1.2", ["1.2.0", "1.3", "v1.9.9"], ["1.1.9", "2.0.0", "latest", "1.3.0-rc.1"]),
    (">=1.2 <2", ["1.2", "1.99.1"], ["2", "2.0", "1.2.0-alpine"]),
    ("1.x || ~3.1", ["1", "1.5.2", "3.1.7"], ["2.0.0", "3.2.0"]),
  ]

  @Test(arguments: 0..<cases.count)
  func matches(index: Int) throws {
    let (text, fits, fails) = Self.cases[index]
    let pattern = try TextPattern(text)
    for name in fits { #expect(pattern.matches(name), "\(text) describes \(name)") }
    for name in fails { #expect(!pattern.matches(name), "\(text) does not describe \(name)") }
  }

  @Test func mistakesAreFound() {
    #expect(TextPattern.check("/[/")?.message.contains("is not a regular expression") == true)
    #expect(TextPattern.check(">=1.2 <x.y") != nil)
    #expect(TextPattern.check("v*") == nil)
  }
}
