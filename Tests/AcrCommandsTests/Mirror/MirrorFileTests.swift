import AcrCore
import AcrDocuments
import AcrLanguage
import AcrRuntime
import CommandCatalog
import Foundation
import TestSupport
import Testing

@testable import AcrCommands

@Suite("Files of mirrors")
struct MirrorFileTests {
  /// What is wrong, as `line:column severity message`.
  private static func problems(_ text: String) -> [String] {
    DocumentKind.problems(of: Source(name: "mirror.yaml", text: text)).map { found in
      let place = found.source?.position(of: found.span?.start ?? 0) ?? (line: 0, column: 0)
      return "\(place.line):\(place.column) \(found.severity.rawValue): \(found.message)"
        + (found.label.map { " (\($0))" } ?? "")
    }
  }

  @Test(
    "the check asks for source and target, or for a file in their place",
    arguments: [
      ("mirror", ["`mirror` needs `source` and `target`"]), ("mirror a.example/b", ["`mirror` needs `target`"]),
      ("mirror a.example/b c.example/d", []), ("mirror --file mirrors.yaml", []),
      ("mirror c.example --file sync.yml", []),
    ])
  func places(line: String, expected: [String]) {
    let check = Checker.check(source: Source(name: "mirror.acr", text: line), catalog: CommandCatalog.catalog)
    #expect(check.diagnostics.map(\.message) == expected)
  }

  private static func read(
    _ text: String, _ context: MirrorFile.Context = MirrorFile.Context()
  ) throws -> (file: MirrorFile, reader: DocumentReader) {
    let reader = DocumentReader(try Document(Source(name: "mirror.yaml", text: text)))
    let file = MirrorFile(reader, context)
    try reader.finish()
    return (file, reader)
  }

  /// What an entry selects of some tags.
  private static func selected(_ entry: MirrorEntry, _ tags: [String]) throws -> [String] {
    let tests = try entry.tagSets.map { try $0.test() }
    return tests.isEmpty ? tags : tags.filter { tag in tests.contains { $0(tag) } }
  }

  static let own = """
    acrsh: mirror
    target: new.example.com/mirror
    defaults:
      platforms: [linux/amd64]
      newest: 5
    mirrors:
      - source: docker.io/library/alpine
        tags: ["3.*", edge]
        except-tags: "*-rc*"
        versions: ">=3.18 <4"
      - source: ghcr.io/contoso/app
        target: new.example.com/app
        newest: 2
        newer-than: 90d
        referrers: false
        prune: true
        platforms: []
      - source: old.example.com
        target: new.example.com/all
        all-repositories: true
        repositories: [team/*, "/^base/"]
        except-repositories: team/old
    """

  static let skopeo = """
    registry.example.com:
        images:
            busybox: []
            redis:
                - "1.0"
                - "sha256:\(String(repeating: "1", count: 64))"
        images-by-tag-regex:
            nginx: ^1\\.13\\.[12]-alpine$
        images-by-semver:
            alpine: ">= 3.12.0, < 4"
        credentials:
            username: john
            password: this is a secret
        tls-verify: true
    quay.io:
        tls-verify: false
        images:
            coreos/etcd:
                - latest
    """

  static let regsync = """
    x-when: &when "15 01 * * *"
    version: 1
    creds:
      - registry: registry.example.org
        user: syncuser
        pass: 'Pa$$w0rd'
      - registry: docker.io
        user: "{{env \\"HUB_USER\\"}}"
        pass: "{{env \\"HUB_PASS\\"}}"
    defaults:
      interval: 60m
      referrers: true
      parallel: 2
    sync:
      - source: busybox:latest
        target: registry.example.org/library/busybox:stable
        type: image
        schedule: *when
      - source: alpine
        target: registry.example.org/library/alpine
        type: repository
        tagSets:
          - allow: [latest, edge]
          - semverRange: [">=3.5.1 <4.0", "5.x"]
            allow: ['v?\\d+\\.\\d+\\.\\d+']
            deny: ['3\\.6\\..*']
        backup: "old-{{.Ref.Tag}}"
        referrers: false
      - source: localreg:5000
        target: localcopy:5000
        type: registry
        repos:
          allow: ["team/.*"]
          deny: ["team/old"]
    """

  @Test("acrsh's own form: every key, defaults, and targets that are put together")
  func ownForm() throws {
    let file = try Self.read(Self.own).file
    #expect(
      file.entries.map(\.target) == [
        "new.example.com/mirror/library/alpine", "new.example.com/app", "new.example.com/all",
      ])
    #expect(file.entries.map(\.newest) == [5, 2, 5])
    #expect(file.entries.map(\.platforms) == [["linux/amd64"], [], ["linux/amd64"]])
    #expect(file.entries.map(\.referrers) == [nil, false, nil] && file.entries.map(\.prunes) == [false, true, false])
    #expect(file.entries[1].newerThan == .seconds(90 * 86400) && file.entries[2].kind == .registry)
    #expect(try Self.selected(file.entries[0], ["3.17", "3.18.1", "3.19-rc1", "edge", "3.19"]) == ["3.18.1", "3.19"])
    let isMeant = try file.entries[2].repositories.test()
    #expect(["team/a", "team/old", "base/x", "other"].filter(isMeant) == ["team/a", "base/x"])
  }

  @Test("skopeo's form as it stands: last parts of names, or whole ones with --scoped")
  func skopeoForm() throws {
    var context = MirrorFile.Context()
    context.target = "new.example.com/repo/"
    let (file, reader) = try Self.read(Self.skopeo, context)
    #expect(file.form == .skopeo)
    #expect(
      file.entries.map(\.target)
        == ["busybox", "redis", "nginx", "alpine", "etcd"].map { "new.example.com/repo/\($0)" })
    let tags = ["1.0", "2.0", "1.13.1-alpine", "1.13.3-alpine", "3.12.0", "3.20.1", "4.0.0", "latest"]
    #expect(try file.entries.map { try Self.selected($0, tags).count } == [8, 1, 1, 2, 1])
    #expect(file.entries[1].tagSets.first?.exact == ["1.0"])
    #expect(file.credentials["registry.example.com"] == .user("john", password: Secret("this is a secret")))
    #expect(reader.warnings.map(\.message).contains { $0.contains("by its digest") })
    #expect(reader.warnings.map(\.message).contains { $0.contains("certificate of `quay.io` is checked") })
    context.isScoped = true
    #expect(try Self.read(Self.skopeo, context).file.entries[4].target == "new.example.com/repo/quay.io/coreos/etcd")
    context.isScoped = false
    let twice = "a.example.com:\n  images: {x/app: []}\nb.example.com:\n  images: {y/app: []}\n"
    #expect(throws: DocumentError.self) { try Self.read(twice, context) }
  }

  @Test("regsync's form as it stands: images, sets of tags, registries, credentials from variables")
  func regsyncForm() throws {
    var context = MirrorFile.Context()
    context.variable = { ["HUB_USER": "me", "HUB_PASS": "hub secret"][$0] }
    let (file, reader) = try Self.read(Self.regsync, context)
    #expect(file.form == .regsync && file.entries.map(\.kind) == [.image, .repository, .registry])
    #expect(file.entries.map(\.referrers) == [true, false, true])
    let tags = ["latest", "edge", "old", "3.5.0", "3.5.1", "v3.9.2", "3.6.1", "5.1.0", "3.9"]
    #expect(try Self.selected(file.entries[1], tags) == ["latest", "edge", "3.5.1", "v3.9.2", "5.1.0"])
    #expect(file.credentials["docker.io"] == .user("me", password: Secret("hub secret")))
    #expect(file.credentials["registry.example.org"] == .user("syncuser", password: Secret("Pa$$w0rd")))
    let said = reader.warnings.map(\.message)
    for key in ["interval", "schedule", "backup"] { #expect(said.contains { $0.hasPrefix("`\(key)`") }, "\(said)") }
    let isMeant = try file.entries[2].repositories.test()
    #expect(["team/a", "team/old", "a/team/b"].filter(isMeant) == ["team/a"])
    context.variable = { _ in nil }
    #expect(throws: DocumentError.self) { try Self.read(Self.regsync, context) }
  }

  @Test(
    "what is wrong is found with its place",
    arguments: [
      (
        "acrsh: miror\nmirrors: []", ["1:8 error: `miror` is no kind of file that acrsh reads (did you mean `mirror`?)"]
      ),
      ("acrsh: mirror", ["1:1 error: a file of mirrors needs `mirrors`"]),
      (
        "acrsh: mirror\nmirrors:\n  - sorce: a.example.com/b\n    target: c.example.com/d",
        [
          "3:5 error: an entry needs `source`", "3:5 error: an entry has no key `sorce` (did you mean `source`?)",
        ]
      ),
      (
        "acrsh: mirror\nmirrors:\n  - source: a.example.com/b:1\n    target: d",
        [
          "3:13 error: `a.example.com/b:1` is one image, and an entry copies a repository",
          "4:13 error: the target `d` does not name its registry",
        ]
      ),
      (
        "acrsh: mirror\ntarget: c.example.com\nmirrors:\n  - source: b\n    tags: [\"/(/\"]\n    platforms: arm\n    newest: 0",
        [
          "5:12 error: ", "6:16 error: `arm` is not a platform",
          "7:13 error: `newest` is a whole number from 1 to 1000000",
        ]
      ),
      (
        "acrsh: mirror\nmirrors:\n  - {source: a.example.com/b, target: c.example.com/d, prune: true}\n"
          + "  - {source: a.example.com/e, target: c.example.com/d}",
        ["3:5 error: `prune` would delete what another entry copies to `c.example.com/d`"]
      ),
      ("sync:\n  - source: a\n    target: b.example.com/a\n    type: repo", ["4:11 error: `type` cannot be `repo`"]),
      (
        "sync:\n  - source: a\n    target: \"b.example.com/{{.X}}\"\n    type: repository",
        ["3:13 error: templates are not read here"]
      ),
      (
        "a.example.com:\n  images: {x: []}\n  image: {}",
        ["3:3 error: a registry has no key `image` (did you mean `images`?)"]
      ),
    ])
  func wrong(_ text: String, _ expected: [String]) {
    let found = Self.problems(text)
    #expect(found.count == expected.count, "\(found)")
    // Two findings at one place have no order.
    for (left, right) in zip(found.sorted(), expected.sorted()) { #expect(left.hasPrefix(right), "\(left)\n\(right)") }
  }

  @Test("a secret in a file is in no finding about it, however its key is spelled")
  func secrets() {
    for text in [
      "a.example.com:\n  images: {x: []}\n  credentials: {username: me, passwort: hunter2hunter2}\n",
      "a.example.com:\n  images: {x: []}\n  credentials:\n    username: me\n    password: hunter2hunter2: x\n",
      "sync: []\ncreds:\n  - registry: a.example.com\n    user: me\n    pass: [hunter2hunter2]\n    token: hunter2hunter2\n",
    ] {
      let problems = DocumentKind.problems(of: Source(name: "m.yaml", text: text))
      #expect(!problems.isEmpty)
      #expect(!DiagnosticPrinter().text(of: problems).rendered.contains("hunter2"), "\(text)")
      #expect(!problems.map(\.json).joined().contains("hunter2"), "\(text)")
    }
  }

  @Test("an editor is offered the keys of the place, and told what they mean")
  func editor() {
    let source = Source(name: "m.yaml", text: "acrsh: mirror\nmirrors:\n  - source: a.example.com/b\n    ")
    let cursor = DocumentCursor(source, at: source.bytes.count)
    let keys = DocumentKind.candidates(at: cursor, in: source).map(\.text)
    #expect(keys.contains("target") && keys.contains("except-tags") && !keys.contains("source"), "\(keys)")
  }

  // MARK: Scripts

  @Test("convert makes scripts that pass the check, without passwords", arguments: [own, skopeo, regsync])
  func convert(_ text: String) async throws {
    try await withTemporaryDirectory { directory in
      let runner = CommandRunner()
      defer { runner.shutDown() }
      let path = try directory.write(text, to: "mirror.yaml")
      let target = text == Self.skopeo ? " new.example.com/repo" : ""
      guard case .string(let script) = try await runner.run("convert \(path)\(target)") else {
        throw TestSupportError("no text")
      }
      #expect(!script.contains("this is a secret") && !script.contains("Pa$$w0rd"))
      let check = Checker.check(source: Source(name: "mirror.acr", text: script), catalog: runner.catalog)
      #expect(check.diagnostics.isEmpty, "\(DiagnosticPrinter().text(of: check.diagnostics).rendered)\n\(script)")
      switch text {
      case Self.skopeo:
        #expect(script.contains("--tags '/^(1\\.0)$/'") && script.contains("--versions '>= 3.12.0 < 4'"), "\(script)")
      case Self.regsync:
        #expect(
          script.contains("import busybox:latest registry.example.org/library/busybox:stable --force"), "\(script)")
        #expect(script.contains("# line 11: `interval` does nothing here"), "\(script)")
        #expect(
          script.contains("--versions '5.x' --except-tags") || script.contains("--versions 5.x --except-tags"),
          "\(script)")
      default: #expect(script.contains("--newer-than 90d") && script.contains("--prune --yes"), "\(script)")
      }
    }
  }

  // MARK: Runs

  private static func fill(_ registry: MemoryRegistry, _ names: [String], tags: [String]) {
    for name in names {
      var content = MemoryRegistry.Repository()
      for tag in tags {
        let config = content.put(blob: Array(#"{"os":"linux","architecture":"amd64","n":"\#(name)\#(tag)"}"#.utf8))
        let text = """
          {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":\
          "application/vnd.oci.image.config.v1+json","digest":"\(config)","size":\(content.blobs[config]?.count ?? 0)},\
          "layers":[]}
          """
        content.put(manifest: Array(text.utf8), mediaType: "application/vnd.oci.image.manifest.v1+json", tag: tag)
      }
      registry[name] = content
    }
  }

  private static func done(_ value: Value) -> [String] {
    guard case .list(let rows) = value else { return [] }
    return rows.compactMap { row in
      guard case .record(let row) = row, case .string(let repository)? = row["repository"],
        case .string(let tag)? = row["tag"], case .string(let action)? = row["action"]
      else { return nil }
      return "\(repository.split(separator: "/").dropFirst().joined(separator: "/")):\(tag) \(action)"
    }.sorted()
  }

  @Test("mirror --file copies what each of the three forms says")
  func run() async throws {
    let source = try MemoryRegistry()
    defer { source.stop() }
    Self.fill(source, ["app", "team/one", "team/old"], tags: ["1.0", "1.1", "2.0", "latest"])
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { target in try await run(source, target, directory) }
    }
  }

  private func run(_ source: MemoryRegistry, _ target: RegistryServer, _ directory: TemporaryDirectory) async throws {
    let runner = CommandRunner()
    defer { runner.shutDown() }
    let own = try directory.write(
      """
      acrsh: mirror
      target: \(target.authority)/own
      mirrors:
        - {source: "\(source.authority)/app", tags: "1.*", except-tags: "1.0"}
        - {source: "\(source.authority)", all-repositories: true, repositories: "team/*", tags: latest}
      """, to: "own.yaml")
    let plan = Self.done(try await runner.run("mirror --file \(own) --dry-run"))
    #expect(plan == ["own/app:1.1 would copy", "own/team/old:latest would copy", "own/team/one:latest would copy"])
    #expect(Self.done(try await runner.run("mirror --file \(own)")).count == 3)
    let skopeo = try directory.write(
      """
      \(source.authority):
        images: {team/one: ["1.0", "9.9"]}
        images-by-semver: {app: ">=2"}
      """, to: "sync.yml")
    let kept = Self.done(try await runner.run("mirror \(target.authority)/s --file \(skopeo) --keep-going"))
    #expect(kept == ["s/app:2.0 copied", "s/one:1.0 copied", "s/one:9.9 failed"])
    await #expect(throws: TestSupportError.self) {
      _ = try await runner.run("mirror \(target.authority)/s --file \(skopeo)")
    }
    let regsync = try directory.write(
      """
      sync:
        - {source: "\(source.authority)/app:1.0", target: "\(target.authority)/r/app:stable", type: image}
        - {source: "\(source.authority)/app:none", target: "\(target.authority)/r/app:none", type: image}
      """, to: "regsync.yml")
    let rows = Self.done(try await runner.run("mirror --file \(regsync) --keep-going"))
    #expect(rows == ["r/app:none failed", "r/app:stable copied"])
    let stable = try await runner.run("manifest digest \(target.authority)/r/app:stable")
    guard case .string(let digest) = stable else { throw TestSupportError("no digest: \(stable)") }
    #expect(digest == source["app"].tags["1.0"])
    #expect(Self.done(try await runner.run("mirror --file \(regsync) --keep-going"))[1] == "r/app:stable unchanged")
    for wrong in [
      "mirror --file \(skopeo)", "mirror \(target.authority)/x --file \(own)", "mirror --file \(own) --tags x",
      "mirror \(source.authority)/app", "mirror", "mirror a.example.com/b c.example.com/d --scoped",
      "mirror a.example.com/b c.example.com/d --repositories x",
    ] {
      await #expect(throws: TestSupportError.self, "\(wrong)") { _ = try await runner.run(wrong) }
    }
  }
}
