import AcrCore
import TestSupport
import Testing

@testable import AcrRuntime

/// Data that comes in pieces: where it is cut makes no difference, and nothing in it crashes.
@Suite("Data in pieces")
struct StreamedDataTests {
  private static let texts: [(DataFormat, String)] = [
    (.json, #"[{"a": 1, "b": "x\u00e9\ud83d\udc33\n"}, {"a": -2.5e3, "b": null}, [true, false, []], "text", 12]"#),
    (.json, "[\n  {\"n\": 1},\r\n  {\"n\": 2}\n]\n"), (.json, "[]"), (.json, " [ 1 , 2 ] "), (.json, "[1, 2] x"),
    (.json, "[1, 2"), (.json, "[1 2]"), (.json, "[1,]"), (.json, #"["a"#), (.json, #"["\ud83d"]"#), (.json, "[tru]"),
    (.json, "{\"a\": [1, {\"b\": 2}]}"), (.json, "12"), (.json, ""), (.json, "[\"é\u{FE0F}\", 01]"),
    (.jsonl, "{\"a\": 1}\n{\"a\": 2}\r\n\n{\"b\": \"ü\"}\n"), (.jsonl, "1\r2\r3"), (.jsonl, "1\n2 3\n"),
    (.jsonl, "{\"a\": 1\n}\n"),
    (.jsonl, "\u{FEFF}{\"a\": 1}\n{"), (.jsonl, ""),
    (.csv, "a,b\r\n1,2\r\n\"x\"\"y\",\"two\r\nlines\"\r\n"), (.csv, "a\n\"\"\nx\n"), (.csv, "a,b\r1,2\r3,4"),
    (.csv, "a,b\n1\n"),
    (.csv, "a,b\n\"1,2\n"), (.csv, "a,b\n\"1\"2,3\n"), (.csv, "\u{FEFF}ä,ö\n1,2\n"), (.csv, ""), (.csv, "a,a\n"),
    (.tsv, "a\tb\n1\t2\n"),
  ]

  /// What a text gives, read in pieces of so many bytes, as one line.
  private func read(_ format: DataFormat, _ bytes: [UInt8], pieces size: Int) -> String {
    var rest = bytes[...]
    let window = ByteWindow(name: "f") {
      guard !rest.isEmpty else { return nil }
      defer { rest = rest.dropFirst(size) }
      return Array(rest.prefix(size))
    }
    var rows: [String] = []
    do {
      switch try format.rows(window, nil) {
      case .value(let value): rows.append(try value.json())
      case .rows(let stream): while let row = try stream.next() { rows.append(try row.json()) }
      case .bytes: rows.append("bytes")
      }
    } catch {
      rows.append((error as? AcrError)?.message ?? "\(error)")
    }
    return rows.joined(separator: " ")
  }

  @Test("Every cut gives the same rows and the same errors", arguments: 0..<texts.count)
  func cuts(index: Int) {
    let (format, text) = Self.texts[index]
    let bytes = Array(text.utf8)
    let whole = read(format, bytes, pieces: max(1, bytes.count))
    for size in 1...max(1, bytes.count) {
      #expect(read(format, bytes, pieces: size) == whole, "pieces of \(size): \(text)")
    }
  }

  @Test("Changed bytes give rows or an error with its place, whatever the pieces")
  func changedBytes() {
    var random = SplitMix64(state: 20_261_130)
    for (format, text) in Self.texts where !text.isEmpty {
      for _ in 0..<200 {
        var bytes = Array(text.utf8)
        bytes[Int.random(in: 0..<bytes.count, using: &random)] =
          Bool.random(using: &random)
          ? UInt8.random(in: 0...255, using: &random)
          : Array("\"\\{}[],:\r\n\t0e-".utf8).randomElement(using: &random) ?? 0
        let whole = read(format, bytes, pieces: bytes.count)
        let size = Int.random(in: 1...bytes.count, using: &random)
        #expect(read(format, bytes, pieces: size) == whole, "pieces of \(size): \(bytes)")
      }
    }
  }

  @Test("The reader of values and the reader of documents agree on what is JSON")
  func agreement() {
    var random = SplitMix64(state: 7)
    for (format, text) in Self.texts where format == .json && !text.isEmpty {
      for _ in 0..<300 {
        var bytes = Array(text.utf8)
        bytes[Int.random(in: 0..<bytes.count, using: &random)] =
          Array("\"\\{}[],:\r\n\t0123e-.+tfn ".utf8).randomElement(using: &random) ?? 0
        let value: String
        do throws(JSONError) {
          _ = try Value(json: bytes)
          value = "ok"
        } catch {
          value = "\(error.line):\(error.column): \(error.reason)"
        }
        let document: String
        do throws(JSONError) {
          _ = try JSONValue(parsing: bytes)
          document = "ok"
        } catch {
          document = "\(error.line):\(error.column): \(error.reason)"
        }
        #expect(value == document, "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
  }

  @Test("A row that does not end is refused before the memory is full")
  func hugeRow() {
    var pieces = 0
    let window = ByteWindow(name: "f") {
      pieces += 1
      return [UInt8](repeating: 0x61, count: 1 << 20)
    }
    do {
      guard case .rows(let rows) = try DataFormat.jsonl.rows(window, nil) else { return }
      _ = try rows.next()
      Issue.record("a row without end was read")
    } catch {
      #expect((error as? AcrError)?.message == "f:1: a row is longer than 67.1 MB")
    }
    #expect(pieces <= 66)
  }

  @Test("UTF-16 is named")
  func otherEncoding() {
    #expect(read(.jsonl, [0xFF, 0xFE, 0x31, 0x00], pieces: 4) == "`f` is UTF-16, and not UTF-8")
  }

  @Test("TOML: the cases of the specification that must be read, and those that must not")
  func toml() throws {
    let good: [(String, String)] = [
      ("\"127.0.0.1\" = 1\n'quoted \"v\"' = 2", #"{"127.0.0.1":1,"quoted \"v\"":2}"#),
      ("1234 = 'x'\n3.14159 = 'pi'", #"{"1234":"x","3":{"14159":"pi"}}"#),
      ("fruit . color = 1\nfruit.apple.smooth = true", #"{"fruit":{"color":1,"apple":{"smooth":true}}}"#),
      ("a = \"\"\"\nRoses\\\n   red\"\"\"", #"{"a":"Rosesred"}"#), ("a = '''\nI '''''", #"{"a":"I ''"}"#),
      ("a = \"\"\"two \"\"quotes\"\".\"\"\"", #"{"a":"two \"\"quotes\"\"."}"#),
      ("a = \"\\u00E9\\U0001F433\"", #"{"a":"é🐳"}"#),
      ("a = [\n 1, # one\n 2,\n]", #"{"a":[1,2]}"#),
      ("a = +1_000\nb = -0.5\nc = 5e+2", #"{"a":1000,"b":-0.5,"c":500}"#),
      ("[a.b]\n[a]\nc = 1", #"{"a":{"b":{},"c":1}}"#), ("[[x]]\n[x.y]\nz = 1\n[[x]]", #"{"x":[{"y":{"z":1}},{}]}"#),
      ("t = 1979-05-27 07:32:00.5-07:00", #"{"t":"1979-05-27T14:32:00.5Z"}"#), ("# only a comment", "{}"),
      ("a = {}\r\n", #"{"a":{}}"#),
    ]
    for (text, json) in good { #expect(try Value.record(TOMLReader.read(text)).json() == json, "\(text)") }
    let bad = [
      "a = 1\n[a.b]", "a.b = 1\na = 2", "[[a]]\n[a]", "[a]\nb = 1\n[a.b]", "a = {b = 1}\na.c = 2", "a = {b = 1,}",
      "a = [1 2]",
      "a = \"\n\"", "a = 'x", "a = \"\\q\"", "a = \"\\uD800\"", "a = 1__0", "a = _1", "a = 1.", "a = .5", "a = 0x",
      "a = -0x1",
      "a = 99999999999999999999", "a = 1e999", "a = nan", "a = True", "a = 2024-13-01", "a = 25:00:00", "a", "a =",
      "= 1", "[a",
      "[[a]", "[]", "a..b = 1", "a = 1 2", "a = \"\u{7}\"", "# \u{1}", "\"\"\"a\"\"\" = 1",
    ]
    for text in bad {
      do throws(AcrError) {
        let record = try TOMLReader.read(text)
        Issue.record("\(text) was read as \(record)")
      } catch {
        #expect(error.message.hasPrefix("line "), "\(text): \(error.message)")
      }
    }
  }

  @Test("Changed TOML gives data or an error with its place")
  func changedTOML() {
    var random = SplitMix64(state: 99)
    let text = "a = 1\n[b.c]\nd = [\"x\", 'y', {z = 1979-05-27}]\n[[e]]\nf = \"\"\"m\\n\"\"\" # c\n\"g h\".i = 0xFF\n"
    for _ in 0..<4000 {
      var bytes = Array(text.utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 1..<128, using: &random)
      }
      do throws(AcrError) {
        _ = try TOMLReader.read(String(decoding: bytes, as: UTF8.self))
      } catch {
        #expect(error.message.hasPrefix("line "))
      }
    }
  }
}
