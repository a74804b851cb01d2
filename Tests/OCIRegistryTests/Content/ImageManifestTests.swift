import AcrCore
import Testing

@testable import OCIRegistry

@Suite struct ImageManifestTests {
  private static func parse(_ text: String, _ type: String = MediaType.ociManifest) throws(AcrError) -> ImageManifest {
    let bytes = Array(text.utf8)
    return try ImageManifest(FetchedManifest(bytes: bytes, mediaType: type, digest: .of(bytes)), name: "h/r:t")
  }

  private static func entry(_ number: UInt8, _ type: String, _ more: String = "") -> String {
    #"{"mediaType":"\#(type)","digest":"\#(Digest.of([number]))","size":\#(number)\#(more)}"#
  }

  @Test func readsAnImage() throws {
    let config = Self.entry(1, MediaType.ociConfig)
    let layer = Self.entry(2, "layer")
    let manifest = try Self.parse(
      #"{"config":\#(config),"layers":[\#(layer),\#(layer)],"annotations":{"b":"1","a":"2"},"subject":\#(Self.entry(3, "s"))}"#
    )
    #expect(manifest.kind == .image)
    #expect(manifest.config?.digest == .of([1]))
    #expect(manifest.layers.count == 2)
    #expect(manifest.blobs.map(\.digest) == [.of([1]), .of([2])])
    #expect(manifest.subject?.digest == .of([3]))
    #expect(manifest.annotations.map(\.name) == ["b", "a"])
  }

  @Test func readsAnIndex() throws {
    let child = Self.entry(1, MediaType.ociManifest, #","platform":{"os":"linux","architecture":"arm","variant":"v7"}"#)
    let attestation = Self.entry(2, MediaType.ociManifest, #","platform":{"os":"linux"}"#)
    for type in [MediaType.ociIndex, MediaType.dockerList] {
      let manifest = try Self.parse(#"{"manifests":[\#(child),\#(attestation)]}"#, type)
      #expect(manifest.kind == .index)
      #expect(manifest.manifests.map { $0.platform?.description } == ["linux/arm/v7", nil])
      #expect(manifest.blobs == [])
    }
  }

  @Test(arguments: [
    (#"{"config":\#(entry(1, "application/vnd.cncf.helm.config.v1+json")),"layers":[]}"#, MediaType.ociManifest, 1),
    (
      #"{"artifactType":"a/b","config":\#(entry(1, MediaType.ociConfig)),"layers":null}"#, MediaType.ociManifest, 1
    ),
    (#"{"artifactType":"a/b","blobs":[\#(entry(1, "x")),\#(entry(2, "x"))]}"#, MediaType.ociArtifact, 2),
    (#"{"artifactType":"a/b"}"#, MediaType.orasArtifact, 0),
  ])
  func readsArtifacts(_ text: String, _ type: String, _ blobs: Int) throws {
    let manifest = try Self.parse(text, type)
    #expect(manifest.kind == .artifact)
    #expect(manifest.blobs.count == blobs)
  }

  @Test(arguments: [
    ("", MediaType.ociManifest, "is not valid JSON"),
    ("[]", MediaType.ociManifest, "is not a JSON object"),
    ("{}", MediaType.ociManifest, "has no `config`"),
    ("{}", MediaType.ociIndex, "without the list `manifests`"),
    (#"{"config":{}}"#, MediaType.ociManifest, "member `config`, has an entry without a digest"),
    (#"{"config":{"digest":"md5:1"}}"#, MediaType.ociManifest, "the invalid digest `md5:1`"),
    (#"{"config":\#(entry(1, "c")),"layers":{}}"#, MediaType.ociManifest, "a `layers` that is not a list"),
    (
      #"{"config":\#(entry(1, "c")),"layers":[{"digest":"\#(Digest.of([1]))"}]}"#, MediaType.ociManifest,
      "without a size"
    ),
    (#"{"manifests":[{"digest":"\#(Digest.of([1]))","size":-1}]}"#, MediaType.ociIndex, "without a size"),
    ("{}", "text/plain", "is of the type `text/plain`"),
    ("{}", MediaType.dockerSchema1, "is of the type"),
  ])
  func namesWhatIsWrong(_ text: String, _ type: String, _ part: String) {
    #expect {
      try Self.parse(text, type)
    } throws: { error in
      guard let error = error as? AcrError else { return false }
      return error.kind == .invalid && error.message.contains("`h/r:t`") && error.message.contains(part)
    }
  }
}
