import AcrCore
import Crypto
import CryptoExtras
import Foundation
import TestSupport
import Testing

@testable import AzureIdentity

/// What goes to the token endpoint in each flow, and what is made of the answers.
@Suite struct EntraFlowTests {
  let clock = TestClock()

  private func entra(_ server: LoopbackServer) -> EntraClient {
    EntraClient(authority: "\(server.url)/", context: makeContext(clock))
  }

  @Test func clientSecret() async throws {
    try await withLoopbackServer { _ in
      tokenReply(life: 3599, #","refresh_in":1800"#)
    } _: { server in
      let credential = ClientSecretCredential(
        tenant: "my.tenant", clientID: "app", secret: Secret("p+w d&=%"), entra: entra(server))
      let token = try await credential.token(for: TokenRequest(scopes: [armScope]))
      #expect(token.token.reveal() == "token-1")
      #expect(token.expiresOn == clock.now.adding(seconds: 3599))
      #expect(token.refreshOn == clock.now.adding(seconds: 1800))
      #expect(token.tenant == "my.tenant")
      let request = try #require(server.requests.first)
      #expect(request.method == "POST")
      #expect(request.target == "/my.tenant/oauth2/v2.0/token")
      #expect(request.headers["content-type"] == "application/x-www-form-urlencoded")
      #expect(request.headers["authorization"] == nil)
      #expect(
        request.fields == [
          "grant_type": "client_credentials", "client_id": "app", "client_secret": "p+w d&=%", "scope": armScope,
          "claims": defaultClaims, "client_info": "1",
        ])
    }
  }

  @Test func claimsAreMergedAndAnotherTenantIsAsked() async throws {
    try await withLoopbackServer { _ in
      tokenReply()
    } _: { server in
      let credential = ClientSecretCredential(
        tenant: "one", clientID: "app", secret: Secret("secret-value"), entra: entra(server))
      let challenge = #"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#
      _ = try await credential.token(for: TokenRequest(scopes: ["s"], tenant: "two", claims: challenge))
      let request = try #require(server.requests.first)
      #expect(request.path == "/two/oauth2/v2.0/token")
      #expect(
        request.fields["claims"]
          == #"{"access_token":{"nbf":{"essential":true,"value":"1"},"xms_cc":{"values":["CP1"]}}}"#)
    }
  }

  @Test(arguments: ["", "a/b", "a b", "..", "x?y"])
  func aTenantThatIsNoneIsNotAsked(tenant: String) async throws {
    try await withLoopbackServer { _ in
      tokenReply()
    } _: { server in
      let credential = ClientSecretCredential(
        tenant: tenant, clientID: "app", secret: Secret("secret-value"), entra: entra(server))
      let error = try await failure { try await credential.token(for: TokenRequest(scopes: ["s"])) }
      #expect(error.kind == .usage)
      #expect(server.requests.isEmpty)
    }
  }

  @Test(arguments: [false, true])
  func clientCertificate(sendsChain: Bool) async throws {
    try await withTemporaryDirectory { directory in
      try await withLoopbackServer { _ in
        tokenReply()
      } _: { server in
        let files = try await CertificateFiles(directory)
        let certificate = try ClientCertificate(path: files.pem)
        let credential = ClientCertificateCredential(
          tenant: "t", clientID: "app", certificate: certificate, sendsChain: sendsChain, entra: entra(server))
        _ = try await credential.token(for: TokenRequest(scopes: [armScope]))
        _ = try await credential.token(for: TokenRequest(scopes: [armScope]))
        let request = try #require(server.requests.first)
        var fields = request.fields
        let sent = fields.removeValue(forKey: "client_assertion")
        let assertion = try #require(sent)
        #expect(
          fields == [
            "grant_type": "client_credentials", "client_id": "app", "scope": armScope, "claims": defaultClaims,
            "client_info": "1",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
          ])

        let parts = assertion.split(separator: ".").map(String.init)
        let header = try JSONValue(parsing: #require(Base64URL.decode(parts[0])))
        let claims = try JSONValue(parsing: #require(Base64URL.decode(parts[1])))
        let der = try await files.leafDER()
        #expect(header["alg"] == "PS256")
        #expect(header["typ"] == "JWT")
        #expect(header["x5t#S256"]?.string == Base64URL.encode(Array(SHA256.hash(data: der))))
        #expect(header["x5c"]?.array?.first?.string == (sendsChain ? Data(der).base64EncodedString() : nil))
        #expect(claims["aud"]?.string == "\(server.url)/t/oauth2/v2.0/token")
        #expect(claims["iss"] == "app")
        #expect(claims["sub"] == "app")
        #expect(claims["iat"]?.integer == clock.now.seconds)
        #expect(claims["exp"]?.integer == clock.now.seconds + 600)
        #expect(claims["jti"]?.string.flatMap(UUID.init(uuidString:)) != nil)
        #expect(server.requests[1].fields["client_assertion"] != assertion)

        let key = try _RSA.Signing.PublicKey(pemRepresentation: try await files.publicKeyPEM())
        let signature = _RSA.Signing.RSASignature(rawRepresentation: try #require(Base64URL.decode(parts[2])))
        let signed = SHA256.hash(data: Data("\(parts[0]).\(parts[1])".utf8))
        #expect(key.isValidSignature(signature, for: signed, padding: .PSS))
      }
    }
  }

  @Test func federatedToken() async throws {
    try await withLoopbackServer { _ in
      tokenReply()
    } _: { server in
      let credential = FederatedTokenCredential(
        tenant: "t", clientID: "app", assertion: Secret("outside.jwt"), entra: entra(server))
      _ = try await credential.token(for: TokenRequest(scopes: [armScope]))
      let fields = try #require(server.requests.first).fields
      #expect(fields["client_assertion"] == "outside.jwt")
      #expect(fields["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
      #expect(fields["grant_type"] == "client_credentials")
    }
  }

  /// The file changes at once, and is read again after ten minutes.
  @Test func federatedTokenFileIsReadAgain() async throws {
    try await withTemporaryDirectory { directory in
      try await withLoopbackServer { _ in
        tokenReply()
      } _: { server in
        let path = try directory.write("first\n", to: "token")
        let credential = FederatedTokenFileCredential(
          tenant: "t", clientID: "app", path: path, entra: entra(server))
        let request = TokenRequest(scopes: ["s"])
        _ = try await credential.token(for: request)
        _ = try directory.write("second", to: "token")
        clock.advance(seconds: 599)
        _ = try await credential.token(for: request)
        clock.advance(seconds: 1)
        _ = try await credential.token(for: request)
        #expect(server.requests.map { $0.fields["client_assertion"] } == ["first", "first", "second"])
      }
      let missing = FederatedTokenFileCredential(
        tenant: "t", clientID: "app", path: directory.path("none"),
        entra: EntraClient(authority: "http://127.0.0.1:1", context: makeContext(clock)))
      let error = try await failure { try await missing.token(for: TokenRequest(scopes: ["s"])) }
      #expect(error.kind == .notFound)
    }
  }

  @Test func refreshTokenIsReplaced() async throws {
    let script = Script([
      tokenReply("a", life: 3600, #","refresh_token":"fresh-token""#), tokenReply("b"),
    ])
    try await withLoopbackServer { _ in
      script.next()
    } _: { server in
      let credential = RefreshTokenCredential(
        tenant: "home", clientID: "app", account: "me@x", refreshToken: Secret("old-token"), entra: entra(server))
      _ = try await credential.token(for: TokenRequest(scopes: [armScope]))
      _ = try await credential.token(for: TokenRequest(scopes: [armScope], tenant: "other"))
      #expect(credential.refreshToken.reveal() == "fresh-token")
      #expect(server.requests.map(\.path) == ["/home/oauth2/v2.0/token", "/other/oauth2/v2.0/token"])
      #expect(server.requests.map { $0.fields["refresh_token"] } == ["old-token", "fresh-token"])
      #expect(server.requests[0].fields["grant_type"] == "refresh_token")
      #expect(server.requests[0].fields["scope"] == "\(armScope) offline_access openid profile")
    }
  }

  // MARK: Answers that are none

  @Test(arguments: [
    LoopbackServer.Reply(200, text: "<html>"), .json("[]"), .json("{}"), .json(#"{"access_token":"x"}"#),
    .json(#"{"access_token":"","expires_in":5}"#), .json(#"{"access_token":"x","expires_in":"soon"}"#),
  ])
  func anAnswerWithoutATokenIsInvalid(reply: LoopbackServer.Reply) async throws {
    try await withLoopbackServer { _ in
      reply
    } _: { server in
      let credential = ClientSecretCredential(
        tenant: "t", clientID: "app", secret: Secret("secret-value"), entra: entra(server))
      let error = try await failure { try await credential.token(for: TokenRequest(scopes: ["s"])) }
      #expect(error.kind == .invalid)
    }
  }

  /// A redirect would hand the secret to another server.
  @Test func redirectsAreNotFollowed() async throws {
    try await withLoopbackServer { request in
      request.path == "/elsewhere" ? tokenReply() : LoopbackServer.Reply(307, ["Location": "/elsewhere"])
    } _: { server in
      let credential = ClientSecretCredential(
        tenant: "t", clientID: "app", secret: Secret("secret-value"), entra: entra(server))
      let error = try await failure { try await credential.token(for: TokenRequest(scopes: ["s"])) }
      #expect(error.kind == .invalid)
      #expect(server.requests.count == 1)
    }
  }
}
