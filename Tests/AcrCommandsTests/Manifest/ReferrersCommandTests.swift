import AcrCore
import AcrRuntime
import Foundation
import TestSupport
import Testing

/// `referrers`, `manifest digest`, `manifest tree` and `blob show` over a layout folder.
@Suite("Exploring manifests")
struct ReferrersCommandTests {
  private static let statement = #"{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"p"}"#

  /// A folder with an index of two platforms, BuildKit's attestations of one and a signature.
  private struct Sample {
    let folder: String
    let layout: ImageLayout
    let index: Descriptor
    let arm64: Descriptor
    let note: Descriptor

    init(_ path: String) throws {
      folder = "oci:\(path)"
      layout = try ImageLayout(path: path)
      let images = SyntheticImages(in: layout)
      var amd = try images.image("amd", layers: [100], tag: nil)
      var arm = try images.image("arm", layers: [100], tag: nil)
      amd.platform = Platform(os: "linux", architecture: "amd64")
      arm.platform = Platform(os: "linux", architecture: "arm64", variant: "v8")
      arm64 = arm
      let attestation = try images.attestationEntry(
        about: amd,
        statements: [
          ("https://slsa.dev/provenance/v1", ReferrersCommandTests.statement),
          ("https://spdx.dev/Document", ReferrersCommandTests.statement),
        ])
      index = try images.index(of: [amd, arm, attestation], tag: "v1")
      try images.artifact(type: "application/vnd.cncf.notary.signature", content: "signed", subject: index)
      note = try layout.put(Array("plain text".utf8), mediaType: "text/plain")
    }
  }

  private func withSample(_ body: (Sample, CommandRunner) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      let runner = CommandRunner()
      defer { runner.shutDown() }
      try await body(try Sample(directory.path("layout")), runner)
    }
  }

  private func text(_ line: String, _ runner: CommandRunner) async throws -> String? {
    if case .string(let text) = try await runner.run(line) { text } else { nil }
  }

  private func json(_ line: String, _ runner: CommandRunner) async throws -> String {
    if case .string(let text) = try await runner.run("\(line) | to json --compact") {
      return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
    return "?"
  }

  @Test("rows say what is about an image, for which platform, and where it was found")
  func rows() async throws {
    try await withSample { sample, runner in
      let all = try await json(
        "referrers \(sample.folder):v1 | select kind platform foundIn | sort-by kind", runner)
      #expect(
        all == #"[{"kind":"provenance","platform":"linux/amd64","foundIn":"index"},"#
          + #"{"kind":"sbom","platform":"linux/amd64","foundIn":"index"},"#
          + #"{"kind":"signature","platform":null,"foundIn":"referrers API"}]"#)
      #expect(
        try await json("referrers \(sample.folder):v1 --kind sbom | get predicateType", runner)
          == #"["https://spdx.dev/Document"]"#)
      #expect(try await json("referrers \(sample.folder):v1 --platform linux/arm64", runner) == "[]")
      await #expect(throws: TestSupportError.self) {
        try await runner.run("referrers \(sample.folder):v1 --platform linux/s390x")
      }
    }
  }

  @Test("a digest of a tag, and of one platform")
  func digest() async throws {
    try await withSample { sample, runner in
      #expect(try await text("manifest digest \(sample.folder):v1", runner) == sample.index.digest.description)
      #expect(
        try await text("manifest digest \(sample.folder):v1 --platform linux/arm64", runner)
          == sample.arm64.digest.description)
      let manifest = String(decoding: try sample.layout.read(sample.arm64.digest), as: UTF8.self)
      #expect(try await text("manifest show \(sample.folder):v1 --platform linux/arm64 --raw", runner) == manifest)
    }
  }

  @Test("a tree is records in records, without drawings; attestations stand below their image")
  func tree() async throws {
    try await withSample { sample, runner in
      let text = try await json("manifest tree \(sample.folder):v1", runner)
      #expect(!text.contains("─") && !text.contains("unknown/unknown"))
      let rows = try await json(
        "manifest tree \(sample.folder):v1 --flat | select depth part platform", runner)
      let parts = try #require(JSONValue(parsing: Array(rows.utf8)).array).map { row in
        "\(row["depth"]?.integer ?? -1) \(row["part"]?.string ?? "") \(row["platform"]?.string ?? "-")"
      }
      #expect(
        parts == [
          "0 index -", "1 manifest linux/amd64", "2 config -", "2 layer -", "2 attestation linux/amd64",
          "3 provenance linux/amd64", "3 sbom linux/amd64", "1 manifest linux/arm64/v8", "2 config -", "2 layer -",
          "1 signature -",
        ])
      #expect(try await json("manifest tree \(sample.folder):v1 --platform linux/arm64 --flat | count", runner) == "3")
    }
  }

  @Test("a blob is data, text or bytes")
  func blob() async throws {
    try await withSample { sample, runner in
      let type = try await text(
        "let all = referrers \(sample.folder):v1 --kind sbom; let one = $all[0]; "
          + "blob show \"\(sample.folder)@${one.blob}\" | get predicateType", runner)
      #expect(type == "p")
      let place = "\(sample.folder)@\(sample.note.digest)"
      #expect(try await text("blob show \(place)", runner) == "plain text")
      #expect(try await text("blob show \(place) --raw", runner) == "plain text")
      await #expect(throws: TestSupportError.self) { try await runner.run("blob show \(place) --json") }
      await #expect(throws: TestSupportError.self) {
        try await runner.run("blob show \(sample.folder)@\(Digest.of([1, 2, 3]))")
      }
    }
  }
}
