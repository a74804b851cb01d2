import Foundation
import TestSupport
import Testing

/// What an editor sends to `acrsh --lsp`, written beforehand and sent over a pipe; the answers are read back.
///
/// A text may hold marks `⟦1⟧`, which are taken out; requests name places by their numbers.
struct EditorSession {
  typealias Message = [String: Any]

  static let standardURI = "file:///scripts/a.acr"

  private var input = ""
  private var nextID = 1
  private var places: [String: [Int: Message]] = [:]
  private let folders: [String]
  private let capabilities: Message

  init(folders: [String] = [], capabilities: Message = [:]) {
    self.folders = folders
    self.capabilities = capabilities
  }

  // MARK: Sending

  static func frame(_ message: Message) -> String {
    let data = (try? JSONSerialization.data(withJSONObject: message)) ?? Data()
    return "Content-Length: \(data.count)\r\n\r\n" + String(decoding: data, as: UTF8.self)
  }

  mutating func notify(_ method: String, _ parameters: Message) {
    input += Self.frame(["jsonrpc": "2.0", "method": method, "params": parameters])
  }

  /// Asks something; the number is for ``Answers/result(_:)``.
  @discardableResult
  mutating func ask(_ method: String, _ parameters: Message) -> Int {
    input += Self.frame(["jsonrpc": "2.0", "id": nextID, "method": method, "params": parameters])
    nextID += 1
    return nextID - 1
  }

  /// Opens a text and notes its marks.
  mutating func open(_ marked: String, _ uri: String = standardURI) {
    let text = note(marked, uri)
    notify(
      "textDocument/didOpen",
      ["textDocument": ["uri": uri, "languageId": "acr", "version": 1, "text": text] as Message])
  }

  /// Takes the marks out of a text that is on the disk, or will be.
  mutating func note(_ marked: String, _ uri: String) -> String {
    var text = ""
    var line = 0
    var character = 0
    var rest = marked[...]
    while let first = rest.unicodeScalars.first {
      if first == "⟦", let end = rest.firstIndex(of: "⟧"),
        let number = Int(rest[rest.index(after: rest.startIndex)..<end])
      {
        places[uri, default: [:]][number] = ["line": line, "character": character]
        rest = rest[rest.index(after: end)...]
        continue
      }
      text.unicodeScalars.append(first)
      if first == "\n" {
        line += 1
        character = 0
      } else {
        character += UTF16.width(first)
      }
      rest.unicodeScalars.removeFirst()
    }
    return text
  }

  func place(_ mark: Int, _ uri: String = standardURI) -> Message { places[uri]?[mark] ?? [:] }

  func range(_ from: Int, _ to: Int, _ uri: String = standardURI) -> Message {
    ["start": place(from, uri), "end": place(to, uri)]
  }

  /// Asks about the place of a mark.
  mutating func ask(_ method: String, at mark: Int, _ uri: String = standardURI, _ more: Message = [:]) -> Int {
    ask(
      "textDocument/\(method)",
      ["textDocument": ["uri": uri], "position": place(mark, uri)].merging(more) { $1 })
  }

  /// Asks about a whole text.
  mutating func ask(_ method: String, about uri: String, _ more: Message = [:]) -> Int {
    ask("textDocument/\(method)", ["textDocument": ["uri": uri]].merging(more) { $1 })
  }

  // MARK: Answers

  struct Answers {
    let messages: [Message]
    let exitCode: Int32?

    func result(_ id: Int) throws -> Any {
      let answer = try #require(messages.first { $0["id"] as? Int == id })
      return try #require(answer["result"], "\(answer)")
    }

    func list(_ id: Int) throws -> [Message] { try #require(try result(id) as? [Message]) }

    func object(_ id: Int) throws -> Message { try #require(try result(id) as? Message) }

    /// The code and the text of an error.
    func error(_ id: Int) throws -> (code: Int?, message: String) {
      let answer = try #require(messages.first { $0["id"] as? Int == id })
      let error = try #require(answer["error"] as? Message, "\(answer)")
      return (error["code"] as? Int, error["message"] as? String ?? "")
    }

    /// The last diagnostics of a text.
    func diagnostics(_ uri: String = standardURI) -> [Message] {
      let found = messages.last { message in
        message["method"] as? String == "textDocument/publishDiagnostics"
          && (message["params"] as? Message)?["uri"] as? String == uri
      }
      return (found?["params"] as? Message)?["diagnostics"] as? [Message] ?? []
    }
  }

  /// Sends everything between `initialize` and `exit`.
  func run(in directory: TemporaryDirectory) async throws -> Answers {
    let start =
      Self.frame([
        "jsonrpc": "2.0", "id": 0, "method": "initialize",
        "params": [
          "capabilities": capabilities, "workspaceFolders": folders.map { ["uri": "file://\($0)", "name": "w"] },
        ] as Message,
      ]) + Self.frame(["jsonrpc": "2.0", "method": "initialized", "params": [:] as Message])
    let end =
      Self.frame(["jsonrpc": "2.0", "id": 999_999, "method": "shutdown"])
      + Self.frame(["jsonrpc": "2.0", "method": "exit"])
    let result = try await BuiltProducts.acrsh(["--lsp"], in: directory, input: start + input + end).run()
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
    return Answers(messages: messages, exitCode: result.exitCode)
  }
}

/// A range as four numbers: line and character of its start and its end.
func numbers(_ range: Any?) -> [Int] {
  guard let range = range as? EditorSession.Message, let start = range["start"] as? EditorSession.Message,
    let end = range["end"] as? EditorSession.Message
  else { return [] }
  return [start, end].flatMap { [$0["line"] as? Int ?? -1, $0["character"] as? Int ?? -1] }
}

/// A text after the edits of an answer.
func applied(_ edits: [EditorSession.Message], to text: String) -> String {
  func offset(_ position: EditorSession.Message, _ lines: [Substring]) -> Int {
    let line = position["line"] as? Int ?? 0
    let before = lines.prefix(line).map { $0.utf16.count + 1 }.reduce(0, +)
    return before + (position["character"] as? Int ?? 0)
  }
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  var units = Array(text.utf16)
  let places = edits.compactMap { edit -> (Int, Int, String)? in
    guard let range = edit["range"] as? EditorSession.Message, let start = range["start"] as? EditorSession.Message,
      let end = range["end"] as? EditorSession.Message, let new = edit["newText"] as? String
    else { return nil }
    return (offset(start, lines), offset(end, lines), new)
  }
  for (start, end, new) in places.sorted(by: { $0.0 > $1.0 }) {
    units.replaceSubrange(start..<end, with: Array(new.utf16))
  }
  return String(decoding: units, as: UTF16.self)
}
