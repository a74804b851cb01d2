import Foundation
import TestSupport
import Testing

/// The screens that docs/prompt.md shows: a test that reaches one compares it with the page. `ACRSH_UPDATE_SCREENS=1` writes
/// what is there now into the page instead; read the difference before committing it.
enum PromptScreens {
  private static let lock = NSLock()

  private static var page: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("docs/prompt.md")
  }

  private static func text(of screen: TerminalScreen, _ authorities: [String]) -> String {
    var text = screen.text
    for (index, authority) in authorities.enumerated() {
      text = text.replacingOccurrences(of: authority, with: "127.0.0.1:\(50_001 + index)")
    }
    return text
  }

  /// Waits until a terminal shows the screen of the page: hints and the next prompt come a little after what a test waits for.
  static func check(
    _ name: String, _ terminal: Terminal, authorities: [String] = [], isExact: Bool = true
  ) async throws {
    if isExact, ProcessInfo.processInfo.environment["ACRSH_UPDATE_SCREENS"] == nil {
      let document = try String(contentsOf: page, encoding: .utf8)
      let isThere: Void? = try? await terminal.expect("the screen `\(name)`", within: .seconds(60)) { screen in
        document.contains("<!-- screen: \(name) -->\n```text\n\(text(of: screen, authorities))\n```\n")
      }
      if isThere != nil { return }
    }
    try check(name, terminal.screen, authorities: authorities, isExact: isExact)
  }

  /// Compares a screen with the block that follows `<!-- screen: NAME -->`.
  /// - Parameters:
  ///   - authorities: addresses of registries, which differ from run to run; in the page they have the ports 50001, 50002, …
  ///   - isExact: false for a screen with figures that depend on the machine: only its being there is checked.
  static func check(
    _ name: String, _ screen: TerminalScreen, authorities: [String] = [], isExact: Bool = true
  ) throws {
    let text = text(of: screen, authorities)
    try lock.withLock {
      var document = try String(contentsOf: page, encoding: .utf8)
      let start = "<!-- screen: \(name) -->\n```text\n"
      let head = try #require(document.range(of: start), "docs/prompt.md has no screen `\(name)`")
      let tail = try #require(document.range(of: "\n```\n", range: head.upperBound..<document.endIndex))
      let shown = String(document[head.upperBound..<tail.lowerBound])
      guard ProcessInfo.processInfo.environment["ACRSH_UPDATE_SCREENS"] == nil else {
        document.replaceSubrange(head.upperBound..<tail.lowerBound, with: text)
        try document.write(to: page, atomically: true, encoding: .utf8)
        return
      }
      if isExact {
        #expect(shown == text, "docs/prompt.md shows another screen `\(name)`")
      } else {
        #expect(!shown.isEmpty)
      }
    }
  }
}

/// Runs `body` with the prompt of the built program on a terminal.
/// - Parameters:
///   - arguments: options of the program.
///   - environment: variables beside those of an isolated home.
func withPrompt(
  _ arguments: [String] = [], in directory: TemporaryDirectory, columns: Int = 100, rows: Int = 30,
  environment: [String: String] = [:], isolation: isolated (any Actor)? = #isolation,
  _ body: (Terminal) async throws -> Void
) async throws {
  let program = try BuiltProducts.acrsh(arguments, in: directory, environment: environment)
  try await withTerminal(program, columns: columns, rows: rows) { terminal in
    try await terminal.expect("a prompt") { $0.currentLine.hasSuffix(">") }
    try await body(terminal)
  }
}

/// The same in a folder of its own.
func withPrompt(
  _ arguments: [String] = [], columns: Int = 100, rows: Int = 30, environment: [String: String] = [:],
  isolation: isolated (any Actor)? = #isolation, _ body: (Terminal) async throws -> Void
) async throws {
  try await withTemporaryDirectory { directory in
    try await withPrompt(arguments, in: directory, columns: columns, rows: rows, environment: environment, body)
  }
}

extension Terminal {
  /// Runs an entry and waits for the text it shows.
  func run(_ entry: String, expecting text: String) async throws {
    enter(entry)
    try await expect(text)
    try await expectPrompt()
  }

  /// Waits for an empty prompt on the cursor's line.
  func expectPrompt() async throws {
    try await expect("an empty prompt") { screen in
      screen.currentLine.hasSuffix(">") && screen.column == screen.currentLine.count + 1
    }
  }

  /// Empties the screen; the prompt stays on the first line.
  func clear() async throws {
    try await expectPrompt()
    press(.control("l"))
    try await expect("the prompt on the first line") { $0.row == 0 }
  }
}

extension TerminalScreen {
  /// The line of the cursor without what is dim: what was typed, without what is suggested.
  var typedLine: String {
    var text = ""
    for (column, character) in currentLine.enumerated() where column < columns && style(row: row, column: column) != "2"
    {
      text.append(character)
    }
    while text.last == " " { text.removeLast() }
    return text
  }

  /// The lines below the cursor's.
  var linesBelow: [String] { Array(lines.dropFirst(row + 1)) }
}
