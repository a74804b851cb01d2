import Testing

@testable import OCIRegistry

@Suite struct ChallengeTests {
  struct Case: Sendable {
    let headers: [String]
    let expected: [Challenge]
  }

  private static func bearer(_ parameters: [String: String]) -> Challenge {
    Challenge(scheme: "bearer", parameters: parameters)
  }

  private static func basic(_ parameters: [String: String] = [:]) -> Challenge {
    Challenge(scheme: "basic", parameters: parameters)
  }

  @Test(arguments: [
    Case(
      headers: [#"Bearer realm="https://a/t",service="s",scope="repository:x:pull,push""#],
      expected: [bearer(["realm": "https://a/t", "service": "s", "scope": "repository:x:pull,push"])]),
    Case(
      headers: [#"BEARER Realm = "https://a/t" , service=s"#],
      expected: [bearer(["realm": "https://a/t", "service": "s"])]),
    Case(
      headers: [#"Bearer realm="https://a/t",error="invalid_token",error_description="it said \"no\", twice""#],
      expected: [
        bearer([
          "realm": "https://a/t", "error": "invalid_token", "error_description": #"it said "no", twice"#,
        ])
      ]),
    Case(
      headers: [#"Basic realm="a, Bearer b", Bearer realm="https://a/t",service="s""#],
      expected: [basic(["realm": "a, Bearer b"]), bearer(["realm": "https://a/t", "service": "s"])]),
    Case(
      headers: [#"Basic realm="x""#, #"Bearer realm="https://a/t""#],
      expected: [basic(["realm": "x"]), bearer(["realm": "https://a/t"])]),
    Case(
      headers: [#"Bearer realm=https://a/t?x=1,service=s"#],
      expected: [bearer(["realm": "https://a/t?x=1", "service": "s"])]),
    Case(headers: ["Basic"], expected: [basic()]),
    Case(headers: ["Negotiate, Basic"], expected: [Challenge(scheme: "negotiate", parameters: [:]), basic()]),
    Case(headers: [#"Bearer realm="https://a/t"#], expected: [bearer(["realm": "https://a/t"])]),
    Case(
      headers: [#"Bearer realm="https://a/t",realm="https://evil/t""#], expected: [bearer(["realm": "https://a/t"])]),
    Case(headers: [#"realm="x""#], expected: []),
    Case(headers: ["", ",,", "=", "\"", "\\"], expected: [Challenge(scheme: "\\", parameters: [:])]),
  ])
  func parses(_ testCase: Case) { #expect(Challenge.parse(testCase.headers) == testCase.expected) }

  @Test func splitsScopes() {
    let challenge = Challenge.parse([#"Bearer realm="r",scope="repository:a:pull repository:b:pull,push""#]).first
    #expect(challenge?.scopes == ["repository:a:pull", "repository:b:pull,push"])
    #expect(Challenge.parse([#"Bearer realm="r""#]).first?.scopes == [])
  }
}

@Suite struct LinkHeaderTests {
  @Test(
    arguments: [
      ([#"</v2/a/tags/list?last=b&n=2>; rel="next""#], "/v2/a/tags/list?last=b&n=2"),
      (["<https://h/x?a=1,2>; rel=next"], "https://h/x?a=1,2"),
      ([#"</p>; rel="prev", </n>; title="x"; rel="next""#], "/n"),
      ([#"</p>; rel="prev""#, #"</n>;REL=NEXT"#], "/n"),
      ([#"</p>; rel="last""#], nil), (["</p>"], nil), (["</p"], nil), ([], nil), ([""], nil),
    ] as [([String], String?)])
  func findsTheNextPage(_ headers: [String], _ expected: String?) { #expect(LinkHeader.next(headers) == expected) }
}

@Suite struct ServerTextTests {
  @Test(arguments: [
    ("a\n b\t\u{1B}[31mc\u{7}", "a b [31mc"),
    ("see https://h/p?sig=abc&x=1 for more", "see https://h/p?… for more"),
    ("", ""),
  ])
  func cleans(_ text: String, _ expected: String) { #expect(ServerText.cleaned(text) == expected) }

  @Test func shortens() {
    let text = ServerText.cleaned(String(repeating: "word ", count: 1000))
    #expect(text.count <= 201)
    #expect(text.hasSuffix("…"))
  }

  @Test func readsPages() {
    let page = "<html><head><style>b{}</style><script>if (a<b) x()</script></head><body><h1>Sign in</h1> here</body>"
    #expect(ServerText.cleanedPage(page) == "Sign in here")
    #expect(ServerText.cleanedPage("<") == "")
  }
}
