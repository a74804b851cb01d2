import ArtifactTrust
import Testing

@Suite("What a DSSE signature covers")
struct PreAuthenticationEncodingTests {
  @Test("is the type and the payload with their lengths in bytes, as the protocol's own example has it")
  func example() {
    let bytes = PreAuthenticationEncoding.bytes(
      type: "http://example.com/HelloWorld", payload: Array("hello world".utf8))
    #expect(bytes == Array("DSSEv1 29 http://example.com/HelloWorld 11 hello world".utf8))
    #expect(PreAuthenticationEncoding.bytes(type: "ä", payload: []) == Array("DSSEv1 2 ä 0 ".utf8))
  }
}
