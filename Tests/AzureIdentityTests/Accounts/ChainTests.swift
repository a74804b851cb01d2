import AcrCore
import Foundation
import TestSupport
import Testing

@testable import AzureIdentity

/// The default chain, the environment's credentials, and the Azure CLI.
@Suite struct ChainTests {
  let clock = TestClock()
  private let request = TokenRequest(scopes: [armScope])
  private static let nowhere = "http://127.0.0.1:1"

  private func cloud(_ authority: String) throws -> AzureCloud {
    var cloud = AzureCloud.public
    try cloud.set(.activeDirectory, to: authority)
    return cloud
  }

  /// A folder with an `az` that is a script, at the front of PATH. Another process writes it: a descriptor open for writing
  /// here could be inherited by a program that another test starts at this moment, and the script could not be run then.
  private func fakeAz(_ directory: TemporaryDirectory, _ script: String) async throws -> String {
    let folder = try directory.makeDirectory("bin")
    var writer = Program("/bin/sh", ["-c", "cat > \"$0/az\" && chmod 755 \"$0/az\"", folder])
    writer.input = Array("#!/bin/sh\n\(script)\n".utf8)
    _ = try await writer.succeed()
    return "\(folder):/usr/bin:/bin"
  }

  @Test func saysOfEachLinkWhyItWasNotUsed() async throws {
    let environment = [
      "AZURE_TENANT_ID": "t", "AZURE_POD_IDENTITY_AUTHORITY_HOST": Self.nowhere, "PATH": "/nonexistent",
    ]
    let chain = DefaultCredentialChain(cloud: .public, context: makeContext(clock, environment: environment))
    let error = try await failure { try await chain.token(for: request) }
    #expect(error.kind == .auth)
    #expect(error.message == "no credential was found in any of the 4 places where one may be")
    #expect(
      error.notes == [
        "environment: AZURE_CLIENT_ID not set",
        "workload identity: AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE not set",
        "managed identity: no metadata service answers here", "Azure CLI: `az` is not on PATH",
      ])
    #expect(await chain.attempts.map(\.name) == ["environment", "workload identity", "managed identity", "Azure CLI"])
  }

  /// A metadata service that never answers costs the time of one probe.
  @Test func givesUpOnASilentMetadataService() async throws {
    try await withLoopbackServer { _ in
      .stall
    } _: { server in
      var endpoints = ManagedIdentityEndpoints.standard
      endpoints.arcAgent = "/nonexistent"
      endpoints.imds = server.url
      endpoints.probeTimeout = .milliseconds(100)
      let context = makeContext(clock, environment: ["PATH": "/nonexistent"], endpoints: endpoints)
      let error = try await failure {
        try await DefaultCredentialChain(cloud: .public, context: context).token(for: request)
      }
      #expect(error.notes.contains { $0.hasPrefix("managed identity: no metadata service answered within") })
      #expect(server.requests.count == 1)
      #expect(server.requests.first?.headers["metadata"] == nil)
    }
  }

  /// A virtual machine without an identity: the probe is answered, the request is refused, the chain goes on.
  @Test func goesOnToTheAzureCLIWhenThereIsNoIdentity() async throws {
    try await withTemporaryDirectory { directory in
      try await withLoopbackServer { _ in
        .json(#"{"error":"invalid_request","error_description":"Identity not found"}"#, status: 400)
      } _: { server in
        let path = try await fakeAz(
          directory, #"echo '{"accessToken":"az-token","expires_on":1700003600,"tenant":"t"}'"#)
        let environment = ["AZURE_POD_IDENTITY_AUTHORITY_HOST": server.url, "PATH": path]
        let chain = DefaultCredentialChain(cloud: .public, context: makeContext(clock, environment: environment))
        let token = try await chain.token(for: request)
        #expect(token.token.reveal() == "az-token")
        let attempts = await chain.attempts
        #expect(attempts.map(\.name) == ["environment", "workload identity", "managed identity"])
        #expect(attempts.last?.reason.contains("Identity not found") == true)
        // The choice stays.
        _ = try await chain.token(for: request)
        #expect(server.requests.count == 2)
      }
    }
  }

  /// What was configured and fails ends the chain: going on could sign in as somebody else.
  @Test func stopsAtACredentialThatFails() async throws {
    try await withTemporaryDirectory { directory in
      try await withLoopbackServer { _ in
        refusal("invalid_client", code: 7_000_215, status: 401)
      } _: { server in
        let path = try await fakeAz(directory, #"echo '{"accessToken":"az-token","expires_on":1700003600}'"#)
        let environment = [
          "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "app", "AZURE_CLIENT_SECRET": "the-client-secret", "PATH": path,
        ]
        let context = makeContext(clock, environment: environment)
        let chain = DefaultCredentialChain(cloud: try cloud(server.url), context: context)
        let error = try await failure { try await chain.token(for: request) }
        #expect(error.code == "AADSTS7000215")
        #expect(error.notes.contains("the default chain stopped at: environment"))
        #expect(!everyText(of: error).contains("the-client-secret"))
      }
    }
  }

  @Test func findsAWorkloadIdentity() async throws {
    try await withTemporaryDirectory { directory in
      try await withLoopbackServer { _ in
        tokenReply()
      } _: { server in
        let file = try directory.write("kubernetes.jwt", to: "token")
        let environment = [
          "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "app", "AZURE_FEDERATED_TOKEN_FILE": file,
          "AZURE_AUTHORITY_HOST": "\(server.url)/",
        ]
        let chain = DefaultCredentialChain(cloud: .public, context: makeContext(clock, environment: environment))
        _ = try await chain.token(for: request)
        #expect(server.requests.first?.fields["client_assertion"] == "kubernetes.jwt")
        #expect(server.requests.first?.path == "/t/oauth2/v2.0/token")
      }
    }
  }

  // MARK: Environment

  @Test(arguments: [nil, "1", "TRUE", "no"])
  func takesACertificateFromTheEnvironment(sends: String?) async throws {
    try await withTemporaryDirectory { directory in
      let files = try await CertificateFiles(directory)
      let pfx = directory.path("a.pfx")
      try await CertificateFiles.openssl(
        "pkcs12", "-export", "-inkey", files.key, "-in", files.leaf, "-out", pfx, "-passout", "pass:pfx-password")
      try await withLoopbackServer { _ in
        tokenReply()
      } _: { server in
        var environment = [
          "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "app", "AZURE_CLIENT_CERTIFICATE_PATH": pfx,
          "AZURE_CLIENT_CERTIFICATE_PASSWORD": "pfx-password", "AZURE_AUTHORITY_HOST": server.url,
        ]
        environment["AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"] = sends
        let context = makeContext(clock, environment: environment)
        let signedIn = try context.credential(for: .environment, in: .public)
        _ = try await signedIn.credential.token(for: request)
        let assertion = try #require(server.requests.first?.fields["client_assertion"])
        let head = try #require(assertion.split(separator: ".").first.flatMap { Base64URL.decode($0) })
        #expect((try JSONValue(parsing: head)["x5c"] != nil) == (sends == "1" || sends == "TRUE"))
      }
    }
  }

  @Test(arguments: ["ftp://x", "http://login.example.com", "https://u@x", " "])
  func refusesAnAuthorityThatIsNone(host: String) {
    let environment = [
      "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "app", "AZURE_CLIENT_SECRET": "s", "AZURE_AUTHORITY_HOST": host,
    ]
    let context = makeContext(clock, environment: environment)
    let error = #expect(throws: AcrError.self) { try context.credential(for: .environment, in: .public) }
    #expect(error?.kind == .usage)
    #expect(error?.message.contains("AZURE_AUTHORITY_HOST") == true)
  }

  // MARK: Azure CLI

  @Test func runsAzWithoutAShell() async throws {
    try await withTemporaryDirectory { directory in
      let log = directory.path("arguments")
      let path = try await fakeAz(
        directory,
        #"""
        printf '%s\n' "$@" > "$LOG"
        echo noise >&2
        echo '{"accessToken":"az-token","expiresOn":"2001-01-01 00:00:00.000000","expires_on":1700003600,
               "subscription":"sub","tenant":"tid","tokenType":"Bearer"}'
        """#)
      let context = makeContext(clock, environment: ["PATH": path, "LOG": log])
      let credential = AzureCLICredential(subscription: "a \"b\"; $(touch x)", context: context)
      let token = try await credential.token(for: request)
      #expect(token.token.reveal() == "az-token")
      #expect(token.expiresOn == Timestamp(seconds: 1_700_003_600))
      #expect(token.tenant == "tid")
      #expect(token.subscription == "sub")
      let start = "account\nget-access-token\n-o\njson\n--resource\nhttps://management.core.windows.net/\n"
      #expect(try String(contentsOfFile: log, encoding: .utf8) == start + "--subscription=a \"b\"; $(touch x)\n")
      _ = try await credential.token(for: TokenRequest(scopes: [armScope], tenant: "other"))
      #expect(try String(contentsOfFile: log, encoding: .utf8) == start + "--tenant=other\n")
    }
  }

  static let failures: [(String, ErrorKind, String)] = [
    ("echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1", .auth, "not signed in"),
    ("echo 'ERROR: AADSTS700082: The refresh token has expired' >&2; exit 1", .auth, "not signed in"),
    ("echo 'boom eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2lnbmF0dXJl' >&2; exit 3", .auth, "exit code 3: boom …"),
    ("echo '{}'", .invalid, "no access token"), ("echo nonsense", .invalid, "no access token"),
    (#"echo '{"accessToken":"az-token"}'"#, .invalid, "when its token expires"), ("sleep 30", .timeout, "did not end"),
    ("kill -9 $$", .auth, "exit code 137"),
  ]

  @Test(arguments: failures)
  func tellsWhyAzFailed(script: String, kind: ErrorKind, text: String) async throws {
    try await withTemporaryDirectory { directory in
      let path = try await fakeAz(directory, script)
      let context = makeContext(clock, environment: ["PATH": path])
      let timeout = kind == .timeout ? Duration.milliseconds(200) : .seconds(20)
      let error = try await failure {
        try await AzureCLICredential(timeout: timeout, context: context).token(for: request)
      }
      #expect(error.kind == kind)
      #expect(error.message.contains(text))
      #expect(!everyText(of: error).contains("az-token"))
    }
  }

  @Test func stopsAzWhenCancelled() async throws {
    try await withTemporaryDirectory { directory in
      let path = try await fakeAz(directory, "echo $$ > \"$PID\"; sleep 600 & wait")
      let pidFile = directory.path("pid")
      let context = makeContext(clock, environment: ["PATH": path, "PID": pidFile])
      let task = Task { try await AzureCLICredential(context: context).token(for: request) }
      var pid: Int32?
      while pid == nil {
        try await Task.sleep(for: .milliseconds(5))
        pid = (try? String(contentsOfFile: pidFile, encoding: .utf8)).flatMap { Int32($0.dropLast()) }
      }
      task.cancel()
      let error = try await failure { try await task.value }
      #expect(error.kind == .cancelled)
      #expect(kill(try #require(pid), 0) == -1)
    }
  }

  /// Without `expires_on`, the end is a local time.
  @Test func readsLocalTimes() throws {
    let time = try #require(AzureCLICredential.localTime("2020-11-12 13:50:47.000000"))
    var parts = DateComponents()
    (parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second) = (2020, 11, 12, 13, 50, 47)
    let expected = try #require(Calendar(identifier: .gregorian).date(from: parts))
    #expect(time.seconds == Int64(expected.timeIntervalSince1970))
    for text in ["", "2020-11-12", "2020-13-12 13:50:47.0", "tomorrow"] {
      #expect(AzureCLICredential.localTime(text) == nil)
    }
  }
}
