import Testing

@testable import AcrShell

@Suite struct GatheredNotesTests {
  @Test func repeatedNotesAreToldOnceWithTheirNumber() {
    let notes = GatheredNotes(interval: .seconds(10))
    let start = ContinuousClock.now
    #expect(notes.text(for: "a: busy", about: "a", now: start) == "a: busy")
    for number in 1...44 {
      #expect(notes.text(for: "a: busy", about: "a", now: start + .milliseconds(number * 100)) == nil)
    }
    #expect(notes.text(for: "b: busy", about: "b", now: start) == "b: busy")
    #expect(notes.text(for: "a: busy", about: "a", now: start + .seconds(11)) == "a: busy (45 times)")
    #expect(notes.text(for: "a: busy", about: "a", now: start + .seconds(12)) == nil)
    #expect(notes.text(for: "a: busy", about: "a", now: start + .seconds(60)) == "a: busy (2 times)")
    #expect(notes.text(for: "a: busy", about: "a", now: start + .seconds(61)) == nil)
    #expect(notes.text(for: "a: busier", about: "a", now: start + .seconds(62)) == nil)
    #expect(notes.rest() == ["a: busier (2 times)"])
    #expect(notes.rest().isEmpty)
  }
}
