import AcrCore
import AcrRuntime
import TestSupport
import Testing

/// Imports and mirrors with `--policy`, from one docker-registry repository to others.
@Suite("Policies")
struct PolicyTests {
  private static func with(
    _ rules: (ImageSigner) -> String, _ body: (VerifyTests.World, ImageSigner, _ policy: String) async throws -> Void
  ) async throws {
    try await VerifyTests.with { world in
      let signer = try await ImageSigner(in: world.directory)
      let policy = try world.directory.write("acrsh: policy\nrules:\n\(rules(signer))", to: "policy.yaml")
      try await body(world, signer, policy)
    }
  }

  private static let signed = "  - source: \"*/app\"\n    name: signed apps\n    signatures:\n      - key: key.pub\n"

  @Test("let in what is signed, by the digest that was checked, and nothing of what is not")
  func importing() async throws {
    try await Self.with({ _ in Self.signed }) { world, signer, policy in
      let good = try world.images.image("good", layers: [100], tag: "good")
      try await signer.signOld(good, in: world.images)
      _ = try world.images.image("bad", layers: [100], tag: "bad")
      try await world.push()
      let host = world.server.authority
      guard
        case .record(let row) = try await world.runner.run(
          "import \(world.app):good \(host)/in:good --policy \(policy)")
      else {
        Issue.record("no record")
        return
      }
      #expect(row["status"].map(Self.text) == "imported")
      #expect(row["source"].map(Self.text) == "\(world.app):good")
      #expect(row["digest"].map(Self.text) == good.digest.description)
      let error = try await world.error("import \(world.app):bad \(host)/out:bad --policy \(policy)")
      #expect(
        error.contains(
          "error[rejected]: `\(world.app):bad` is refused by the rule `signed apps` of `\(policy)`: it has no"),
        "\(error)")
      let nothing = try await world.error("repository show-tags --name \(host) --repository out")
      #expect(nothing.contains("error[not-found]"), "\(nothing)")
      let other = try await world.error("import \(host)/in:good \(host)/out:good --policy \(policy)")
      #expect(other.contains("no rule is for `\(host)/in`"), "\(other)")
      let rows = try await world.rows(
        "[{source: \"\(world.app):bad\", to: \"\(host)/rows:bad\"}, {source: \"\(world.app):good\", to: \"\(host)/rows:good\"}] "
          + "| import --policy \(policy) --keep-going --jobs 1")
      #expect(Set(rows.compactMap { $0["status"].map(Self.text) }) == ["refused", "imported"])
      let refused = rows.first { $0["status"].map(Self.text) == "refused" }
      guard case .record(let failure)? = refused?["error"] else {
        Issue.record("the refused row has no error")
        return
      }
      #expect(failure["kind"].map(Self.text) == "rejected")
      #expect(failure["code"].map(Self.text) == "signatures")
    }
  }

  @Test("make rows of refused tags of a mirror, whose signatures stay behind too")
  func mirroring() async throws {
    try await Self.with({ _ in Self.signed }) { world, signer, policy in
      let stranger = try await ImageSigner(.p256, "stranger", in: world.directory)
      let good = try world.images.image("good", layers: [100], tag: "good")
      try await signer.signOld(good, in: world.images)
      let bad = try world.images.image("bad", layers: [100], tag: "bad")
      try await stranger.signOld(bad, in: world.images)
      try await world.push()
      let host = world.server.authority
      let planned = try await world.rows("mirror \(world.app) \(host)/copy --policy \(policy) --dry-run")
      #expect(Self.actions(planned) == ["bad": "refused", "good": "would copy"])
      let rows = try await world.rows("mirror \(world.app) \(host)/copy --policy \(policy)")
      #expect(Self.actions(rows) == ["bad": "refused", "good": "copied"])
      let reason = rows.first { $0["tag"].map(Self.text) == "bad" }?["reason"].map(Self.text)
      #expect(reason?.contains("signature does not fit") == true)
      let tags = try await RegistryContent(authority: world.server.directAuthority).tags("copy")
      #expect(tags.sorted() == ["good", "sha256-\(good.digest.hex).sig"])
    }
  }

  @Test(
    "require platforms, sizes, ages, pinned digests and base images",
    arguments: [
      ("platforms: [linux/amd64, linux/s390x]", "it has no image for linux/s390x"),
      ("platforms: [linux/amd64, linux/arm64]", nil),
      ("max-size: 10B", "more than 10 B"), ("max-size: 1GiB", nil),
      ("max-age: 1d", "days ago"), ("max-age: 9000d", nil),
      ("digest-pinned: true", "not named by its digest"),
      ("base-images: [docker.io/library/*]", "does not say what it was built on"),
      ("refuse: ask the platform team", "ask the platform team"), ("allow: true", nil),
      ("attestations: [{type: sbom, key: key.pub}]", "it has no attestation of the type `sbom`"),
    ] as [(String, String?)])
  func requirements(_ requirement: String, _ problem: String?) async throws {
    try await Self.with({ _ in "  - source: \"*\"\n    \(requirement)\n" }) { world, _, policy in
      try world.images.index("app", baseLayers: [100], ownLayer: 50, tag: "v1")
      try await world.push()
      let line = "import \(world.app):v1 \(world.server.authority)/in:v1 --policy \(policy)"
      if let problem {
        let error = try await world.error(line)
        #expect(error.contains("error[rejected]") && error.contains(problem), "\(error)")
      } else {
        guard case .record(let row) = try await world.runner.run(line) else { return }
        #expect(row["status"].map(Self.text) == "imported")
      }
    }
  }

  @Test(
    "look for packages and licenses in the signed SBOM",
    arguments: [
      ("packages: {deny: [telnet*]}", nil), ("packages: {deny: [log4j-core]}", "the package `log4j-core 2.14.1`"),
      ("packages: {deny: [{name: log4j-core, versions: '<2.14'}]}", nil),
      ("packages: {deny: [{name: log4j-core, versions: '<2.17.1'}]}", "the package `log4j-core 2.14.1`"),
      ("licenses: {allow: [MIT, Apache-2.0]}", nil), ("licenses: {deny: [GPL-*]}", nil),
      ("licenses: {allow: [MIT]}", "its package `log4j-core` has the license `Apache-2.0`"),
    ] as [(String, String?)])
  func packages(_ rule: String, _ problem: String?) async throws {
    let sbom: JSONValue = [
      "spdxVersion": "SPDX-2.3",
      "packages": [
        ["name": "log4j-core", "versionInfo": "2.14.1", "licenseConcluded": "Apache-2.0", "SPDXID": "SPDXRef-1"],
        ["name": "musl", "versionInfo": "1.2.5-r0", "licenseConcluded": "GPL-2.0-only OR MIT", "SPDXID": "SPDXRef-2"],
      ],
    ]
    try await Self.with({ _ in "  - source: \"*\"\n    attestations: [{type: sbom, key: key.pub}]\n    \(rule)\n" }) {
      world, signer, policy in
      let image = try world.images.image("app", layers: [100], tag: "v1")
      try await signer.attest(image, "https://spdx.dev/Document", sbom, in: world.images)
      try await world.push()
      let line = "import \(world.app):v1 \(world.server.authority)/in:v1 --policy \(policy)"
      if let problem {
        let error = try await world.error(line)
        #expect(error.contains("error[rejected]") && error.contains(problem), "\(error)")
      } else {
        guard case .record(let row) = try await world.runner.run(line) else { return }
        #expect(row["status"].map(Self.text) == "imported")
      }
    }
  }

  @Test("are the default of imports that are not told one")
  func defaults() async throws {
    try await Self.with({ _ in "  - source: \"*\"\n    refuse: ask the platform team\n" }) { world, _, policy in
      try world.images.image("app", layers: [100], tag: "v1")
      try await world.push()
      let line = "import \(world.app):v1 \(world.server.authority)/in:v1"
      let missing = try await world.error("configure --defaults policy=\(policy)x")
      #expect(missing.contains("error[not-found]"), "\(missing)")
      _ = try await world.runner.run("configure --defaults policy=\(policy)")
      let refused = try await world.error(line)
      #expect(refused.contains("error[rejected]") && refused.contains("ask the platform team"), "\(refused)")
      _ = try await world.runner.run("configure --defaults policy=")
      guard case .record(let row) = try await world.runner.run(line) else { return }
      #expect(row["status"].map(Self.text) == "imported")
    }
  }

  @Test("accept a source that is named by its digest")
  func pinned() async throws {
    try await Self.with({ _ in "  - source: \"*\"\n    digest-pinned: true\n" }) { world, _, policy in
      let image = try world.images.image("app", layers: [100], tag: "v1")
      try await world.push()
      guard
        case .record(let row) = try await world.runner.run(
          "import \(world.app)@\(image.digest) \(world.server.authority)/in:v1 --policy \(policy)")
      else { return }
      #expect(row["digest"].map(Self.text) == image.digest.description)
    }
  }

  @Test("hold for imports by Azure, which gets the digest, and are rows of preflight")
  func service() async throws {
    try await withTemporaryDirectory { directory in
      let policy = try directory.write(
        """
        acrsh: policy
        rules:
          - {source: mcr.microsoft.com/*, platforms: [linux/amd64]}
          - {source: "*", refuse: ask the platform team}
        """, to: "policy.yaml")
      try await CommandWorld.with { world in
        _ = try await world.runner.run("login --identity")
        let source = "mcr.microsoft.com/hello-world:latest"
        let flags = "--name myregistry --image hello:1"
        guard
          case .record(let row) = try await world.runner.run("import --source \(source) \(flags) --policy \(policy)"),
          case .string(let digest) = try await world.runner.run("manifest digest \(source)")
        else {
          Issue.record("no result")
          return
        }
        #expect(row["engine"].map(Self.text) == "service")
        #expect(row["digest"].map(Self.text) == digest)
        #expect(row["source"].map(Self.text) == source)
        guard
          case .list(let checks) = try await world.runner.run(
            "preflight --source \(source) \(flags) --policy \(policy) | where .check == \"policy\"")
        else { return }
        #expect(try checks.map { try $0.json() }.joined().contains("rule `rule 1`, platforms: linux/amd64"))
        await #expect(throws: TestSupportError.self) {
          try await world.runner.run(
            "import --source docker.io/library/hello-world:latest --name myregistry --image hello:2 --policy \(policy)")
        }
      }
    }
  }

  private static func text(_ value: Value) -> String { if case .string(let text) = value { text } else { "" } }

  private static func actions(_ rows: [Record]) -> [String: String] {
    Dictionary(
      rows.map { ($0["tag"].map(text) ?? "", $0["action"].map(text) ?? "") }, uniquingKeysWith: { $0 + $1 })
  }
}
