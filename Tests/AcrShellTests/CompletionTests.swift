import AcrLanguage
import Testing

@testable import AcrShell

private let catalog = Catalog(
  commands: [
    Signature(
      "import", aliases: ["acr import", "Import-AzContainerRegistryImage"], summary: "copies an image",
      group: .registry,
      positionals: [.init("source", isRequired: false, help: "", completer: .reference)],
      flags: [
        .init("force", help: "replace"),
        .init("name", short: "n", .string, isRequired: true, help: "the registry", completer: .registry),
        .init("image", short: "t", .string, isRepeatable: true, help: "", completer: .image(of: "name")),
        .init("source", .string, help: "", completer: .reference),
        .init("registry", short: "r", .string, help: "", completer: .registry),
        .init("engine", .string, help: "", completer: .fixed(["auto", "direct", "service"])),
      ], input: .optional),
    Signature(
      "list-metadata", aliases: ["acr manifest list-metadata"], summary: "lists", group: .registry,
      flags: [
        .init("registry", .string, isRequired: true, help: "", completer: .registry),
        .init("name", .string, isRequired: true, help: "", completer: .repository(of: "registry")),
        .init("tag", .string, help: "", completer: .tag(registry: "registry", repository: "name")),
      ]),
    Signature("manifest show", aliases: ["acr manifest show"], summary: "shows", group: .registry),
    Signature("first", summary: "first rows", group: .rows, input: .required),
    Signature("each", summary: "each row", group: .rows, input: .required),
    Signature("open", summary: "reads", group: .data, positionals: [.init("file", help: "its path", completer: .file)]),
    Signature("list-rows", summary: "lists", group: .registry, columns: ["digest", "tags"]),
    Signature(
      "select", summary: "columns", group: .rows,
      positionals: [.init("column", isRest: true, help: "", completer: .column)], input: .required),
    Signature(
      "sort-by", summary: "sorts", group: .rows,
      positionals: [.init("column", isRest: true, help: "", completer: .column)], input: .required),
    Signature(
      "get", summary: "takes", group: .rows, positionals: [.init("path", help: "", completer: .column)],
      input: .required),
    Signature("group-by", summary: "groups", group: .rows, input: .required, columns: ["key", "rows"]),
    Signature(
      "help", summary: "helps", group: .session,
      positionals: [.init("command", isRest: true, help: "", completer: .command)]),
  ],
  functions: [FunctionSignature("count", 1...1, "list", summary: "how many")])

private func values(_ query: ValueQuery) -> [LiveValue] {
  switch query {
  case .registries, .hosts: ["contosodev", "contosoprod", "localhost:5002"]
  case .repositories(registry: "contosodev"): ["shop/api", "shop/web"]
  case .tags(registry: "contosodev", repository: "shop/api"): ["1.0", "1.1"]
  case .digests(registry: "contosodev", repository: "shop/api"): [LiveValue("sha256:aa", description: "1.0, 1.1")]
  case .files(folder: ""): ["notes.txt", "two words.txt", "two.d/", ".hidden"]
  case .files(folder: "~/"): ["mirror.acr"]
  default: []
  }
}

struct CompletionTests {
  /// `^` in a text is the cursor; lines before the last are pending.
  private func complete(_ marked: String) -> Completion {
    request(marked).completion(values: values)
  }

  private static func text(_ marked: String) -> CompletionRequest.Text {
    let parts = marked.split(separator: "^", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    var lines = parts[0].split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let before = lines.removeLast()
    return CompletionRequest.Text(
      pending: lines.map { $0 + "\n" }.joined(), before: before, after: parts.count > 1 ? parts[1] : "")
  }

  private func request(_ marked: String) -> CompletionRequest { request(Self.text(marked)) }

  private func request(_ text: CompletionRequest.Text) -> CompletionRequest {
    CompletionRequest(text, catalog: catalog, variables: ["images", "target"]) { source in
      switch source {
      case .variable("rows", path: []): ["tag", "size"]
      case .entry("open pins.csv"): ["image", "pin"]
      default: []
      }
    }
  }

  @Test(
    arguments: [
      ("imp^", ["import"]), ("acr ^", ["import", "manifest"]), ("acr ma^", ["manifest"]),
      ("az acr ma^", ["manifest"]), ("acr manifest ^", ["list-metadata", "show"]), ("manifest ^", ["show"]),
      ("Import-Az^", ["Import-AzContainerRegistryImage"]), ("import-az^", ["Import-AzContainerRegistryImage"]),
      ("open a | fi^", ["first"]),
      ("open a | ^", ["each", "extend", "first", "get", "group-by", "import", "select", "sort-by", "where"]),
      ("open a |\n  fi^", ["first"]), ("let x = imp^", ["import"]), ("let x^", []), ("x; imp^", ["import"]),
      ("print (imp^", ["import"]), ("each { |m|\n  imp^", ["import"]), ("if $x { imp^", ["import"]),
      ("le^", ["let"]), ("fir^", []), ("where cou^", ["count("]), ("open a | where cou^", ["count("]),
      ("# imp^", []), ("help list-m^", ["list-metadata"]),
    ])
  func findsCommands(text: String, expected: [String]) { #expect(complete(text).candidates.map(\.text) == expected) }

  @Test(
    arguments: [
      ("import --^", ["--name", "--force", "--image", "--source", "--registry", "--engine"]),
      ("import --name a --^", ["--force", "--image", "--source", "--registry", "--engine"]),
      ("import -n a --^", ["--force", "--image", "--source", "--registry", "--engine"]),
      ("import --^ --force", ["--name", "--image", "--source", "--registry", "--engine"]),
      ("import --^ | first --force", ["--name", "--force", "--image", "--source", "--registry", "--engine"]),
      ("import --image a --im^", ["--image"]), ("import --name=a --n^", []), ("import -n^", ["-n"]),
      ("import \\\n  --name a \\\n  --f^", ["--force"]), ("acr import --e^", ["--engine"]),
      ("import --engine ^", ["auto", "direct", "service"]), ("import --engine=d^", ["direct"]),
      ("import '--name' --name \"a --f\" --f^", ["--force"]), ("list-metadata ^", ["--registry", "--name", "--tag"]),
    ])
  func findsFlags(text: String, expected: [String]) { #expect(complete(text).candidates.map(\.text) == expected) }

  @Test(
    arguments: [
      ("import -n contosop^", ["contosoprod"]), ("import --name=contosop^", ["contosoprod"]),
      ("list-metadata --registry contosodev --name ^", ["shop/api", "shop/web"]),
      ("list-metadata --name ^ --registry contosodev", ["shop/api", "shop/web"]),
      ("list-metadata --registry=contosodev --name sho^", ["shop/api", "shop/web"]),
      ("list-metadata --registry $target --name ^", []),
      ("list-metadata --registry contosodev --name shop/api --tag ^", ["1.0", "1.1"]),
      ("import contosod^", ["contosodev/"]), ("import contosodev/shop/w^", ["contosodev/shop/web"]),
      ("import contosodev/shop/api:1.1^", ["contosodev/shop/api:1.1"]),
      ("open no^", ["notes.txt"]), ("open tw^", ["\"two words.txt\"", "\"two.d/"]),
      ("open \"two w^", ["\"two words.txt\""]), ("open 'two w^", ["'two words.txt'"]), ("open .h^", [".hidden"]),
      ("open ~/m^", ["~/mirror.acr"]), ("use no^", ["notes.txt"]),
      ("each { open \"a }\" }; open no^", ["notes.txt"]),
    ])
  func findsValues(text: String, expected: [String]) { #expect(complete(text).candidates.map(\.text) == expected) }

  @Test(
    arguments: [
      ("print $im^", ["images"]), ("print \"a $tar^", ["target"]), ("print '$tar^", []), ("print ${tar^", ["target"]),
      ("let mine = 1\nprint $mi^", ["mine"]), ("each { |row, n|\n print $ro^", ["row"]),
      ("each { $i^", ["images", "it"]),
      ("def f(--from-here: string) { print $fr^", ["from_here"]), ("for pin in $images { $pi^", ["pin"]),
      ("import --name $tar^", ["target"]), ("import \"$x.azurecr.io/${tar^", ["target"]),
    ])
  func findsVariables(text: String, expected: [String]) { #expect(complete(text).candidates.map(\.text) == expected) }

  @Test(arguments: [
    ("é; open no^", 9..<11), ("a {\n open no^", 6..<8), ("import --engine=d^", 16..<17), ("pr $im^", 4..<6),
  ])
  func replacesTheWordAtTheCursor(text: String, range: Range<Int>) { #expect(complete(text).replacement == range) }

  @Test(arguments: [("open tw^", "\"two"), ("import --name c^", "contoso"), ("acr ^", ""), ("import --name zz^", nil)])
  func insertsWhatCandidatesShare(text: String, insertion: String?) { #expect(complete(text).insertion == insertion) }

  /// Whatever is typed, Tab may find nothing but must come back.
  @Test
  func survivesAnyText() {
    let pieces = [
      "{", "}", "(", ")", "[", "]", "\"", "'", "$", "${", "|", "\\", "\n", "#", ";", "imp", " ", "--", "=", "é",
    ]
    for first in pieces {
      for second in pieces {
        for third in pieces { _ = complete("\(first)\(second)\(third)import \(third)\(first)^\(second)") }
      }
    }
  }

  @Test
  func listsWithDescriptionsOrInColumns() {
    let described = [Completion.Candidate("--name", description: "the registry"), Completion.Candidate("-x")]
    #expect(CompletionList(described, columns: 40, rows: 20).pages(isColored: false) == ["--name  the registry\n-x\n"])
    let plain = ["a", "b", "c", "d", "e"].map { Completion.Candidate($0) }
    #expect(CompletionList(plain, columns: 20, rows: 20).pages(isColored: false) == ["a  b  c  d  e\n"])
  }

  @Test
  func cutsLongListsIntoPages() {
    let many = (0..<500).map { Completion.Candidate("tag-\($0)") }
    let pages = CompletionList(many, columns: 80, rows: 24).pages(isColored: false)
    #expect(pages.count == 4)
    for page in pages.dropLast() { #expect(page.split(separator: "\n").count == 21) }
    #expect(pages[0].hasPrefix("tag-0 "))
    #expect(pages[1].hasSuffix("page 2 of 4, 500 in all; Tab shows the next\n"))
    // Every candidate is on exactly one page.
    let shown = pages.joined(separator: "\n").split(whereSeparator: { $0 == " " || $0 == "\n" }).filter {
      $0.hasPrefix("tag-")
    }
    #expect(shown.count == 500)
    #expect(Set(shown).count == 500)
  }

  @Test(arguments: [
    ("import --name contosodev --image ^", ["shop/api", "shop/web"]),
    ("import --name contosodev --image shop/api:^", ["shop/api:1.0", "shop/api:1.1"]),
    ("import --source contosodev/shop/api@^", ["contosodev/shop/api@sha256:aa"]),
    ("import --source contosodev/shop/api^", ["contosodev/shop/api:1.0", "contosodev/shop/api:1.1"]),
    ("import --registry contosodev --source shop/w^", ["shop/web"]),
    ("import oci:no^", ["oci:notes.txt"]),
    ("Import-Az^", ["Import-AzContainerRegistryImage"]),
  ])
  func findsImages(text: String, expected: [String]) { #expect(complete(text).candidates.map(\.text) == expected) }

  @Test(arguments: [
    ("$rows | where .^", ["tag", "size"]), ("$rows | where .s^", ["size"]),
    ("$rows | where .size > 1 and .t^", ["tag"]),
    ("$rows | where (count(.t^", ["tag"]), ("$rows\n  | where .^", ["tag", "size"]),
    ("$rows | select ^", ["tag", "size"]), ("$rows | select size | where .^", ["size"]),
    ("$rows | extend mb = .size / 1MB | sort-by m^", ["mb"]), ("$rows | group-by tag | where .^", ["key", "rows"]),
    ("$rows | each { |r| $r.^", ["tag", "size"]), ("$rows | each { $it.t^", ["tag"]),
    ("list-rows | where .^", ["digest", "tags"]), ("az list-rows | get ^", ["digest", "tags"]),
    ("open pins.csv | where .^", ["image", "pin"]), ("[{a: 1, b: 'x'}] | where .^", ["a", "b"]),
    ("print $rows.^", ["tag", "size"]), ("print ${rows.t^", ["tag"]), ("print \"${rows.t^", ["tag"]),
    ("import docker.i^", []), ("open .^", [".hidden"]), ("print '$rows.^", []),
  ])
  func findsColumns(text: String, expected: [String]) { #expect(complete(text).candidates.map(\.text) == expected) }

  @Test(arguments: [
    ("import^", "copies an image"), ("import --force ^", "needs --name: the registry"),
    ("import --name ^", "--name: the registry"), ("import --name x ^", nil),
    ("list-metadata ^", "needs --registry, --name"),
    ("first ^", "`first` needs rows from a pipe before it"), ("[1] | first ^", nil), ("open ^", "needs FILE: its path"),
    ("open x^", nil), ("1 + ^", nil), ("# import ^", nil), ("print \"import ^", nil), ("", nil),
    ("let x = import ^", "needs --name: the registry"),
  ])
  func advises(text: String, expected: String?) { #expect(request(text).advice == expected) }

  @Test(arguments: [
    ("^", "overview"), ("import ^", "import"), ("import --name x ^", "import"), ("[1] | ^", "stages"),
    ("acr ^", "family acr"),
    ("az acr import ^", "import"), ("$x ^", nil), ("let a = $x ^", nil), ("[1] | where .a ^", nil), ("print 'a ^", nil),
    ("import a^", nil), ("nonsense ^", nil),
  ])
  func knowsWhatAQuestionMarkAsks(text: String, expected: String?) {
    let found: String? =
      switch request(text).question {
      case nil: nil
      case .overview: "overview"
      case .stages: "stages"
      case .family(let words): "family \(words)"
      case .command(let signature): signature.name
      }
    #expect(found == expected)
  }

  @Test
  func promptsMergeNeighbouringStyles() {
    let prompt = Prompt([.init("a", style: "1"), .init("b", style: "2"), .init("> ")])
    #expect(
      prompt.rendered(isColored: true) == "\u{1}\u{1B}[1m\u{1}a\u{1}\u{1B}[0m\u{1B}[2m\u{1}b\u{1}\u{1B}[0m\u{1}> ")
    #expect(prompt.rendered(isColored: false) == "ab> ")
    var state = Prompt.State()
    #expect(Prompt.main(state).plain == "acrsh> ")
    (state.registry, state.identity, state.isSandbox, state.isDryRun) = ("contoso\u{1B}dev", "me", true, true)
    (state.failure, state.duration) = ("not-found", "3.2s")
    #expect(Prompt.main(state).plain == "acrsh contosodev me [sandbox] [dry run] ✗ not-found 3.2s> ")
  }
}
