import AcrLanguage
import CommandCatalog
import Testing

@testable import AcrShell

private let catalog = CommandCatalog.catalog

/// The flags of a command but for some, as Tab lists them.
private func flags(of command: String, without given: String...) -> [String] {
  (catalog.command(named: command)?.allFlags ?? []).map { "--\($0.name)" }.filter { !given.contains($0) }
}

/// The columns of a command.
private func columns(of command: String) -> [String] { catalog.command(named: command)?.columns.names ?? [] }

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
      ("imp^", ["import"]), ("acr cr^", ["credential"]), ("acr ma^", ["manifest"]),
      ("az acr ma^", ["manifest"]),
      (
        "acr manifest ^",
        [
          "delete", "list", "list-deleted", "list-deleted-tags", "list-metadata", "list-referrers", "metadata",
          "restore",
          "show", "show-metadata", "update-metadata",
        ]
      ),
      (
        "manifest ^",
        [
          "config", "delete", "digest", "list", "list-deleted", "list-deleted-tags", "list-metadata", "list-referrers",
          "restore", "show", "show-metadata", "tree", "update-metadata",
        ]
      ),
      ("Import-Az^", ["Import-AzContainerRegistryImage"]), ("import-az^", ["Import-AzContainerRegistryImage"]),
      ("open a | fi^", ["first"]),
      ("open a | s^", ["save", "select", "sha256", "sha512", "skip", "slice", "sort-by", "sum"]),
      ("open a | e^", ["each", "enumerate", "extend"]),
      ("open a | w^", ["where", "window"]),
      ("open a |\n  fi^", ["first"]), ("let x = imp^", ["import"]), ("let x^", []), ("x; imp^", ["import"]),
      ("print (imp^", ["import"]), ("each { |m|\n  imp^", ["import"]), ("if $x { imp^", ["import"]),
      ("le^", ["let", "len("]), ("fir^", []), ("where cou^", ["count("]), ("open a | where cou^", ["count("]),
      ("# imp^", []), ("help list-m^", ["list-metadata"]),
    ])
  func findsCommands(text: String, expected: [String]) { #expect(complete(text).candidates.map(\.text) == expected) }

  @Test(
    arguments: [
      ("import --^", flags(of: "import")),
      ("import --name a --^", flags(of: "import", without: "--name")),
      ("import -n a --^", flags(of: "import", without: "--name")),
      ("import --^ --force", flags(of: "import", without: "--force")),
      ("import --^ | first --force", flags(of: "import")),
      ("import --image a --im^", ["--image"]), ("import --name=a --na^", []), ("import -n^", ["-n"]),
      ("import \\\n  --name a \\\n  --f^", ["--force"]), ("acr import --e^", ["--engine"]),
      ("import --engine ^", ["auto", "service", "direct"]), ("import --engine=d^", ["direct"]),
      ("import '--name' --name \"a --f\" --f^", ["--force"]), ("operation list ^", flags(of: "operation list")),
    ])
  func findsFlags(text: String, expected: [String]) { #expect(complete(text).candidates.map(\.text) == expected) }

  @Test(
    arguments: [
      ("import -n contosop^", ["contosoprod"]), ("import --name=contosop^", ["contosoprod"]),
      ("list-metadata --registry contosodev --name ^", ["shop/api", "shop/web"]),
      ("list-metadata --name ^ --registry contosodev", ["shop/api", "shop/web"]),
      ("list-metadata --registry=contosodev --name sho^", ["shop/api", "shop/web"]),
      ("list-metadata --registry $target --name ^", []),
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
    #expect(CompletionList(described, columns: 40, rows: 20).text(isColored: false) == "--name  the registry\n-x\n")
    let plain = ["a", "b", "c", "d", "e"].map { Completion.Candidate($0) }
    #expect(CompletionList(plain, columns: 20, rows: 20).text(isColored: false) == "a  b  c  d  e\n")
  }

  @Test("Of a long list the beginning is shown, and how to see the rest")
  func showsTheBeginningOfLongLists() {
    let many = (0..<500).map { Completion.Candidate("tag-\($0)") }
    let text = CompletionList(many, columns: 80, rows: 24).text(isColored: false).rendered
    #expect(text.split(separator: "\n").count == 21)
    #expect(text.hasPrefix("tag-0 "))
    #expect(text.hasSuffix("500 in all; Tab again opens a menu\n"))
  }

  @Test(arguments: [
    ("import --name contosodev --image ^", ["shop/api", "shop/web"]),
    ("import --name contosodev --image shop/api:^", ["shop/api:1.0", "shop/api:1.1"]),
    ("import --source contosodev/shop/api@^", ["contosodev/shop/api@sha256:aa"]),
    ("import --source contosodev/shop/api^", ["contosodev/shop/api:1.0", "contosodev/shop/api:1.1"]),
    ("import --registry contosodev --source shop/w^", ["shop/web"]),
    ("import oci:no^", ["oci:notes.txt"]),
    // What is no beginning may stand inside, in any case, or letter by letter.
    ("import --name contosodev --image WEB^", ["shop/web"]),
    ("import --name contosodev --image sap^", ["shop/api"]),
    ("import --source contosodev/api^", ["contosodev/shop/api"]),
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
    ("list-metadata a/b | where .^", columns(of: "list-metadata")),
    ("az acr manifest list-metadata a/b | get m^", ["mediaType"]),
    ("mirror a b | where .ac^", ["action"]),
    ("mirror a b | sort-by bytes | select tag bytes | get ^", ["tag", "bytes"]),
    ("open pins.csv | where .^", ["image", "pin"]), ("[{a: 1, b: 'x'}] | where .^", ["a", "b"]),
    ("print $rows.^", ["tag", "size"]), ("print ${rows.t^", ["tag"]), ("print \"${rows.t^", ["tag"]),
    ("import docker.i^", []), ("open .^", [".hidden"]), ("print '$rows.^", []),
  ])
  func findsColumns(text: String, expected: [String]) { #expect(complete(text).candidates.map(\.text) == expected) }

  @Test
  func columnsSayWhatTheyAre() {
    let size = complete("list-metadata a/b | where .imageS^").candidates.first
    #expect(size?.description.hasPrefix("size: ") == true, "\(size?.description ?? "nothing")")
    #expect(complete("list-metadata a/b | sort-by imageS^").candidates.first?.description == size?.description)
  }

  @Test(arguments: [
    ("import^", "Copies an image or any other artifact into a registry, without Docker"),
    ("account set --verbose ^", "needs --subscription STRING: the subscription, by name or id"),
    ("import --username ^", "--username STRING: the user for the source's registry"), ("import --name x ^", nil),
    ("mirror ^", "[SOURCE]: the repository to read: HOST/NAME or oci:PATH"),
    ("first ^", "`first` needs rows from a pipe before it"), ("[1] | first ^", "[COUNT (int)]: how many (1)"),
    ("open ^", "needs PATH: the file; `-` is standard input"),
    ("open x^", nil), ("1 + ^", nil), ("# import ^", nil), ("print \"import ^", nil), ("", nil),
    ("let x = cloud set ^", "needs --name STRING: the cloud"),
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
    #expect(Prompt.main(state).plain == "acrsh contoso\\u{1B}dev me [sandbox] [dry run] ✗ not-found 3.2s> ")
  }
}
