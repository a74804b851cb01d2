import Foundation
import TestSupport
import Testing

/// Every session is written beforehand, sent over a pipe to the program itself, and its answers are read back.
@Suite("acrsh --lsp")
struct LanguageServerTests {
  private typealias Message = [String: Any]

  private static func frame(_ text: String) -> String { "Content-Length: \(text.utf8.count)\r\n\r\n\(text)" }

  private static func request(_ id: Int, _ method: String, _ params: String = "{}") -> String {
    frame(#"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#)
  }

  private static func notification(_ method: String, _ params: String = "{}") -> String {
    frame(#"{"jsonrpc":"2.0","method":"\#(method)","params":\#(params)}"#)
  }

  private static func quoted(_ text: String) -> String {
    let data = try? JSONSerialization.data(withJSONObject: [text])
    return String(String(decoding: data ?? Data(), as: UTF8.self).dropFirst().dropLast())
  }

  private static func open(_ text: String, uri: String = "file:///scripts/a.acr") -> String {
    notification(
      "textDocument/didOpen",
      #"{"textDocument":{"uri":"\#(uri)","languageId":"acr","version":1,"text":\#(quoted(text))}}"#)
  }

  private static func at(_ line: Int, _ character: Int, uri: String = "file:///scripts/a.acr") -> String {
    #"{"textDocument":{"uri":"\#(uri)"},"position":{"line":\#(line),"character":\#(character)}}"#
  }

  /// Runs a session between `initialize` and `exit`.
  private func session(
    _ messages: [String], encodings: String = "[]", in directory: TemporaryDirectory
  ) async throws -> (answers: [Message], exitCode: Int32?) {
    let start =
      Self.request(0, "initialize", #"{"capabilities":{"general":{"positionEncodings":\#(encodings)}}}"#)
      + Self.notification("initialized")
    let end = Self.request(999, "shutdown", "null") + Self.notification("exit", "null")
    return try await run(start + messages.joined() + end, in: directory)
  }

  private func run(_ input: String, in directory: TemporaryDirectory) async throws -> ([Message], Int32?) {
    let result = try await BuiltProducts.acrsh(["--lsp"], in: directory, input: input).run()
    #expect(result.errorOutput.isEmpty)
    var messages: [Message] = []
    var rest = Data(result.outputBytes)
    while let end = rest.range(of: Data("\r\n\r\n".utf8)) {
      let header = String(decoding: rest[rest.startIndex..<end.lowerBound], as: UTF8.self)
      let length = try #require(Int(header.replacing("Content-Length: ", with: "")))
      let body = rest[end.upperBound..<end.upperBound + length]
      messages.append(try #require(try JSONSerialization.jsonObject(with: body) as? Message))
      rest = Data(rest[(end.upperBound + length)...])
    }
    #expect(rest.isEmpty)
    return (messages, result.exitCode)
  }

  private func result(_ id: Int, _ answers: [Message]) throws -> Any {
    let answer = try #require(answers.first { $0["id"] as? Int == id })
    return try #require(answer["result"], "\(answer)")
  }

  private func diagnostics(_ answers: [Message]) -> [[Message]] {
    answers.filter { $0["method"] as? String == "textDocument/publishDiagnostics" }.map {
      ($0["params"] as? Message)?["diagnostics"] as? [Message] ?? []
    }
  }

  private func place(_ range: Any?) -> [Int] {
    guard let range = range as? Message, let start = range["start"] as? Message, let end = range["end"] as? Message
    else { return [] }
    return [start, end].flatMap { [$0["line"] as? Int ?? -1, $0["character"] as? Int ?? -1] }
  }

  @Test("initialize, an error, its cure by an incremental change, and goodbye")
  func diagnosticsAndChanges() async throws {
    try await withTemporaryDirectory { directory in
      let (answers, code) = try await session(
        [
          Self.open("let name = '𝔁é'\nprint '𝔁é' $nam\n"),
          Self.notification(
            "textDocument/didChange",
            #"""
            {"textDocument":{"uri":"file:///scripts/a.acr","version":2},"contentChanges":
            [{"range":{"start":{"line":1,"character":16},"end":{"line":1,"character":16}},"text":"e"}]}
            """#),
          Self.notification("textDocument/didClose", #"{"textDocument":{"uri":"file:///scripts/a.acr"}}"#),
        ], in: directory)
      #expect(code == 0)
      let capabilities = try #require((try result(0, answers) as? Message)?["capabilities"] as? Message)
      #expect(capabilities["positionEncoding"] as? String == "utf-16")
      let found = diagnostics(answers)
      #expect(found.count == 3)
      let error = try #require(found.first?.first)
      #expect(place(error["range"]) == [1, 12, 1, 16])
      #expect(error["severity"] as? Int == 1)
      #expect((error["message"] as? String)?.contains("did you mean `$name`?") == true)
      #expect(found.dropFirst().allSatisfy { $0.isEmpty })
    }
  }

  @Test("positions in UTF-8 when the client offers it")
  func utf8() async throws {
    try await withTemporaryDirectory { directory in
      let (answers, _) = try await session(
        [Self.open("print '𝔁é' $nam\n")], encodings: #"["utf-8", "utf-16"]"#, in: directory)
      let error = try #require(diagnostics(answers).first?.first)
      #expect(place(error["range"]) == [0, 15, 0, 19])
    }
  }

  @Test("hover, completion, definition, symbols and layout")
  func features() async throws {
    try await withTemporaryDirectory { directory in
      let library = try directory.write("## Says hello.\ndef hello(who) { print $who }\n", to: "my library.acr")
      let uri = "file://\(directory.path)/a.acr"
      let text = """
        use "./my library.acr" as lib
        ## Doubles.
        def double(x, --more) { return $x * 2 }
        let rows = acr manifest list-metadata --registry localhost:5000 --name a
        lib.hello  $rows
        print (double 2 --more) $rows
        print $r
        imp
        """
      let (answers, code) = try await session(
        [
          Self.open(text, uri: uri),
          Self.request(1, "textDocument/hover", Self.at(3, 20, uri: uri)),
          Self.request(2, "textDocument/hover", Self.at(5, 9, uri: uri)),
          Self.request(3, "textDocument/hover", Self.at(3, 42, uri: uri)),
          Self.request(4, "textDocument/completion", Self.at(6, 8, uri: uri)),
          Self.request(5, "textDocument/completion", Self.at(7, 3, uri: uri)),
          Self.request(6, "textDocument/definition", Self.at(5, 26, uri: uri)),
          Self.request(7, "textDocument/definition", Self.at(2, 33, uri: uri)),
          Self.request(8, "textDocument/definition", Self.at(4, 5, uri: uri)),
          Self.request(9, "textDocument/definition", Self.at(5, 18, uri: uri)),
          Self.request(10, "textDocument/documentSymbol", #"{"textDocument":{"uri":"\#(uri)"}}"#),
          Self.request(11, "textDocument/formatting", #"{"textDocument":{"uri":"\#(uri)"},"options":{}}"#),
          Self.request(12, "textDocument/hover", Self.at(4, 6, uri: uri)),
          Self.request(13, "textDocument/hover", Self.at(1, 0, uri: uri)),
        ], in: directory)
      #expect(code == 0)
      func hover(_ id: Int) throws -> String {
        let contents = (try result(id, answers) as? Message)?["contents"] as? Message
        return contents?["value"] as? String ?? ""
      }
      #expect(try hover(1).contains("list-metadata"))
      #expect(try hover(2) == "```acr\ndef double(x, --more)\n```\n\nDoubles.")
      #expect(try hover(3).contains("--registry STRING"))
      #expect(try hover(12).contains("Says hello."))
      #expect(try result(13, answers) is NSNull)
      let variables = try #require(try result(4, answers) as? [Message])
      #expect(variables.compactMap { $0["label"] as? String } == ["$rows"])
      let edit = try #require(variables.first?["textEdit"] as? Message)
      #expect(place(edit["range"]) == [6, 7, 6, 8])
      #expect(edit["newText"] as? String == "rows")
      let commands = try #require(try result(5, answers) as? [Message])
      #expect(commands.contains { $0["label"] as? String == "import" })
      func definition(_ id: Int) throws -> (String?, [Int]) {
        let location = try result(id, answers) as? Message
        return (location?["uri"] as? String, place(location?["range"]))
      }
      #expect(try definition(6) == (uri, [3, 4, 3, 8]))
      #expect(try definition(7) == (uri, [2, 11, 2, 12]))
      #expect(try definition(8) == ("file://\(library.replacing(" ", with: "%20"))", [1, 4, 1, 9]))
      #expect(try definition(9) == (uri, [2, 14, 2, 20]))
      let symbols = try #require(try result(10, answers) as? [Message])
      #expect(symbols.compactMap { $0["name"] as? String } == ["lib", "double", "rows"])
      #expect((symbols[1]["children"] as? [Message])?.count == 2)
      let edits = try #require(try result(11, answers) as? [Message])
      #expect((edits.first?["newText"] as? String)?.contains("\nlib.hello $rows\n") == true)
    }
  }

  @Test("what is wrong gets the error of JSON-RPC, and the session continues")
  func badMessages() async throws {
    try await withTemporaryDirectory { directory in
      let (answers, code) = try await session(
        [
          Self.frame("{not json"), Self.frame("[]"), Self.frame(#"{"jsonrpc":"2.0","id":{},"method":"x"}"#),
          "Content-Type: text\r\n\r\n", Self.request(1, "textDocument/declaration"),
          Self.request(2, "textDocument/hover", #"{"textDocument":{"uri":"file:///none"},"position":{}}"#),
          Self.request(3, "textDocument/hover", "17"), Self.notification("textDocument/didChange", "[]"),
          Self.open("print 1"), Self.request(4, "textDocument/hover", Self.at(0, -3)),
          Self.request(5, "textDocument/completion", Self.at(999_999, 999_999)), Self.request(6, "initialize"),
          Self.frame(#"{"jsonrpc":"2.0","id":7,"result":null}"#),
        ], in: directory)
      #expect(code == 0)
      let codes = answers.compactMap { ($0["error"] as? Message)?["code"] as? Int }
      #expect(codes == [-32700, -32600, -32600, -32700, -32601, -32602, -32602, -32602, -32600])
      #expect(answers.last?["id"] as? Int == 999)
    }
  }

  @Test("requests before `initialize` are refused, and without `shutdown` the exit code is 1")
  func order() async throws {
    try await withTemporaryDirectory { directory in
      let early = try await run(Self.request(1, "shutdown") + Self.notification("exit"), in: directory)
      #expect((early.0.first?["error"] as? Message)?["code"] as? Int == -32002)
      #expect(early.1 == 1)
      let cut = try await run("Content-Length: 100\r\n\r\n{", in: directory)
      #expect(cut.0.isEmpty)
      #expect(cut.1 == 1)
    }
  }
}
