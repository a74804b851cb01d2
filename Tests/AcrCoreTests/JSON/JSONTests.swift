import AcrCore
import Testing

@Suite struct JSONTests {
  @Test(
    arguments: [
      ("null", JSONValue.null),
      (" true\n", true),
      ("-0", 0),
      ("9223372036854775807", .integer(.max)),
      ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number(9_223_372_036_854_775_808)),
      ("1.5e-3", .number(0.0015)),
      ("[]", []),
      ("{}", [:]),
      (#"[1,[2,{"a":[]}]]"#, [1, [2, ["a": []]]]),
      (#"{"a":1,"b":{"c":"d"}}"#, ["a": 1, "b": ["c": "d"]]),
      (#""\u0041\n\/\"\\\ud83d\ude00é""#, "A\n/\"\\😀é"),
      ("\u{FEFF}1", 1),
    ] as [(String, JSONValue)])
  func reads(_ text: String, _ expected: JSONValue) throws {
    #expect(try JSONValue(parsing: Array(text.utf8)) == expected)
    #expect(try JSONValue(parsing: Array(expected.text.utf8)) == expected)
  }

  @Test(arguments: [
    ("", 1, 1), ("[1,]", 1, 4), ("{\"a\" 1}", 1, 6), ("{a:1}", 1, 2), ("[1\n 2]", 2, 2), ("01", 1, 2), ("1.", 1, 3),
    ("tru", 1, 1), ("\"a", 1, 3), ("\"\\x\"", 1, 3), ("\"\\ud800\"", 1, 2), ("[\"é\", x]", 1, 7), ("1 2", 1, 3),
    ("]", 1, 1),
    ("1e999", 1, 1), ("\"\t\"", 1, 2),
  ])
  func saysWhereItIsWrong(_ text: String, _ line: Int, _ column: Int) {
    #expect {
      try JSONValue(parsing: Array(text.utf8))
    } throws: { error in
      guard let error = error as? JSONError else { return false }
      return (error.line, error.column) == (line, column)
    }
  }

  @Test func refusesTextThatIsNotUTF8() {
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
  }

  @Test func stopsAtTooManyBrackets() throws {
    func nested(_ depth: Int) -> [UInt8] {
      [UInt8](repeating: 0x5B, count: depth) + [UInt8](repeating: 0x5D, count: depth)
    }
    #expect(throws: Never.self) { try JSONValue(parsing: nested(512)) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: nested(513)) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: nested(1_000_000)) }
  }

  @Test func ofRepeatedNamesTheLastCounts() throws {
    let value = try JSONValue(parsing: Array(#"{"a":1,"a":2}"#.utf8))
    #expect(value["a"] == 2)
    #expect(value.members?.count == 2)
  }

  @Test func scannerGivesEventsInOrder() throws {
    var scanner = JSONScanner(Array(#"{"a":[1,2.5],"b":null}"#.utf8))
    var events: [JSONEvent] = []
    while let event = try scanner.next() { events.append(event) }
    #expect(
      events == [
        .objectStart, .key("a"), .arrayStart, .integer(1), .number(2.5), .arrayEnd, .key("b"), .null, .objectEnd,
      ])
  }

  @Test func writerKnowsCommasAndIndents() {
    func write(_ writer: inout JSONWriter) {
      writer.startObject()
      writer.key("a")
      writer.startArray()
      writer.integer(1)
      writer.bool(false)
      writer.endArray()
      writer.key("e")
      writer.startObject()
      writer.endObject()
      writer.key("n")
      writer.number(0.5)
      writer.endObject()
    }
    var compact = JSONWriter()
    write(&compact)
    #expect(compact.text == #"{"a":[1,false],"e":{},"n":0.5}"#)
    var indented = JSONWriter(indent: 2)
    write(&indented)
    #expect(indented.text == "{\n  \"a\": [\n    1,\n    false\n  ],\n  \"e\": {},\n  \"n\": 0.5\n}")
  }

  @Test(arguments: [
    ("a\"\\\n\r\t", #""a\"\\\n\r\t""#), ("\u{1}\u{1F}\u{7F}", #""\u0001\u001f\u007f""#), ("é😀", "\"é😀\""),
  ])
  func writerEscapes(_ text: String, _ expected: String) {
    #expect(JSONValue.string(text).text == expected)
  }

  @Test func writerHasNoWordForInfinity() {
    #expect(JSONValue.number(.infinity).text == "null")
    #expect(JSONValue.number(.nan).text == "null")
    #expect(JSONValue.number(1e300).text == "1e+300")
    #expect(JSONValue.number(0.1).text == "0.1")
    #expect(JSONValue.number(3).text == "3")
  }
}
