import AcrCore
import AcrDocuments
import AcrLanguage
import Testing

@Suite("Files in YAML")
struct DocumentTests {
  /// Reads a text, and gives what is wrong as `line:column message | label | help`.
  private func problems(_ text: String, _ read: (DocumentReader) -> Void = { _ in }) -> [String] {
    do {
      let reader = DocumentReader(try Document(Source(name: "rules.yaml", text: text)))
      read(reader)
      try reader.finish()
      return []
    } catch let error as DocumentError {
      return error.diagnostics.map { found in
        let place = found.source?.position(of: found.span?.start ?? 0) ?? (line: 0, column: 0)
        return ["\(place.line):\(place.column) \(found.message)", found.label ?? "", found.help ?? ""]
          .joined(separator: " | ")
      }
    } catch {
      return ["\(error)"]
    }
  }

  @Test("every type is read, also from JSON, and what is not there is nil")
  func types() throws {
    let text = """
      name: base/*   # a comment
      keep: 10
      ago: 30d
      size: 1GiB
      share: 30%
      locked: true
      tags: [v1, 2, "3"]
      version: 1.10
      nothing:
      rules:
        - {a: 1}
        - b
      """
    let reader = DocumentReader(try Document(Source(name: "rules.yaml", text: text)))
    let known = ["name", "keep", "ago", "size", "share", "locked", "tags", "version", "nothing", "rules", "absent"]
    let fields = try #require(reader.fields(reader.document.root, of: "the file", known: known))
    #expect(fields.text("name") == "base/*")
    #expect(fields.int("keep", in: 0...100) == 10)
    #expect(fields.duration("ago") == .seconds(30 * 86400))
    #expect(fields.size("size") == 1 << 30)
    #expect(fields.share("share") == 0.3)
    #expect(fields.bool("locked") == true)
    #expect(fields.texts("tags") == ["v1", "2", "3"])
    #expect(fields.text("version") == "1.10", "a version is a text, not a number")
    #expect(fields.texts("name") == ["base/*"])
    #expect(fields.text("nothing") == nil && fields.has("nothing") && !fields.has("absent"))
    #expect(fields.list("rules").count == 2)
    try reader.finish()

    let json = DocumentReader(try Document(Source(name: "rules.json", text: #"{"name": "x", "keep": 3}"#)))
    let members = try #require(json.fields(json.document.root, of: "the file", known: known))
    #expect(members.text("name") == "x" && members.int("keep", in: 0...9) == 3)
  }

  @Test("everything that is wrong is said at once, with its place and a cure")
  func findings() {
    let text = """
      kepe: 3
      keep: many
      ago: "30d"
      tags: {a: 1}
      mode: fastt
      """
    let found = problems(text) { reader in
      let fields = reader.fields(reader.document.root, of: "a rule", known: ["keep", "ago", "tags", "mode", "image"])
      _ = fields?.int("keep", in: 1...9)
      _ = fields?.duration("ago")
      _ = fields?.texts("tags")
      _ = fields?.choice("mode", ["fast", "slow"])
      fields?.require("image", help: "write `image: NAME`")
    }
    #expect(
      found == [
        "1:1 a rule has no key `kepe` | did you mean `keep`? | the keys are `keep`, `ago`, `tags`, `mode`, `image`",
        "1:1 a rule needs `image` |  | write `image: NAME`",
        "2:7 `keep` is a whole number from 1 to 9, and this is the text `many` |  | ",
        "3:6 `ago` is a time such as `30d`, `12h` or `90s`, and this is the text `30d` |  | ",
        "4:7 `tags` is a text, and this is a mapping |  | ",
        "5:7 `mode` cannot be `fastt` | did you mean `fast`? | it is one of `fast`, `slow`",
      ])
  }

  @Test(
    "what is no YAML is refused at its place",
    arguments: [
      ("a: 1\na: 2", "2:1 the key `a` occurs twice"), ("a: [1, 2", "1:9 this is not YAML"),
      ("a: *b", "1:4 `*b` names no anchor above it"), ("a: !secret x", "1:4 the tag `!secret` is not understood"),
      ("<<: {a: 1}", "1:1 merge keys"), ("a: 1\n---\nb: 2", "2:1 a second document starts here"),
      ("[a]: 1", "1:1 a key is not a text"), ("a:\n\t- b", "2:1 this is not YAML"), ("ä: {", "1:5 this is not YAML"),
      (String(repeating: "[", count: 100_000), "1:65 values are nested more than 64 deep"),
      (String(repeating: "- ", count: 100_000), "1:129 values are nested more than 64 deep"),
      ("a: &a [*a]", "1:8 `*a` names no anchor above it"),
      ("\u{0}", "1:1 this is not YAML"),
    ])
  func refused(_ text: String, _ expected: String) {
    let found = problems(text)
    #expect(found.first?.hasPrefix(expected) == true, "\(found)")
  }

  @Test("aliases stand for their values, and a billion laughs are refused")
  func aliases() throws {
    let document = try Document(Source(name: "a", text: "a: &x [1, 2]\nb: *x"))
    guard case .mapping(let entries) = document.root.content, case .list(let items) = entries.last?.value.content else {
      Issue.record("no list")
      return
    }
    #expect(items.count == 2)
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      let members = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(members)]\n"
    }
    #expect(problems(text).first?.contains("more than 200000 values") == true)
  }

  @Test("one long line is read from left to right, and places in it are right")
  func longLine() {
    let text = "{\"a\": [" + Array(repeating: "\"ä\"", count: 150_000).joined(separator: ",") + "], \"kepe\": 1}"
    #expect(problems("[" + Array(repeating: "{}", count: 150_000).joined(separator: ",") + "]") == [])
    let found = problems(text) { reader in
      let fields = reader.fields(reader.document.root, of: "a rule", known: ["a", "keep"])
      #expect(fields?.list("a").count == 150_000)
    }
    #expect(found.count == 1 && found.first?.hasPrefix("1:600010 a rule has no key `kepe`") == true, "\(found)")
  }

  @Test("an empty file is nothing, and bytes that are no UTF-8 are refused")
  func edges() throws {
    #expect(try Document(Source(name: "a", text: "")).root.isNull)
    #expect(try Document(Source(name: "a", text: "# only this\n")).root.isNull)
    do {
      _ = try Document(Source(name: "a", bytes: [0x61, 0x3A, 0x20, 0xFF]))
      Issue.record("bytes that are no UTF-8 were read")
    } catch let error as DocumentError {
      #expect(error.error.message == "a:1:1: the file is not UTF-8")
      #expect(error.error.help == "save it as UTF-8")
    }
  }

  @Test("random bytes and broken files never crash it")
  func garbage() {
    var state: UInt64 = 20_261_130
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    let pieces = [
      "a: ", "- ", "[", "]", "{", "}", "\n", "  ", "\"", "'", "&a ", "*a", "#", "|\n", ">", "? ", "ä", "\t", "%",
    ]
    for _ in 0..<3000 {
      var text = ""
      for _ in 0..<(next() % 24) { text += pieces[Int(next() % UInt64(pieces.count))] }
      if let document = try? Document(Source(name: "a", text: text)) {
        #expect(document.source.bytes.count == text.utf8.count)
      }
      _ = try? Document(Source(name: "a", bytes: (0..<(next() % 40)).map { _ in UInt8(truncatingIfNeeded: next()) }))
    }
  }
}
