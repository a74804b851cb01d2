import AcrText
import Testing

@testable import AcrShell

@Suite("Lists to choose from")
struct PickerTests {
  private func picker(_ texts: [String], query: String = "") -> Picker {
    Picker(title: "history", items: texts.map { Picker.Item($0) }, query: query)
  }

  @Test("What is typed filters: beginnings first, then insides, scattered letters only where nothing else fits")
  func filters() {
    var list = picker(["show tags", "import a", "list imports", "print"])
    #expect(list.choice == 0)
    list.type("Imp")
    #expect(list.matches == [1, 2])
    list.type("orts")
    #expect(list.matches == [2])
    list.deleteWord()
    list.type("sw")
    #expect(list.matches == [0])
    list.deleteAll()
    list.type("ts tt")
    #expect(list.matches.isEmpty && list.choice == nil)
    list.deleteCharacter()
    list.deleteCharacter()
    #expect(list.matches == [2])
  }

  @Test("Words may stand in any order")
  func words() { #expect(picker(["import a to b", "print"], query: "to import").matches == [0]) }

  @Test("Single steps go round, pages stop at the ends")
  func moves() {
    var list = picker((0..<30).map { "entry \($0)" })
    list.move(by: -1)
    #expect(list.choice == 29)
    list.move(by: 1)
    #expect(list.choice == 0)
    list.move(by: 10)
    list.move(by: 100)
    #expect(list.choice == 29)
    list.move(by: -100)
    #expect(list.choice == 0)
    var none = picker(["a"], query: "x")
    none.move(by: 1)
    #expect(none.choice == nil)
  }

  @Test("The choice is always among the lines, and no line is too wide", arguments: [10, 24, 80])
  func draws(_ columns: Int) {
    var list = Picker(
      title: "choose",
      items: (0..<40).map { Picker.Item("name-\($0)", description: $0 % 2 == 0 ? "a rather long description" : "") })
    for step in 0..<45 {
      let lines = list.lines(columns: columns, rows: 5, isColored: false).map(\.rendered)
      #expect(lines.count == 6)
      #expect(lines.filter { $0.hasPrefix("> ") }.count == 1)
      #expect(lines.contains { $0.hasPrefix("> name-\(step % 40)".prefix(columns - 3)) })
      for line in lines.dropFirst() { #expect(DisplayWidth.of(line) <= columns) }
      list.move(by: 1)
    }
  }

  @Test("An entry of several lines stands on one, and control characters are escaped")
  func oneLine() {
    var list = picker(["for x in [1] {\n  print $x\n}", "a\u{1B}[2J"])
    let lines = list.lines(columns: 80, rows: 5, isColored: false)
    #expect(lines[1] == "> for x in [1] { ⏎   print $x ⏎ }")
    #expect(lines[2] == "  a\\u{1B}[2J")
  }

  @Test("Hosts of earlier references, the latest first")
  func earlierHosts() {
    let entries = [
      "import docker.io/library/alpine:3 localhost:5000/a:3", "print ./x/y /etc/passwd a/b", "open \"quay.io/x\"",
      "run https://example.com/x",
    ]
    #expect(SessionValues.hosts(in: entries) == ["quay.io", "docker.io", "localhost:5000"])
  }
}
