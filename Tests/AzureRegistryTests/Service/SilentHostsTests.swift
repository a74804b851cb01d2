import AcrCore
import Testing

@testable import ImportCore

@Suite("Registries that do not answer")
struct SilentHostsTests {
  @Test("after a silence one look in a while is worth its wait, and an answer ends it")
  func lookNowAndThen() async throws {
    let silent = SilentHosts(pause: .milliseconds(1))
    #expect(silent.mayAsk("a"))
    silent.note("a", isSilent: true)
    try await Task.sleep(for: .milliseconds(2))
    #expect(silent.mayAsk("a"))
    let patient = SilentHosts(pause: .seconds(600))
    patient.note("a", isSilent: true)
    #expect(!patient.mayAsk("a"))
    #expect(patient.mayAsk("b"))
    #expect(try await patient.look(at: "a", within: .seconds(9)) { 1 } == nil)
    patient.note("a", isSilent: false)
    #expect(try await patient.look(at: "a", within: .seconds(9)) { 1 } == 1)
  }

  @Test("time that is over is a silence; a refusal is an answer")
  func silenceAndRefusal() async throws {
    let silent = SilentHosts(pause: .seconds(600))
    await #expect(throws: AcrError.self) {
      try await silent.look(at: "a", within: .seconds(9)) { throw AcrError(.denied, "no") }
    }
    #expect(silent.mayAsk("a"))
    let found = try await silent.look(at: "a", within: .milliseconds(1)) {
      try await Task.sleep(for: .seconds(60))
      return 1
    }
    #expect(found == nil)
    #expect(!silent.mayAsk("a"))
  }
}
