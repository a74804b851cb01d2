import AcrCore
import AcrRuntime
import ImportCore
import OCIRegistry
import Testing

@testable import AcrCommands

@Suite("Words of rules for purge")
struct RuleWordsTests {
  @Test("groups of tags: minor versions, an expression's group, and none")
  func groups() throws {
    let minor = try RuleWords.grouped(PurgeRule.Newest(1), by: "minor")
    for (tag, group) in [("1.4.2", "1.4"), ("v1.4", "1.4"), ("1.4.0-rc.1", "1.4"), ("latest", nil), ("1.4.2.1", nil)] {
      #expect(minor.group?(try TagName(tag)) == group, "\(tag)")
    }
    let expression = try RuleWords.grouped(PurgeRule.Newest(1), by: "/^([a-z]+)-/")
    #expect(expression.group?(try TagName("feature-login")) == "feature")
    #expect(expression.group?(try TagName("Release-1")) == nil)
    #expect(try RuleWords.grouped(PurgeRule.Newest(1), by: "/^[a-z]+/").group?(try TagName("build-1")) == "build")
    #expect(try RuleWords.grouped(PurgeRule.Newest(1), by: "repository").group == nil)
    #expect(throws: AcrError.self) { try RuleWords.grouped(PurgeRule.Newest(1), by: "teams") }
  }

  @Test("the order of versions, and of what is none")
  func order() throws {
    let sorted = ["10.0.0", "latest", "9.2.0", "10.0.0-rc.1", "9.10", "build-9", "build-10"].compactMap {
      try? TagName($0)
    }
    .sorted(by: RuleWords.isOlderVersion).map(\.name)
    #expect(sorted == ["build-9", "build-10", "latest", "9.2.0", "9.10", "10.0.0-rc.1", "10.0.0"])
  }

  @Test("prereleases are versions with a part behind the dash")
  func prereleases() {
    #expect(["1.0.0-rc.1", "v2.0.0-beta"].allSatisfy(RuleWords.prerelease(true).matches))
    #expect(["1.0.0", "v2", "3.18"].allSatisfy(RuleWords.prerelease(false).matches))
    #expect(
      !["latest", "main-1"].contains {
        RuleWords.prerelease(false).matches($0) || RuleWords.prerelease(true).matches($0)
      })
  }

  @Test("lines of acr purge: filters of one repository count together, durations, quotes")
  func acrCLI() throws {
    let line = try AcrPurgeLine.read(
      "acr purge --registry {{ .Run.Registry }} --filter 'app:^pr-' -f \"app:^(?:x:|y)\" --filter=.*/cache:.* --ago 2d3h6m --keep 3 --untagged -d"
    )
    #expect(line.filters == ["app:^pr-", "app:^(?:x:|y)", ".*/cache:.*"])
    #expect(line.ago == "2d3h6m" && line.keep == 3 && line.untagged && line.isDryRun)
    let (rules, means) = try line.rules()
    #expect(rules.rules.map(\.name) == ["--filter app", "--filter .*/cache", "--untagged"])
    #expect(rules.rules[0].newest?.count == 3)
    // Manifests without a tag go by the same age, and the newest of them stay, too.
    #expect(rules.rules[2].newest?.count == 3)
    let ages = rules.rules[2].conditions.compactMap { if case .olderThan(let age) = $0 { age } else { nil } }
    #expect(ages == [try AcrPurgeLine.duration("2d3h6m")])
    let only = try AcrPurgeLine.read(
      "acr purge --untagged-only --keep 1 --filter-timeout-seconds 5 --repository-page-size=10 --verbose")
    let (bare, meansAll) = try only.rules()
    #expect(bare.rules.map(\.name) == ["--untagged-only"] && bare.rules[0].newest?.count == 1)
    #expect(!bare.rules[0].conditions.contains { if case .olderThan = $0 { true } else { false } })
    let (any, other) = (try RepositoryName("any/name"), try RepositoryName("other"))
    #expect(meansAll(any))
    let some = try AcrPurgeLine.read("acr purge --untagged-only --filter 'app:^never$' --ago 3d").rules()
    #expect(some.rules.rules[0].conditions.count == 3 && !some.means(other))
    let meant = try ["app", "a/cache", "apps"].map { means(try RepositoryName($0)) }
    #expect(meant == [true, true, false])
    #expect(try AcrPurgeLine.duration("2d3h6m") == .seconds(2 * 86_400 + 3 * 3600 + 6 * 60))
    #expect(try AcrPurgeLine.duration("0d") == .zero)
    for wrong in ["", "3", "d", "3w", "3d4", "99999999999999999999d"] {
      #expect(throws: AcrError.self, "\(wrong)") { try AcrPurgeLine.duration(wrong) }
    }
    for wrong in [
      "", "acr", "acr build .", "acr purge", "acr purge --filter app", "acr purge --filter :x",
      "acr purge --filter 'a:b",
      "acr purge --filter a:b --untagged --untagged-only", "acr purge --filter a:( ", "acr purge --filter a:b --what",
      "acr purge --filter a:b --keep many",
    ] {
      #expect(throws: AcrError.self, "\(wrong)") { try AcrPurgeLine.read(wrong).rules() }
    }
  }
}
