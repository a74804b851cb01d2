import AcrCore
import Testing

/// What servers repeat of what they were sent is not shown.
@Suite struct SentSecretsTests {
  @Test(arguments: [
    ("bad token tok3n-1 for you", "bad token … for you"),
    ("user:hunter2! is wrong", "user:… is wrong"),
    ("hunter2%21 is wrong", "… is wrong"),
    ("YWxpY2U6aHVudGVyMiE= refused", "… refused"),
    ("see /v2/app/blobs/x?sig=abcdef&se=1 for more", "see /v2/app/blobs/x?… for more"),
    ("see https://s.example/x?X-Amz-Signature=abcd", "see https://s.example/x?…"),
    ("Bearer abcd1234 is expired", "Bearer … is expired"),
    (#"{"authorization": "x", "access_token=abcdefgh"}"#, #"{"authorization": "x", "access_token=…"#),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc was refused", "… was refused"),
    ("password:letmein", "password:…"),
  ])
  func textsAreFreedOfSecrets(_ said: String, _ shown: String) {
    let sent = SentSecrets(authorization: Secret("Basic YWxpY2U6aHVudGVyMiE="), [Secret("tok3n-1")])
    #expect(sent.redacted(said) == shown)
  }

  @Test(arguments: [
    "manifest unknown", "sha256:0123456789abcdef", "basic authentication required", "a Bearer token is missing",
    "what? yes", "see https://r.example/v2/app",
    "detail: {\"Type\":\"repository\",\"Name\":\"nats\"}", "the token is expired", "100% of 5 = all",
  ])
  func ordinaryTextsStay(_ text: String) { #expect(SentSecrets([]).redacted(text) == text) }

  @Test func shortValuesAreNoSecrets() {
    #expect(SentSecrets([Secret("abc"), Secret("")]).redacted("abc abc") == "abc abc")
  }
}
