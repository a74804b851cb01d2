import AcrCore
import AcrRuntime
import AcrText
import Foundation
import TestSupport
import Testing

/// docs/explore.md: each line in a block is run against a sample, and gives what stands below it. With ACRSH_UPDATE_PAGES=1
/// the output is written into the page.
@Suite("The page about exploring images")
struct ExplorePageTests {
  private static let page = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../docs/explore.md").standardizedFileURL

  @Test("shows what its lines give")
  func lines() async throws {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { server in
        let layout = try ImageLayout(path: directory.path("layout"))
        try Self.fill(SyntheticImages(in: layout))
        try await RegistryContent(authority: server.directAuthority).push(layout, to: "shop/app")
        let runner = CommandRunner()
        defer { runner.shutDown() }
        var shown: [String] = []
        var isOutput = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
          if line.hasPrefix("```") { isOutput = false }
          let isEntry = line.hasPrefix("acrsh> ")
          if isEntry || !isOutput { shown.append(String(line)) }
          guard isEntry else { continue }
          isOutput = true
          let entry = String(line.dropFirst("acrsh> ".count)).replacing("localhost:5000", with: server.authority)
            .replacing("oci:app", with: "oci:\(layout.path)")
          let value = try await runner.run(entry)
          let now = try #require(Timestamp(rfc3339: "2026-11-30T00:00:00Z"))
          var output = TableLayout(width: 120, now: now).lines(value).map { line in
            String(decoding: line.bytes, as: UTF8.self).replacing(server.authority, with: "localhost:5000")
          }
          // A text ends with a newline.
          if output.last?.isEmpty == true { output.removeLast() }
          shown += output
        }
        let found = shown.joined(separator: "\n")
        if ProcessInfo.processInfo.environment["ACRSH_UPDATE_PAGES"] != nil {
          try Data(found.utf8).write(to: Self.page)
        } else {
          #expect(found == text)
        }
      }
    }
  }

  // MARK: The sample

  /// Two versions of an image: the second for two platforms, with SBOM, provenance and a signature; and an image that nothing
  /// needs.
  private static func fill(_ images: SyntheticImages) throws {
    var base = TarArchive()
    base.file("etc/os-release", "NAME=\"Sample Linux\"\nVERSION_ID=3.20\n")
    base.file("bin/busybox", LayerText.of(60_000), mode: 0o755)
    base.link("bin/sh", to: "busybox")
    var first = TarArchive()
    first.file("app/server", LayerText.of(20_000), mode: 0o755)
    first.file("app/debug.log", LayerText.of(5_000))
    var second = TarArchive()
    second.file("app/server", LayerText.of(24_000), mode: 0o755)
    second.file("app/settings.json", "{\"port\": 8080}\n")
    var clean = TarArchive()
    clean.file("app/settings.json", "{\"port\": 8443}\n")
    try images.image(archives: [base.gzipped, first.gzipped], config: config("1.0", 2), tag: "1")
    let amd64 = try images.image(
      archives: [base.gzipped, second.gzipped, clean.gzipped], config: config("2.0", 3), tag: nil)
    let arm64 = try images.image(
      archives: [base.gzipped, second.gzipped], config: config("2.0", 2),
      platform: Platform(os: "linux", architecture: "arm64"), tag: nil)
    let attestation = try images.attestationEntry(
      about: amd64,
      statements: [
        statement(
          amd64, "https://slsa.dev/provenance/v1",
          #"{"buildDefinition":{"externalParameters":{"configSource":{"uri":"https://git.example/shop/app.git#main","digest":{"sha1":"7c6f1bd0a4f2"},"path":"Dockerfile"}},"resolvedDependencies":[{"uri":"pkg:docker/sample@3.20","digest":{"sha256":"aa"}}]},"runDetails":{"builder":{"id":"https://builder.example/1"}}}"#
        ),
        statement(
          amd64, "https://spdx.dev/Document",
          #"{"spdxVersion":"SPDX-2.3","creationInfo":{"creators":["Tool: sample"]},"packages":[{"name":"busybox","versionInfo":"1.36.1","licenseDeclared":"GPL-2.0-only","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:apk/sample/busybox@1.36.1"}]},{"name":"musl","versionInfo":"1.2.5","licenseDeclared":"MIT","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:apk/sample/musl@1.2.5"}]}]}"#
        ),
      ])
    let index = try images.index(of: [amd64, arm64, attestation], tag: "2")
    try images.layout.list(index, tag: "latest")
    try images.related(
      [RelatedBlob("application/vnd.dev.cosign.simplesigning.v1+json", #"{"sample":true}"#)],
      tag: "sha256-\(index.digest.hex).sig")
    try images.image(archives: [first.gzipped], config: config("0.9", 1), tag: nil)
  }

  private static func statement(_ image: Descriptor, _ type: String, _ predicate: String) -> (String, String) {
    (
      type,
      #"{"_type":"https://in-toto.io/Statement/v1","predicateType":"\#(type)","subject":[{"name":"app","digest":"#
        + #"{"sha256":"\#(image.digest.hex)"}}],"predicate":\#(predicate)}"#
    )
  }

  private static func config(_ version: String, _ layers: Int) -> [JSONValue.Member] {
    let steps: [JSONValue] = [
      ["created": "2026-10-01T08:00:00Z", "created_by": "ADD rootfs.tar.gz / # buildkit"],
      ["created": "2026-11-02T09:00:00Z", "created_by": "COPY app /app # buildkit"],
      ["created": "2026-11-02T09:01:00Z", "created_by": "RUN /bin/sh -c configure # buildkit"],
    ]
    return [
      .init("created", "2026-11-02T09:02:00Z"),
      .init(
        "config",
        [
          "Entrypoint": ["/app/server"],
          "Labels": [
            "org.opencontainers.image.base.name": "registry.example/sample:3.20",
            "org.opencontainers.image.version": .string(version),
          ],
        ]),
      .init(
        "history",
        .array(
          Array(steps.prefix(layers)) + [
            ["created": "2026-11-02T09:02:00Z", "created_by": "ENTRYPOINT [\"/app/server\"]", "empty_layer": true]
          ])),
    ]
  }
}

/// Text of a size.
private enum LayerText {
  static func of(_ count: Int) -> String {
    String(repeating: "0123456789abcde\n", count: count / 16) + String(repeating: ".", count: count % 16)
  }
}
