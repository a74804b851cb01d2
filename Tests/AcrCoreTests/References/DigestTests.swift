import AcrCore
import Testing

@Suite struct DigestTests {
  @Test(arguments: [(Digest.Algorithm.sha256, 64), (.sha512, 128)])
  func readsBothAlgorithms(_ algorithm: Digest.Algorithm, _ length: Int) throws {
    let text = "\(algorithm.rawValue):\(String(repeating: "0f", count: length / 2))"
    let digest = try Digest(text)
    #expect(digest.algorithm == algorithm)
    #expect(digest.description == text)
    #expect(digest.short == "\(algorithm.rawValue):0f0f0f0f0f0f")
    #expect(Digest(bytes: [UInt8](repeating: 15, count: length / 2)) == digest)
  }

  @Test(arguments: [
    ("", "start with `sha256:`"),
    ("sha256:", "has 0 digits"),
    ("sha256:" + String(repeating: "a", count: 63), "has 63 digits"),
    ("sha256:" + String(repeating: "A", count: 64), "not one of 0-9 and a-f"),
    ("sha256:" + String(repeating: "g", count: 64), "not one of 0-9 and a-f"),
    ("sha1:" + String(repeating: "a", count: 40), "`sha1`"),
    ("SHA256:" + String(repeating: "a", count: 64), "`SHA256`"),
  ])
  func refuses(_ text: String, _ part: String) {
    #expect {
      try Digest(text)
    } throws: { error in
      (error as? AcrError)?.message.contains(part) == true
    }
  }

  @Test func needsTheRightNumberOfBytes() {
    #expect(Digest(bytes: [UInt8](repeating: 0, count: 31)) == nil)
    #expect(Digest(bytes: []) == nil)
  }
}
