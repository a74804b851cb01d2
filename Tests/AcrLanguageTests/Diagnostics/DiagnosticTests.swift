import AcrLanguage
import Testing

/// Every finding word for word, and its place to the byte.
@Suite struct DiagnosticTests {
  @Test(arguments: MarkedCase.all)
  func findingsAndPlaces(_ marked: MarkedCase) {
    let text = marked.text.filter { $0 != "«" && $0 != "»" }
    let result = Checker.check(
      source: Source(name: "test.acr", text: text), catalog: TestCatalog.catalog,
      session: marked.isPrompt ? SessionScope() : nil, environment: ["HOME", "NME"],
      loader: { _, _ in throw ModuleError("no such file") })
    let findings = result.diagnostics.map { diagnostic in
      "\(diagnostic.severity.rawValue): \(diagnostic.message)" + (diagnostic.label.map { " / \($0)" } ?? "")
        + (diagnostic.help.map { " = \($0)" } ?? "")
    }
    #expect(findings == marked.findings)
    #expect(Self.mark(text, result.diagnostics.compactMap(\.span)) == marked.text)
    let isRefused = result.script == nil
    #expect(isRefused == marked.findings.contains { $0.hasPrefix("error") })
  }

  /// The text with marks around the spans.
  private static func mark(_ text: String, _ spans: [Span]) -> String {
    let bytes = Array(text.utf8)
    var marked: [UInt8] = []
    for offset in 0...bytes.count {
      if spans.contains(where: { $0.end == offset && $0.start < offset }) { marked += Array("»".utf8) }
      if spans.contains(where: { $0.start == offset }) { marked += Array("«".utf8) }
      if spans.contains(where: { $0.start == offset && $0.end == offset }) { marked += Array("»".utf8) }
      if offset < bytes.count { marked.append(bytes[offset]) }
    }
    return String(decoding: marked, as: UTF8.self)
  }

  @Test func atMostTwentyFindings() {
    let text = (1...50).map { "prnt\($0)x a" }.joined(separator: "\n")
    let result = Checker.check(source: Source(name: "t", text: text), catalog: TestCatalog.catalog)
    let lines = result.diagnostics.compactMap {
      $0.span.map { span in Source(name: "t", text: text).position(of: span.start).line }
    }
    #expect(lines == Array(1...20))
    let broken = (1...50).map { _ in "let = 1" }.joined(separator: "\n")
    let count = Checker.check(source: Source(name: "t", text: broken), catalog: TestCatalog.catalog).diagnostics.count
    #expect(count == 20)
  }

  @Test(
    arguments: [
      ([0x70, 0x72, 0x0A, 0x61, 0xFF], "the byte 0xFF at 2:2 (byte 4) is not UTF-8"),
      ([0xC3], "the byte 0xC3 at 1:1 (byte 0) is not UTF-8"),
      ([0xE2, 0x82], "the byte 0xE2 at 1:1 (byte 0) is not UTF-8"),
      ([0xED, 0xA0, 0x80], "the byte 0xED at 1:1 (byte 0) is not UTF-8"),
      ([0xC0, 0x80], "the byte 0xC0 at 1:1 (byte 0) is not UTF-8"),
      ([0xF5, 0x80, 0x80, 0x80], "the byte 0xF5 at 1:1 (byte 0) is not UTF-8"),
      ([0x61, 0x00], "there is a zero byte at 1:2 (byte 1)"),
    ] as [([UInt8], String)])
  func invalidBytes(_ bytes: [UInt8], _ message: String) {
    let result = Checker.check(source: Source(name: "t", bytes: bytes), catalog: TestCatalog.catalog)
    let messages = result.diagnostics.map(\.message)
    #expect(messages == [message])
  }
}

@Suite struct PrinterTests {
  private func text(_ text: String, _ start: Int32, _ end: Int32, label: String? = nil) -> String {
    DiagnosticPrinter(width: 40).text(
      of: Diagnostic(.error, "wrong", source: Source(name: "a.acr", text: text), span: Span(start, end), label: label)
    ).rendered
  }

  @Test func theExampleOfTheDesign() {
    let line = "acr import --nmae prod --source dev.azurecr.io/$image --image $image"
    let source = Source(name: "promote.acr", text: "\n\n\n\n\n\n" + line + "\n")
    let diagnostic = Diagnostic(
      .error, "`--nmae` is not a flag of `acr import`", source: source, span: Span(17, 23),
      label: "did you mean `--name`?", help: "`help acr import` lists its flags")
    #expect(
      DiagnosticPrinter().text(of: diagnostic) == """
        error: `--nmae` is not a flag of `acr import`
          --> promote.acr:7:12
          |
        7 | acr import --nmae prod --source dev.azurecr.io/$image --image $image
          |            ^^^^^^ did you mean `--name`?
          = help: `help acr import` lists its flags

        """)
  }

  @Test func aRunTimeErrorWithNotes() {
    let line = "    acr import --name $to --source ${m.source}"
    let source = Source(name: "mirror.acr", text: String(repeating: "\n", count: 13) + line)
    var diagnostic = Diagnostic(
      .error, kind: "throttled", "contosoprod.azurecr.io is busy", source: source, span: Span(17, 27),
      label: "importing alpine:3.20", help: "fewer jobs")
    diagnostic.notes = [.init("in", "block of `par-each` at mirror.acr:11:7"), .init("request", "7f0c")]
    #expect(
      DiagnosticPrinter().text(of: diagnostic) == """
        error[throttled]: contosoprod.azurecr.io is busy
          --> mirror.acr:14:5
           |
        14 |     acr import --name $to --source ${m.source}
           |     ^^^^^^^^^^ importing alpine:3.20
           = in: block of `par-each` at mirror.acr:11:7
           = request: 7f0c
           = help: fewer jobs

        """)
  }

  @Test(
    arguments: [
      // Tabs, wide characters, combining marks, an emoji, CR LF, a byte order mark, the end of the line.
      ("\tab", 1, 2, "    ab", "    ^"),
      ("x\tab", 2, 3, "x   ab", "    ^"),
      ("日本 x", 7, 8, "日本 x", "     ^"),
      ("日本 x", 0, 6, "日本 x", "^^^^"),
      ("e\u{301}x", 3, 4, "e\u{301}x", " ^"),
      ("🐳 x", 5, 6, "🐳 x", "   ^"),
      ("ab\r\ncd", 1, 2, "ab", " ^"),
      ("\u{FEFF}ab", 3, 4, "ab", "^"),
      ("ab", 2, 2, "ab", "  ^"),
      ("ab {\ncd\n}", 3, 9, "ab {", "   ^"),
      ("a\u{1B}[31mb", 6, 7, "a\\u{1B}[31mb", "           ^"),
    ] as [(String, Int32, Int32, String, String)])
  func columns(_ input: String, _ start: Int32, _ end: Int32, _ shown: String, _ carets: String) {
    let lines = text(input, start, end).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[3] == "1 | \(shown)")
    #expect(lines[4] == "  | \(carets)")
  }

  @Test func longLinesAreCutAroundTheCarets() {
    let long = String(repeating: "a", count: 60) + "XYZ" + String(repeating: "b", count: 60)
    let lines = text(long, 60, 63).split(separator: "\n")
    #expect(lines[3] == "1 | …aaaaaaaaaaaaXYZbbbbbbbbbbbbbbbbbbbbbbb…")
    #expect(lines[4] == "  |              ^^^")
    let start = text(long, 0, 1).split(separator: "\n")
    #expect(start[3] == "1 | " + String(repeating: "a", count: 39) + "…")
    let whole = text(long, 0, 123).split(separator: "\n")
    #expect(whole[4] == "  | " + String(repeating: "^", count: 39))
  }

  @Test func colourOnlyWhenAskedFor() {
    let diagnostic = Diagnostic(.warning, "odd", source: nil, span: nil)
    #expect(DiagnosticPrinter().text(of: diagnostic) == "warning: odd\n")
    #expect(
      DiagnosticPrinter(usesColor: true).text(of: diagnostic) == "\u{1B}[1;33mwarning\u{1B}[0m\u{1B}[1m: odd\u{1B}[0m\n"
    )
  }

  @Test func json() {
    var diagnostic = Diagnostic(
      .error, kind: "thrown", "a \"b\"\n\u{1B}", source: Source(name: "é.acr", text: "x\néy"), span: Span(4, 5),
      label: "l", help: "h")
    diagnostic.notes = [.init("in", "f")]
    let expected =
      #"{"severity":"error","kind":"thrown","message":"a \"b\"\n\u001b","file":"é.acr","line":2,"column":2,"#
      + #""endLine":2,"endColumn":3,"start":4,"end":5,"label":"l","notes":[{"name":"in","text":"f"}],"help":"h"}"#
    #expect(diagnostic.json == expected)
    #expect(Diagnostic(.note, "m", source: nil, span: nil).json == #"{"severity":"note","message":"m"}"#)
  }

  @Test("a workflow command names the place, and no text can begin another command")
  func github() {
    var diagnostic = Diagnostic(
      .error, kind: "thrown", "50% of\n::add-mask::x\u{1B}", source: Source(name: "a:b,c.acr", text: "x\n\u{E9}y"),
      span: Span(4, 5), label: "l", help: "h")
    diagnostic.notes = [.init("in", "f")]
    #expect(
      diagnostic.workflowCommand
        == "::error file=a%3Ab%2Cc.acr,line=2,endLine=2,col=2,endColumn=2,title=acrsh%3A thrown::"
        + #"50%25 of%0A::add-mask::x\u{1B}%0Al%0Ain: f%0Ahelp: h"#)
    #expect(Diagnostic(.note, "m", source: nil, span: nil).workflowCommand == "::notice title=acrsh::m")
    #expect(
      Diagnostic(.warning, "m", source: Source(name: "f", text: "a\nb"), span: Span(0, 3)).workflowCommand
        == "::warning file=f,line=1,endLine=2,title=acrsh::m")
  }
}
