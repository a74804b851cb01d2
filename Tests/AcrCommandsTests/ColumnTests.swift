import AcrCore
import AcrLanguage
import AcrRuntime
import CommandCatalog
import Foundation
import TestSupport
import Testing

/// The columns that commands declare, beside those that they give.
@Suite("Declared columns", .serialized)
struct ColumnTests {
  /// A line, and what its last command gives.
  private struct Case {
    let command: String
    let line: String
    var isDryRun = false
    /// False where a flag makes another record of it: only names and types count then.
    var isWhole = true

    init(_ command: String, _ line: String, isDryRun: Bool = false, isWhole: Bool = true) {
      self.command = command
      self.line = line
      self.isDryRun = isDryRun
      self.isWhole = isWhole
    }
  }

  /// What lasts longer than a session, or only the prompt has, is not there in this one, and a web server is in `LibraryProgramTests`.
  private static let uncovered: Set<String> = [
    "abbr", "history", "http get", "http post",
    // What belongs to other tests: `AzureLineProgramTests`.
    "account list-locations", "acr check-name", "acr show-usage", "acr token create", "acr token list",
    "acr token show",
    "acr token update", "acr token delete", "acr token credential generate", "acr token credential delete",
    "acr scope-map create", "acr scope-map list", "acr scope-map show", "acr scope-map update", "acr scope-map delete",
    "acr manifest list-deleted", "acr manifest list-deleted-tags", "acr manifest restore", "acr credential renew",
  ]

  @Test("are those that commands give, between a docker-registry, a folder and an emulated Azure")
  func columns() async throws {
    var covered: Set<String> = []
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { server in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("layout")))
        let index = try images.index("app", baseLayers: [1000], ownLayer: 100, tag: "v1")
        let document = try JSONValue(parsing: try images.layout.read(index.digest))
        let child = try Descriptor(json: try #require(document["manifests"]?.array?[1]), in: "the index")
        try images.layout.list(child, tag: "arm")
        try images.artifact(type: "application/spdx+json", content: "{}", subject: index)
        let signer = try await ImageSigner(in: directory)
        try await signer.signOld(index, in: images)
        try explored(images)
        try await RegistryContent(authority: server.directAuthority).push(images.layout, to: "app")
        let bundle = try directory.write(
          try await signer.bundle("https://example.com/test", [:], about: index.digest).text, to: "bundle.json")
        let runner = CommandRunner(adding: [RegistryPingCommand.init])
        defer { runner.shutDown() }
        let trust = [
          Case("verify", "verify \(server.authority)/app:v1 --key \(signer.publicKey) --platform linux/arm64"),
          Case("verify-blob", "verify-blob \(index.digest) --bundle \(bundle) --key \(signer.publicKey)"),
        ]
        for found in Self.cases(at: server.authority, folder: directory.path("layout")) + trust {
          try await compare(found, runner)
          covered.insert(found.command)
        }
      }
    }
    try await CommandWorld.with { world in
      for found in Self.azureCases {
        try await compare(found, world.runner)
        covered.insert(found.command)
      }
    }
    let declaring = CommandCatalog.catalog.commands.filter { !$0.columns.declared.isEmpty }.map(\.name)
    #expect(Set(declaring).subtracting(covered) == Self.uncovered, "a command declares columns that nothing compares")
  }

  /// An image with BuildKit's statements about it, under the tag `explored`.
  private func explored(_ images: SyntheticImages) throws {
    let image = try images.image("explored", layers: [100, 200], tag: nil)
    let statements = [
      ("https://slsa.dev/provenance/v1", "{}"),
      ("https://spdx.dev/Document", #"{"spdxVersion":"SPDX-2.3","packages":[{"name":"a"}]}"#),
    ].map { type, predicate in
      (
        type,
        #"{"_type":"https://in-toto.io/Statement/v1","predicateType":"\#(type)","subject":[{"name":"x","digest":"#
          + #"{"sha256":"\#(image.digest.hex)"}}],"predicate":\#(predicate)}"#
      )
    }
    try images.index(of: [image, try images.attestationEntry(about: image, statements: statements)], tag: "explored")
  }

  private static func cases(at host: String, folder: String) -> [Case] {
    let app = "\(host)/app"
    return [
      Case("list-metadata", "list-metadata \(app)"), Case("list-metadata", "list-metadata oci:\(folder)"),
      Case("list-metadata", "list-metadata \(app) --used-by"),
      Case("ls", "ls \(host)", isWhole: false), Case("ls", "ls \(app):v1", isWhole: false),
      Case("manifest tree", "manifest tree \(app):v1", isWhole: false),
      Case("manifest tree", "manifest tree \(app):v1 --flat"), Case("referrers", "referrers oci:\(folder):v1"),
      Case("files", "files oci:\(folder):explored"), Case("files", "files oci:\(folder):explored --by-layer"),
      Case("layers", "layers oci:\(folder):explored"), Case("layers", "layers oci:\(folder):explored --manifest-only"),
      Case("sbom", "sbom oci:\(folder):explored"), Case("provenance", "provenance oci:\(folder):explored"),
      Case("diff", "diff oci:\(folder):v1 oci:\(folder):explored --files"),
      Case("diff", "diff oci:\(folder):v1 oci:\(folder):explored --config"),
      Case("diff", "diff oci:\(folder):explored oci:\(folder):explored --packages"),
      Case("diff", "diff \(app):v1 \(app):arm"),
      Case("diff", "diff \(app) \(host)/app"),
      Case("import", "import \(app):v1 \(host)/copy:v1"), Case("import", "import \(app):v1 \(host)/copy:v1"),
      Case("import", "import \(app):v1 \(host)/other:v1", isDryRun: true, isWhole: false),
      Case(
        "import",
        "[{source: \"\(app):v1\", to: \"\(host)/rows:v1\"}, {source: \"\(app):none\", to: \"\(host)/rows:v2\"}] "
          + "| import --keep-going"),
      Case("mirror", "mirror \(app) \(host)/mirrored --dry-run"),
      Case("mirror", "mirror \(app) \(host)/mirrored --report \(folder).json"),
      Case("report merge", "report merge \(folder).json"),
      Case("manifest delete", "manifest delete \(host)/copy:v1 --yes"),
      Case("manifest delete", "manifest delete \(host)/mirrored:arm --yes --force"),
      Case("manifest delete", "list-metadata \(host)/rows --orphaned | manifest delete \(host)/rows --yes"),
      Case("purge", "purge \(host)/app --older-than 1d --all --dry-run"),
      Case("purge", "purge \(host)/app --tags v1 --max-share 100% --dry-run --keep-if { |m| $m.tag == \"v1\" }"),
      Case("garbage", "garbage \(host) --by repository"), Case("garbage", "garbage \(host) --by month"),
      Case("acr login", "acr login --name \(host)"), Case("registry ping", "registry ping --name \(host)"),
      Case("configure", "configure --defaults acr=myregistry; configure --list-defaults"),
      Case("prompt", "prompt"), Case("run", "run true"), Case("run", "run true", isDryRun: true, isWhole: false),
      Case("group-by", "[{a: 1}, {a: null}] | group-by a"),
      Case("enumerate", "[1, null] | enumerate"), Case("zip", "[1, null] | zip [2, null]"),
      Case("each", "[1, null] | each --keep-going { |n| if $n == 1 { throw \"no\" } }"),
      Case("par-each", "[1, 2] | par-each --keep-going { |n| $n }"),
      Case("join-by", "join-by a [{a: 1}] [{a: 2}] --outer"),
    ]
  }

  private static let azureCases: [Case] = {
    let own = "myregistry.azurecr.io"
    let source = "mcr.microsoft.com/hello-world:latest"
    return [
      Case(
        "login",
        "login --service-principal --username 11111111-2222-3333-4444-555555555555 --password sample-password "
          + "--tenant contoso.example"),
      Case("account list", "account list"), Case("whoami", "whoami"), Case("token", "token"),
      Case("token", "token --reveal"), Case("account get-access-token", "account get-access-token"),
      Case("account show", "account show"), Case("version", "version"),
      Case("cloud list", "cloud list"), Case("cloud show", "cloud show"), Case("acr list", "acr list"),
      Case("acr show", "acr show --name myregistry"), Case("acr login", "acr login --name myregistry"),
      Case("acr login", "acr login --name myregistry --expose-token"),
      Case("acr show-endpoints", "acr show-endpoints --name myregistry"),
      Case("acr check-health", "acr check-health --name myregistry"),
      Case("preflight", "preflight --name myregistry --source \(source) --image hello:1"),
      Case("import", "import --name myregistry --source \(source) --image hello:1"),
      Case("import", "import --name myregistry --source \(source) --image hello:2", isDryRun: true, isWhole: false),
      Case("import", "import --name myregistry --source \(source) --image hello:3 --no-wait", isWhole: false),
      Case("operation list", "operation list"),
      Case("operation show", "let all = operation list; let one = $all[0]; operation show $one"),
      Case("operation wait", "let all = operation list; let one = $all[0]; operation wait $one"),
      Case("list-metadata", "list-metadata \(own)/hello"),
      Case("list-metadata", "list-metadata \(own)/hello --used-by"),
      Case("manifest tree", "manifest tree \(own)/hello:1", isWhole: false),
      Case("purge", "purge \(own)/hello --tags 2 --all --yes"), Case("garbage", "garbage \(own)/hello"),
      Case("acr purge", "acr purge --registry myregistry --filter 'hello:x' --dry-run"),
      Case("acr run", "az acr run --registry myregistry --cmd \"acr purge --filter 'hello:x'\" /dev/null"),
      Case("repository show-tags", "repository show-tags --name myregistry --repository hello --detail"),
      Case("repository show", "repository show --name myregistry --repository hello"),
      Case("repository show", "repository show --name myregistry --image hello:1"),
      Case("acr repository show-manifests", "acr repository show-manifests --name myregistry --repository hello"),
      Case("acr manifest show-metadata", "acr manifest show-metadata --registry myregistry --name hello:1"),
      Case("acr manifest update-metadata", "acr manifest update-metadata -r myregistry -n hello:1 --list-enabled true"),
      Case("acr manifest list-referrers", "acr manifest list-referrers --registry myregistry --name hello:1"),
      Case("repository update", "repository update --name myregistry --image hello:1 --list-enabled true"),
      Case("repository untag", "repository untag --name myregistry --image hello:3 --yes"),
      Case("repository delete", "repository delete --name myregistry --image hello:1 --yes"),
      Case("repository delete", "repository delete --name myregistry --repository hello --yes"),
      // Only an identity that may change the registry sees its admin user.
      Case("login", "login --identity"),
      Case("acr credential show", "acr credential show --name myregistry"),
    ]
  }()

  private func compare(_ found: Case, _ runner: CommandRunner) async throws {
    let signature = try #require(
      runner.catalog.command(named: found.command))
    let value: Value
    do {
      value = try await runner.run(found.line, isDryRun: found.isDryRun)
    } catch {
      Issue.record("\(found.line): \(error)")
      return
    }
    let rows: [Value] = if case .list(let items) = value { items } else { [value] }
    for row in rows {
      guard case .record(let record) = row else {
        Issue.record("\(found.line): a row is \(row)")
        continue
      }
      compare(record, signature.columns, found)
    }
  }

  private func compare(_ record: Record, _ columns: OutputColumns, _ found: Case) {
    let names = record.shape.names
    let known = names.filter { columns.names.contains($0) }
    if !columns.isOpen, !found.isDryRun {
      #expect(known == names, "\(found.line): undeclared columns \(names.filter { !columns.names.contains($0) })")
    }
    if found.isDryRun {
      let unknown = names.filter { !columns.names.contains($0) && $0 != "dry_run" }
      #expect(unknown == [], "\(found.line)")
    }
    if found.isWhole {
      let order = columns.names.filter { names.contains($0) }
      if !columns.isOpen { #expect(known == order, "\(found.line): not in the declared order") }
      let missing = columns.declared.filter { $0.only == nil && !names.contains($0.name) }.map(\.name)
      #expect(missing == [], "\(found.line): columns that are declared and missing")
    }
    for (name, value) in zip(names, record.values) {
      guard let column = columns.declared.first(where: { $0.name == name }) else { continue }
      if value.isNull {
        #expect(column.null != nil, "\(found.line): `\(name)` is null")
      } else {
        #expect(Self.fits(value, column), "\(found.line): `\(name)` is \(value), and is declared as \(column.type)")
      }
    }
  }

  private static func fits(_ value: Value, _ column: Column) -> Bool {
    switch (column.type, value) {
    case (.any, _), (.string, .string), (.int, .int), (.number, .number), (.bool, .bool), (.duration, .duration),
      (.size, .size), (.datetime, .datetime), (.list, .list), (.record, .record), (.secret, .secret):
      true
    // With --reveal.
    case (.secret, .string): column.help.contains("plain text")
    default: false
    }
  }
}
