import AcrCore
import AcrText
import Testing

@Suite("Text for a terminal")
struct TerminalTextTests {
  static let unsafe: [(String, String)] = [
    ("\u{1B}[31m", "\\u{1B}[31m"), ("\u{0}", "\\u{0}"), ("\r", "\\u{D}"), ("\u{8}", "\\u{8}"), ("\u{7F}", "\\u{7F}"),
    ("\u{9B}31m", "\\u{9B}31m"), ("\u{85}", "\\u{85}"), ("\u{202E}x", "\\u{202E}x"), ("\u{2066}", "\\u{2066}"),
    ("\u{200E}", "\\u{200E}"), ("\u{61C}", "\\u{61C}"), ("\u{200B}", "\\u{200B}"), ("\u{FEFF}", "\\u{FEFF}"),
    ("\u{2028}", "\\u{2028}"), ("\u{2029}", "\\u{2029}"), ("\u{AD}", "\\u{AD}"), ("\u{E0041}", "\\u{E0041}"),
    ("\u{3164}", "\\u{3164}"), ("\u{E0100}", "\\u{E0100}"), ("a\u{200D}b", "a\\u{200D}b"), ("\u{FFFE}", "\\u{FFFE}"),
  ]

  @Test("what would steer it or cannot be seen is shown as an escape", arguments: unsafe)
  func escapes(_ text: String, _ shown: String) {
    #expect(TerminalText(text).rendered == shown)
    #expect(("\(text)" as TerminalText).rendered == shown)
    #expect(TerminalText.visible(shown) == shown, "escaping again changes nothing")
  }

  @Test(
    "ordinary text stays as it is",
    arguments: ["", "plain ~", "é日本", "e\u{301}", "⚠️", "👩‍👩‍👧", "👩🏽‍💻", "🏴", "\u{E0B0}"])
  func keeps(_ text: String) { #expect(TerminalText.visible(text) == text) }

  @Test("line ends and tabs stay where a layout wants them")
  func lines() {
    #expect(TerminalText("a\n\tb").rendered == "a\n\tb")
    #expect(TerminalText(line: "a\n\tb").rendered == "a\\n\\tb")
    #expect(TerminalText("a\nb").withCarriageReturns.rendered == "a\r\nb")
  }

  @Test("the program's own sequences pass, and what is put between them does not")
  func interpolation() {
    let name = "x\u{1B}[2J"
    let text: TerminalText = "\u{1B}[1m\(name)\u{1B}[0m"
    #expect(text.rendered == "\u{1B}[1mx\\u{1B}[2J\u{1B}[0m")
    #expect([text, text].joined(separator: "\n").rendered == "\(text.rendered)\n\(text.rendered)")
  }

  @Test("JSON holds the same data in escapes")
  func json() throws {
    for (text, _) in Self.unsafe {
      var writer = JSONWriter()
      writer.string(text)
      #expect(writer.text.unicodeScalars.allSatisfy { !TerminalText.isUnsafe($0) }, "\(writer.text)")
      #expect(try JSONValue(parsing: writer.bytes).string == text)
    }
  }
}
