import Testing

@testable import AcrCommands

@Suite("Packages and licenses in policies")
struct PackageRulesTests {
  @Test(
    "compare the numbers of a version",
    arguments: [
      ("2.36-9+deb12u4", "2.36.0"), ("1:1.2.3-r4", "1.2.3"), ("v1", "1.0.0"), ("1.1.1w", "1.1.1"), ("1.2.3.4", "1.2.3"),
      ("", nil), ("unknown", nil),
    ] as [(String, String?)])
  func versions(_ version: String, _ numbers: String?) { #expect(PackageRules.comparable(version) == numbers) }

  @Test(
    "hold for expressions of licenses",
    arguments: [
      ("MIT", true), ("GPL-3.0-only", false), ("MIT OR GPL-3.0-only", true), ("MIT AND GPL-3.0-only", false),
      ("(MIT OR GPL-3.0-only) AND Apache-2.0", true), ("MIT WITH Some-exception", true), ("MIT OR", false),
      ("(MIT", false), ("", false), (nil, false),
    ] as [(String?, Bool)])
  func licenses(_ license: String?, _ isAccepted: Bool) throws {
    var rules = PackageRules()
    rules.allowed = [try RuleWords.pattern("MIT"), try RuleWords.pattern("Apache-*")]
    #expect(rules.accepts(license) == isAccepted)
  }
}
