import AcrCore
import AcrRuntime
import Foundation
import TestSupport
import Testing

/// `files`, `file show`, `layers`, `diff`, `sbom` and `provenance` over images in a folder.
@Suite("Seeing inside of images")
struct ContentCommandTests {
  /// Two versions of an image; the first has BuildKit's attestations in its index, the second a signed SBOM.
  private struct Sample {
    let layout: ImageLayout

    init(_ path: String) throws {
      layout = try ImageLayout(path: path)
      let images = SyntheticImages(in: layout)
      var base = TarArchive()
      base.folder("etc")
      base.file("etc/os-release", "NAME=Sample\n")
      base.file("etc/motd", String(repeating: "m", count: 1000))
      base.link("release", to: "etc/os-release")
      base.file("usr/bin/tool", "old tool", mode: 0o755)
      var second = TarArchive()
      second.file("etc/.wh.motd")
      second.file("usr/bin/tool", "newer tool", mode: 0o4755)
      second.file("../../escape", "x")
      var third = TarArchive()
      third.file("usr/bin/tool", "newest tool", mode: 0o755)
      third.file("etc/motd", "short")
      let history: [JSONValue] = [
        ["created": "2026-01-01T00:00:00Z", "created_by": "/bin/sh -c #(nop) ADD file:x in / "],
        ["created": "2026-01-01T00:01:00Z", "created_by": "ENV A=1", "empty_layer": true],
        ["created": "2026-01-02T00:00:00Z", "created_by": "RUN make"],
      ]
      var one = try images.image(
        archives: [base.gzipped, second.gzipped],
        config: [
          .init(
            "config", ["Env": ["PATH=/bin", "A=1"], "Labels": ["v": "1"], "Entrypoint": ["/tool"], "User": "app"]),
          .init("history", .array(history)),
        ], tag: nil)
      one.annotations = []
      let attestation = try images.attestationEntry(
        about: one,
        statements: [
          (
            "https://slsa.dev/provenance/v0.2", Self.statement(one, "https://slsa.dev/provenance/v0.2", Self.provenance)
          ),
          ("https://spdx.dev/Document", Self.statement(one, "https://spdx.dev/Document", Self.spdx("1.2.3"))),
        ])
      try images.index(of: [one, attestation], tag: "1")
      let two = try images.image(
        archives: [base.gzipped, third.gzipped],
        config: [.init("config", ["Env": ["PATH=/bin", "B=2"], "Labels": ["v": "2"], "Entrypoint": ["/tool"]])],
        tag: "2")
      let statement = Self.statement(two, "https://spdx.dev/Document", Self.spdx("1.3.0"))
      let envelope: JSONValue = [
        "payloadType": "application/vnd.in-toto+json", "payload": .string(Data(statement.utf8).base64EncodedString()),
        "signatures": [["keyid": "", "sig": "AAAA"]],
      ]
      try images.related(
        [
          RelatedBlob(
            "application/vnd.dsse.envelope.v1+json", envelope.text, ["predicateType": "https://spdx.dev/Document"])
        ], tag: "sha256-\(two.digest.hex).att")
      try images.image(archives: [Array("this is no layer".utf8)], tag: "broken")
    }

    private static func statement(_ image: Descriptor, _ type: String, _ predicate: String) -> String {
      #"{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"\#(type)","subject":[{"name":"x","digest":"#
        + #"{"sha256":"\#(image.digest.hex)"}}],"predicate":\#(predicate)}"#
    }

    private static func spdx(_ version: String) -> String {
      #"{"spdxVersion":"SPDX-2.3","creationInfo":{"creators":["Tool: made-up"]},"packages":["#
        + #"{"name":"musl","versionInfo":"\#(version)","licenseDeclared":"MIT"},{"name":"zlib","versionInfo":"1.3"}]}"#
    }

    private static let provenance =
      #"{"builder":{"id":"https://builder.example"},"invocation":{"configSource":{"uri":"https://x/r.git#main","#
      + #""digest":{"sha1":"abc"}}},"materials":[{"uri":"pkg:docker/alpine@3.20","digest":{"sha256":"dd"}}],"#
      + #""metadata":{"buildFinishedOn":"2026-01-01T00:01:00Z"}}"#
  }

  private func withSample(_ body: (_ folder: String, CommandRunner) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      _ = try Sample(directory.path("layout"))
      let runner = CommandRunner()
      defer { runner.shutDown() }
      try await body("oci:\(directory.path("layout"))", runner)
    }
  }

  private func json(_ line: String, _ runner: CommandRunner) async throws -> String {
    if case .string(let text) = try await runner.run("\(line) | to json --compact") {
      return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
    return "?"
  }

  private func expect(_ line: String, _ wanted: String, _ runner: CommandRunner) async throws {
    let found = try await json(line, runner)
    #expect(found == wanted, "\(line)")
  }

  @Test("`files` gives what a container sees, a folder of it, and what each layer does")
  func files() async throws {
    try await withSample { folder, runner in
      try await expect(
        "files \(folder):1 | select path layer status",
        #"[{"path":"etc","layer":1,"status":"added"},{"path":"etc/os-release","layer":1,"status":"added"},"#
          + #"{"path":"release","layer":1,"status":"added"},{"path":"usr","layer":1,"status":"added"},"#
          + #"{"path":"usr/bin","layer":1,"status":"added"},{"path":"usr/bin/tool","layer":2,"status":"changed"}]"#,
        runner)
      try await expect(
        "files \(folder):1 /usr/bin | select path type size mode owner link",
        #"[{"path":"usr/bin/tool","type":"file","size":10,"mode":"4755","owner":"0:0","link":null}]"#, runner)
      try await expect("files \(folder):1 release | get link", #"["etc/os-release"]"#, runner)
      try await expect(
        "files \(folder):1 --layer 2 | select path size status",
        #"[{"path":"etc/motd","size":1000,"status":"removed"},{"path":"usr/bin/tool","size":10,"status":"changed"}]"#,
        runner)
      try await expect("files \(folder):1 etc --by-layer | count", "4", runner)
      for line in ["files \(folder):1 nowhere", "files \(folder):1 --layer 3", "files \(folder):broken"] {
        await #expect(throws: TestSupportError.self, "\(line)") { try await runner.run(line) }
      }
    }
  }

  @Test("`file show` gives the contents, and follows links")
  func fileShow() async throws {
    try await withSample { folder, runner in
      try await expect("file show \(folder):1 /release", #""NAME=Sample\n""#, runner)
      try await expect("file show \(folder):1 usr/bin/tool", #""newer tool""#, runner)
      for line in ["file show \(folder):1 etc/motd", "file show \(folder):1 etc"] {
        await #expect(throws: TestSupportError.self, "\(line)") { try await runner.run(line) }
      }
    }
  }

  @Test("`layers` gives the command, files and wasted bytes of each")
  func layers() async throws {
    try await withSample { folder, runner in
      try await expect(
        "layers \(folder):1 | select layer unpacked files wasted command",
        #"[{"layer":1,"unpacked":1020,"files":4,"wasted":1008,"command":"ADD file:x in / "},"#
          + #"{"layer":2,"unpacked":10,"files":1,"wasted":0,"command":"RUN make"}]"#, runner)
      try await expect(
        "layers \(folder):1 --all --manifest-only | select layer files command",
        #"[{"layer":1,"files":null,"command":"ADD file:x in / "},{"layer":null,"files":null,"command":"ENV A=1"},"#
          + #"{"layer":2,"files":null,"command":"RUN make"}]"#, runner)
    }
  }

  @Test("`diff` compares files, settings and packages")
  func diff() async throws {
    try await withSample { folder, runner in
      try await expect(
        "diff \(folder):1 \(folder):2 --files | select path what status",
        #"[{"path":"etc/motd","what":null,"status":"right only"},"#
          + #"{"path":"usr/bin/tool","what":"content, mode","status":"differs"}]"#, runner)
      try await expect(
        "diff \(folder):1 \(folder):2 --config | select name left right",
        #"[{"name":"Env.A","left":"1","right":null},{"name":"Env.B","left":null,"right":"2"},"#
          + #"{"name":"Labels.v","left":"1","right":"2"},{"name":"User","left":"app","right":null}]"#, runner)
      try await expect(
        "diff \(folder):1 \(folder):2 --packages",
        #"[{"name":"musl","type":null,"left":"1.2.3","right":"1.3.0","status":"differs"}]"#, runner)
      await #expect(throws: TestSupportError.self) {
        try await runner.run("diff \(folder):1 \(folder):2 --files --config")
      }
      // Whichever side has none is named first.
      let broken = try await runner.run("manifest digest \(folder):broken")
      guard case .string(let digest) = broken else { return }
      for line in ["diff \(folder):1 \(folder):broken --packages", "diff \(folder):broken \(folder):1 --packages"] {
        let error = await #expect(throws: TestSupportError.self) { try await runner.run(line) }
        let text = error?.description ?? ""
        #expect(text.contains("@\(digest.prefix(19))` has no SBOM, so its packages cannot be compared"), "\(text)")
      }
    }
  }

  @Test("`sbom` and `provenance` read BuildKit's statements and signed envelopes")
  func statements() async throws {
    try await withSample { folder, runner in
      try await expect(
        "sbom \(folder):1 | select name version license",
        #"[{"name":"musl","version":"1.2.3","license":"MIT"},{"name":"zlib","version":"1.3","license":null}]"#, runner)
      try await expect("sbom \(folder):2 | get version", #"["1.3.0","1.3"]"#, runner)
      try await expect(
        "provenance \(folder):1 | select builder source commit signed foundIn",
        #"{"builder":"https://builder.example","source":"https://x/r.git#main","commit":"abc","signed":false,"#
          + #""foundIn":"index"}"#, runner)
      try await expect(
        "provenance \(folder):1 | get materials", #"[{"uri":"pkg:docker/alpine@3.20","digest":"sha256:dd"}]"#, runner)
      await #expect(throws: TestSupportError.self) { try await runner.run("provenance \(folder):2") }
      await #expect(throws: TestSupportError.self) {
        try await runner.run("sbom \(folder):1 --from \(Digest.of([1]))")
      }
    }
  }
}
