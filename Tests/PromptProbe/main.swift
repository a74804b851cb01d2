import AcrLanguage
import AcrShell
import AcrSystem
import Glibc
import Synchronization

// The prompt loop with a language of a few words, for tests that drive it over a pseudo-terminal:
//   slow       runs until ^C            hang      takes no notice of ^C for 5 s
//   ask        reads a secret           exit N    leaves with an exit code
//   secret …   is not kept              anything else is written back as `ran <…>`
// Statements go to standard output and everything else to standard error, as in the shell.

struct Files: ValueSource {
  func values(for query: ValueQuery) -> [LiveValue] {
    switch query {
    case .registries, .hosts: ["contosodev", "contosoprod"]
    case .repositories: ["shop/api", "shop/web"]
    case .tags: ["1.0", "1.1"]
    case .digests: []
    case .files(let folder): FileNames.list(folder: folder).map { LiveValue($0) }
    }
  }
}

let catalog = Catalog(
  commands: [
    Signature(
      "import", aliases: ["acr import"], summary: "copies an image into a registry", group: .registry,
      flags: [
        .init("name", short: "n", .string, isRequired: true, help: "the registry", completer: .registry),
        .init("source", .string, isRequired: true, help: "the image to copy", completer: .reference),
        .init("force", help: "replace a tag that is there"),
      ]),
    Signature(
      "list-metadata", aliases: ["acr manifest list-metadata"], summary: "lists manifests", group: .registry,
      flags: [
        .init("registry", .string, isRequired: true, help: "the registry", completer: .registry),
        .init("name", .string, help: "the repository", completer: .repository(of: "registry")),
      ]),
    Signature(
      "open", summary: "reads a file", group: .data, positionals: [.init("file", help: "its path", completer: .file)]),
  ], functions: [])

let isInterrupted = Atomic<Bool>(false)

func write(_ text: String, to descriptor: Int32) {
  var bytes = Array(text.utf8)
  _ = Glibc.write(descriptor, &bytes, bytes.count)
}

func completeness(_ text: String) -> Completeness {
  var open: [Character] = []
  for character in text {
    switch character {
    case "{", "(", "[": open.append(character)
    case "}", ")", "]": _ = open.popLast()
    default: break
    }
  }
  if let last = open.last { return .incomplete(open: String(last)) }
  if text.hasSuffix("\\") { return .incomplete(open: "\\") }
  return .complete
}

func run(_ statement: String) -> PromptLoop.Outcome {
  isInterrupted.store(false, ordering: .relaxed)
  let words = statement.split(separator: " ")
  switch words.first {
  case "slow":
    write("started\n", to: STDERR_FILENO)
    while !isInterrupted.load(ordering: .relaxed) { usleep(5_000) }
    write("cancelled\n", to: STDERR_FILENO)
  case "hang":
    write("started\n", to: STDERR_FILENO)
    let end = ContinuousClock.now + .seconds(5)
    while ContinuousClock.now < end { usleep(50_000) }
  case "ask":
    do {
      let secret = try SecretReader().read("Password: ")
      write("got \(secret.reveal().count) characters\n", to: STDERR_FILENO)
    } catch {
      write("\(error)\n", to: STDERR_FILENO)
    }
  case "exit": return .leave(words.count > 1 ? Int32(words[1]) ?? 1 : 0)
  default: write("ran <\(statement.split(separator: "\n").joined(separator: "⏎"))>\n", to: STDOUT_FILENO)
  }
  return .goOn
}

let history = HistoryStore.defaultPath { name in getenv(name).map { String(cString: $0) } }.map { path in
  HistoryStore(path: path) { $0.hasPrefix("secret") }
}
try history?.load()
let live = LiveValues(Files())
let options = LibeditEditor.Options(
  readsEditrc: getenv("PROBE_EDITRC") != nil,
  isColored: LibeditEditor.terminalOutput.map(TerminalStyle.isColored) ?? false)
let terminal = LibeditEditor(options: options, history: history?.entries ?? []) { text in
  CompletionRequest(text, catalog: catalog, variables: ["images"]).completion { live.values(for: $0) }
}
let loop = PromptLoop(
  editor: terminal ?? PlainEditor() as any LineEditor, history: history, prompt: { Prompt.main() },
  completeness: completeness, run: run, interrupt: { isInterrupted.store(true, ordering: .relaxed) },
  tell: { write($0 + "\n", to: STDERR_FILENO) })
exit(try loop())
