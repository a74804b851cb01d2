import AcrCore
import ArtifactTrust
import Testing

@Suite("Envelopes and statements")
struct EnvelopeTests {
  private static let hex = String(repeating: "ab", count: 32)
  private static let statement = """
    {"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"x","digest":{"sha256":"\(hex)"}}],\
    "predicateType":"https://slsa.dev/provenance/v1","predicate":{"a":1}}
    """

  private func envelope(_ payload: String, type: String = DSSEEnvelope.inTotoType) -> [UInt8] {
    Array(#"{"payloadType":"\#(type)","payload":"\#(payload)","signatures":[{"sig":"AAAA","keyid":null}]}"#.utf8)
  }

  @Test("give the statement and what is signed")
  func reads() throws {
    let envelope = try DSSEEnvelope(parsing: envelope(Base64.encode(Array(Self.statement.utf8))))
    #expect(envelope.signatures.map(\.bytes) == [[0, 0, 0]])
    #expect(envelope.signedBytes.starts(with: Array("DSSEv1 28 application/vnd.in-toto+json ".utf8)))
    let statement = try envelope.statement()
    #expect(statement.predicateType == "https://slsa.dev/provenance/v1")
    #expect(statement.predicate["a"]?.integer == 1)
    #expect(statement.subject(try Digest("sha256:" + Self.hex))?.name == "x")
    #expect(statement.subject(try Digest("sha256:" + String(repeating: "0", count: 64))) == nil)
  }

  @Test(
    "are refused with the member that is wrong",
    arguments: [
      (#"{"payloadType":"x","payload":"AA==","signatures":[]}"#, "`signatures` of envelope has no entry"),
      (#"{"payloadType":"x","payload":"AB==","signatures":[{"sig":"AAAA"}]}"#, "`payload` of envelope is not standard"),
      (#"{"payloadType":"x","payload":"AA","signatures":[{"sig":"AAAA"}]}"#, "`payload` of envelope is not standard"),
      (#"{"payloadType":"x","payload":"A_==","signatures":[{"sig":"AAAA"}]}"#, "`payload` of envelope is not standard"),
      (
        #"{"payloadType":"x","payload":"AA==","signatures":[{"sig":"AA A"}]}"#, "`sig` of envelope.signatures[0] is not"
      ),
      (#"{"payloadType":"x","payloadType":"x"}"#, "the envelope has the member `payloadType` twice"),
      (#"{"payload":"AA=="}"#, "`payloadType` of envelope is missing"),
      (#"{"payloadType":7}"#, "`payloadType` of envelope is not a text"),
      ("\u{FEFF}{}", "the envelope begins with a byte order mark"),
      (String(repeating: "[", count: 70) + String(repeating: "]", count: 70), "more than 64 open brackets"),
      ("[]", "envelope is not an object"),
      ("{} {}", "the envelope is not valid JSON"),
    ])
  func refuses(_ text: String, _ message: String) throws {
    let failure = #expect(throws: TrustFailure.self) { try DSSEEnvelope(parsing: Array(text.utf8)) }
    #expect(failure?.check == .format)
    #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
  }

  @Test(
    "refuse statements that are not whole",
    arguments: [
      (statement.replacing("v1\",\"subject", with: "v9\",\"subject"), "unknown version"),
      (statement.replacing("[{\"name\"", with: "[null,{\"name\""), "subject[0] is not an object"),
      (statement.replacing("\"\(hex)\"", with: "7"), "an entry that is not a text"),
      (statement.replacing("predicateType", with: "kind"), "`predicateType` of statement is missing"),
    ])
  func refusesStatement(_ text: String, _ message: String) throws {
    let failure = #expect(throws: TrustFailure.self) { try InTotoStatement(parsing: Array(text.utf8)) }
    #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
  }

  @Test("are no statement if the payload is of another type")
  func otherType() throws {
    let other = try DSSEEnvelope(parsing: envelope("AA==", type: "text/plain"))
    #expect(throws: TrustFailure.self) { try other.statement() }
  }
}
