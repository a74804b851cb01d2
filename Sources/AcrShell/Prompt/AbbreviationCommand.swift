import AcrCore
import AcrLanguage
import AcrRuntime
import AcrText
import Synchronization

/// `abbr`: short words that the prompt writes out.
final class AbbreviationCommand: Command {
  private let state = Mutex([String: String]())
  /// How many there may be.
  private static let limit = 1_000

  struct Parameters: ParameterSet {
    let remove = Switch("remove", help: "forgets the abbreviation")
    let name = Positional<String?>("name", help: "the short word")
    let words = Rest<String>(
      "words", takesFlags: true, help: "`=`, and what it stands for; a text in quotes where it has a `|`")
  }

  let signature = Signature(
    "abbr", aliases: ["alias"], summary: "Defines a word that the prompt writes out",
    description: """
      At the start of a command, the name becomes what it stands for as soon as a space or Enter follows, so the line \
      and the history show what runs. Without arguments, lists the abbreviations. Put them into `rc.acr` to have them \
      in every session. In scripts they mean nothing: a `def` is the word for that.
      """,
    group: .messages,
    examples: [
      .init("`tags shop/api` for a long line", "abbr tags = repository show-tags --name myregistry --repository"),
      .init("With a pipe", "abbr big = \"list-metadata myregistry.azurecr.io/shop/api | sort-by imageSize --desc\""),
      .init("Forget it", "abbr tags = repository show-tags --name myregistry --repository\nabbr --remove tags"),
    ],
    columns: [
      Column("name", help: "what is typed").key, Column("text", help: "what it stands for").key,
    ])

  /// What a word stands for; nil for what is no abbreviation.
  func text(for name: String) -> String? { state.withLock { $0[name] } }

  func run(_ call: Call<Parameters>) throws -> Output {
    let words = call[\.words]
    if call[\.remove] {
      guard words.isEmpty, let name = call[\.name] else {
        throw AcrError(.usage, "`abbr --remove` takes one name", help: "`abbr` lists them")
      }
      guard state.withLock({ $0.removeValue(forKey: name) }) != nil else {
        let names = state.withLock { Array($0.keys) }
        throw ArgumentError(
          call.parameters.name,
          AcrError(
            .notFound, "there is no abbreviation `\(name)`",
            help: Suggestion.nearest(to: name, in: names).map { "did you mean `\($0)`?" } ?? "`abbr` lists them"))
      }
      return .nothing
    }
    guard let name = call[\.name] else {
      let rows = state.withLock { $0.sorted { $0.key < $1.key } }
      return .value(.list(rows.map { .record(Record(["name": .string($0.key), "text": .string($0.value)])) }))
    }
    guard name.utf8.first.map(CompletionSearch.startsCommand) ?? false,
      name.utf8.allSatisfy({ StatementScanner.isNameByte($0) || $0 == UInt8(ascii: "-") })
    else {
      throw ArgumentError(
        call.parameters.name,
        AcrError(.usage, "`\(name)` cannot be an abbreviation", help: "take letters, digits, `-` and `_`"))
    }
    if words.isEmpty {
      guard let text = text(for: name) else {
        throw ArgumentError(
          call.parameters.name,
          AcrError(.notFound, "there is no abbreviation `\(name)`", help: "`abbr \(name) = …` defines it"))
      }
      return .value(.string(text))
    }
    guard words[0] == "=", words.count > 1 else {
      throw ArgumentError(
        call.parameters.words,
        AcrError(.usage, "what `\(name)` stands for is missing", help: "write `abbr \(name) = …`"))
    }
    let text = words.dropFirst().joined(separator: " ")
    guard TerminalText.visible(text) == text else {
      throw ArgumentError(
        call.parameters.words,
        AcrError(.usage, "an abbreviation stands for one line without control characters", help: "a `def` holds more"))
    }
    try state.withLock { known in
      guard known.count < Self.limit || known[name] != nil else {
        throw AcrError(
          .limit, "there are \(Self.limit) abbreviations already", help: "`abbr --remove NAME` forgets one")
      }
      known[name] = text
    }
    return .nothing
  }

  /// What the unfinished word of a text becomes: only the first word of a command is written out.
  func expansion(of text: CompletionRequest.Text) -> String? {
    guard !state.withLock({ $0.isEmpty }) else { return nil }
    let before = text.pending + text.before
    let scan = StatementScanner(before)
    let word = scan.word.raw
    guard !word.isEmpty, !scan.innermost.isQuote, !scan.endsInComment,
      [.script, .block, .paren].contains(scan.bracket),
      scan.word.start >= text.pending.utf8.count, let meaning = self.text(for: word)
    else { return nil }
    let search = CompletionSearch(
      request: CompletionRequest(CompletionRequest.Text(before: before), catalog: Catalog(commands: [], functions: []))
    ) { _ in [] }
    guard case .words(let words, _) = search.stageStart, words.isEmpty else { return nil }
    return meaning
  }
}
