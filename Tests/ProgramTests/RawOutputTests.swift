import AcrCore
import Foundation
import TestSupport
import Testing

@Suite("Exact bytes")
struct RawOutputTests {
  private func acrsh(_ line: String, in directory: TemporaryDirectory) async throws -> ProgramResult {
    try await BuiltProducts.acrsh(["-c", line], in: directory).run()
  }

  @Test("`manifest show --raw` and `blob show --raw` write exactly the bytes, to a pipe and to a file")
  func raw() async throws {
    try await withTemporaryDirectory { directory in
      let images = SyntheticImages(in: try ImageLayout(path: directory.path("layout")))
      let image = try images.image("app", layers: [70_000], tag: "v1")
      let manifest = try images.layout.read(image.digest)
      let shown = try await acrsh("manifest show oci:layout:v1 --raw", in: directory)
      #expect(Array(shown.output.utf8) == manifest, "\(shown.errorOutput)")
      let layer = try #require(JSONValue(parsing: manifest)["layers"]?.array?.first?["digest"]?.string)
      let saved = try await acrsh(
        "manifest show oci:layout:v1 --raw | save m.json; blob show oci:layout@\(layer) --raw | save layer.tar.gz",
        in: directory)
      #expect(saved.exitCode == 0, "\(saved.errorOutput)")
      let file = Array(try Data(contentsOf: URL(filePath: directory.path("m.json"))))
      #expect(file == manifest)
      let blob = Array(try Data(contentsOf: URL(filePath: directory.path("layer.tar.gz"))))
      #expect(blob == (try images.layout.read(try Digest(layer))))
      // Bytes that are no text cannot become a value.
      let refused = try await acrsh("let x = blob show oci:layout@\(layer) --raw", in: directory)
      #expect(refused.exitCode != 0 && refused.errorOutput.contains("not text"), "\(refused.errorOutput)")
    }
  }
}
