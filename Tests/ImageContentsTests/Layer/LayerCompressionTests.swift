import ImageContents
import Testing

@Suite("How a layer is compressed")
struct LayerCompressionTests {
  @Test(
    "is told by its first bytes",
    arguments: [
      ([0x1F, 0x8B, 8, 0], .gzip), ([0x28, 0xB5, 0x2F, 0xFD], .zstd), ([0x5E, 0x2A, 0x4D, 0x18], .zstd),
      ([0x61, 0, 0, 0], .none), ([], .none), ([0x28, 0xB5], .none),
    ] as [([UInt8], LayerCompression)])
  func prefix(_ bytes: [UInt8], _ expected: LayerCompression) {
    #expect(LayerCompression(prefix: bytes) == expected)
  }
}
