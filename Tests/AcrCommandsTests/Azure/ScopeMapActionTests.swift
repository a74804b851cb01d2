import AcrCore
import Testing

@testable import AcrCommands

@Suite("Actions of scope maps")
struct ScopeMapActionTests {
  @Test("are taken in the service's words as well")
  func actions() throws {
    let words = ["repositories/a/b/content/read", "c", "metadata/read", "repositories/d/content/delete"]
    let actions = try ScopeMapActions.read(words, flag: "repository")
    #expect(
      actions == ["repositories/a/b/content/read", "repositories/c/metadata/read", "repositories/d/content/delete"])
    #expect(throws: AcrError.self) { try ScopeMapActions.read(["repositories/content/read"], flag: "repository") }
    #expect(throws: AcrError.self) {
      try ScopeMapActions.read(["c", "repositories/d/content/read"], flag: "repository")
    }
  }
}
