import AcrCore
import TestSupport
import Testing

@testable import OCIRegistry

@Suite struct CredentialStoreTests {
  private static func user(_ name: String, _ password: String) -> Credentials {
    .user(name, password: Secret(password))
  }

  private static func auth(_ text: String) -> String { #"{"auth":"\#(Base64.encode(Array(text.utf8)))"}"# }

  struct Case: Sendable {
    let config: String
    var host = "reg.example.com"
    let expected: Credentials
  }

  @Test(arguments: [
    Case(config: #"{"auths":{"reg.example.com":\#(auth("u:p:q"))}}"#, expected: user("u", "p:q")),
    Case(config: #"{"auths":{"https://reg.example.com":\#(auth("u:p"))}}"#, expected: user("u", "p")),
    Case(config: #"{"auths":{"http://reg.example.com/v1/":\#(auth("u:p"))}}"#, expected: user("u", "p")),
    Case(config: #"{"auths":{"https://reg.example.com/v2":\#(auth("u:p\0\0"))}}"#, expected: user("u", "p")),
    Case(
      config: #"{"auths":{"https://reg.example.com/v1/":\#(auth("a:a")),"reg.example.com":\#(auth("b:b"))}}"#,
      expected: user("b", "b")),
    Case(config: #"{"auths":{"reg.example.com/team":\#(auth("u:p"))}}"#, expected: .anonymous),
    Case(config: #"{"auths":{"reg.example.com:443":\#(auth("u:p"))}}"#, expected: .anonymous),
    Case(
      config: #"{"auths":{"https://index.docker.io/v1/":\#(auth("u:p"))}}"#, host: "docker.io", expected: user("u", "p")
    ),
    Case(config: #"{"auths":{"docker.io":\#(auth("u:p"))}}"#, host: "registry-1.docker.io", expected: user("u", "p")),
    Case(
      config:
        #"{"auths":{"reg.example.com":{"auth":"\#(Base64.encode(Array("<token>:".utf8)))","identitytoken":"idt"}}}"#,
      expected: .identityToken(Secret("idt"))),
    Case(config: #"{"auths":{"reg.example.com":{"registrytoken":"rt"}}}"#, expected: .accessToken(Secret("rt"))),
    Case(config: #"{"auths":{"reg.example.com":{"username":"u","password":"p"}}}"#, expected: user("u", "p")),
    Case(config: #"{"auths":{"reg.example.com":{}}}"#, expected: .anonymous),
    Case(config: #"{"auths":null,"credsStore":""}"#, expected: .anonymous),
    Case(config: "{}", expected: .anonymous),
  ])
  func readsDockersFile(_ testCase: Case) async throws {
    try await withTemporaryDirectory { directory in
      try directory.write(testCase.config, to: "config.json")
      let store = CredentialStore(environment: ["DOCKER_CONFIG": directory.path])
      let found = try await store.credentials(for: RegistryHost(testCase.host))
      #expect(found.credentials == testCase.expected)
      #expect(found.origin == (testCase.expected == .anonymous ? nil : "`\(directory.path)/config.json`"))
    }
  }

  @Test(arguments: [
    (#"{"auths":"#, "is not valid JSON: the text ends too early"),
    (#"{"auths":{"reg.example.com":{"auth":"!"}}}"#, "not the base64 form"),
    (#"{"auths":{"reg.example.com":{"auth":"dTo"}},"x":}"#, "at line 1"),
  ])
  func namesTheBrokenFile(_ config: String, _ part: String) async throws {
    try await withTemporaryDirectory { directory in
      let path = try directory.write(config, to: "config.json")
      let store = CredentialStore(environment: ["DOCKER_CONFIG": directory.path])
      let error = await failure { try await store.credentials(for: RegistryHost("reg.example.com")) }
      #expect(error?.kind == .invalid)
      #expect(error?.message.contains(path) == true)
      #expect(error?.message.contains(part) == true)
    }
  }

  @Test func sessionComesFirstAndPodmanLast() async throws {
    try await withTemporaryDirectory { directory in
      let home = try directory.makeDirectory("home")
      try directory.makeDirectory("home/.docker")
      try directory.makeDirectory("run")
      try directory.makeDirectory("run/containers")
      try directory.write(#"{"auths":{"a.io":\#(Self.auth("docker:x"))}}"#, to: "home/.docker/config.json")
      try directory.write(
        #"{"auths":{"a.io":\#(Self.auth("file:x")),"b.io":\#(Self.auth("file:x"))}}"#, to: "auth.json")
      try directory.write(
        #"{"auths":{"b.io":\#(Self.auth("run:x")),"c.io":\#(Self.auth("run:x"))}}"#, to: "run/containers/auth.json")
      let store = CredentialStore(environment: [
        "HOME": home, "REGISTRY_AUTH_FILE": directory.path("auth.json"), "XDG_RUNTIME_DIR": directory.path("run"),
      ])
      for (host, user) in [("a.io", "docker"), ("b.io", "file"), ("c.io", "run")] {
        #expect(try await store.credentials(for: RegistryHost(host)).credentials.userName == user)
      }
      let host = try RegistryHost("a.io")
      await store.add(Self.user("session", "x"), for: host)
      let found = try await store.credentials(for: host)
      #expect(found == FoundCredentials(Self.user("session", "x"), origin: "`acr login`"))
      #expect(await store.list().map { "\($0.host) \($0.userName ?? "")" } == ["a.io session"])
      #expect(await store.remove(host))
      #expect(await !store.remove(host))
      #expect(try await store.credentials(for: host).credentials.userName == "docker")
    }
  }

  // MARK: - Helpers

  /// A store whose `config.json` names the helper `fake`, a shell script.
  private func withHelper(
    _ script: String, config: String = #"{"credsStore":"fake"}"#,
    _ body: (CredentialStore, TemporaryDirectory) async throws -> Void
  ) async throws {
    try await withTemporaryDirectory { directory in
      try directory.write(config, to: "config.json")
      try directory.write("#!/bin/sh\n\(script)\n", to: "docker-credential-fake", mode: 0o755)
      let path = Environment.minimal["PATH"] ?? ""
      let environment = [
        "DOCKER_CONFIG": directory.path, "PATH": "\(directory.path):\(path)", "FOLDER": directory.path,
      ]
      try await body(CredentialStore(environment: environment), directory)
    }
  }

  @Test(arguments: [
    (#"{"ServerURL":"s","Username":"u","Secret":"p"}"#, user("u", "p")),
    (#"{"Username":"<token>","Secret":"idt"}"#, .identityToken(Secret("idt"))),
    (#"{"Username":"","Secret":""}"#, .anonymous),
  ])
  func helpersAnswer(_ answer: String, _ expected: Credentials) async throws {
    let script = #"""
      echo "$1 $(cat)" >> "$FOLDER/calls"
      echo '\#(answer)'
      """#
    try await withHelper(script) { store, directory in
      for _ in 0..<2 {
        #expect(try await store.credentials(for: RegistryHost("reg.example.com:5000")).credentials == expected)
      }
      _ = try await store.credentials(for: .dockerHub)
      let calls = String(decoding: try directory.read("calls"), as: UTF8.self)
      #expect(calls == "get reg.example.com:5000\nget https://index.docker.io/v1/\n")
    }
  }

  @Test func manyCallersAskAHelperOnce() async throws {
    let script = #"echo x >> "$FOLDER/calls"; sleep 0.1; echo '{"Username":"u","Secret":"p"}'"#
    try await withHelper(script) { store, directory in
      let host = try RegistryHost("reg.example.com")
      try await withThrowingTaskGroup { group in
        for _ in 0..<20 { group.addTask { _ = try await store.credentials(for: host) } }
        try await group.waitForAll()
      }
      #expect(try directory.read("calls").count == 2)
    }
  }

  @Test func aHelperThatKnowsNothingIsNoError() async throws {
    let config = #"{"credHelpers":{"reg.example.com":"fake"},"auths":{"reg.example.com":\#(Self.auth("u:p"))}}"#
    try await withHelper("echo 'credentials not found in native keychain'; exit 1", config: config) { store, _ in
      let known = try await store.credentials(for: RegistryHost("reg.example.com"))
      #expect(known.credentials == Self.user("u", "p"))
      let unknown = try await store.credentials(for: RegistryHost("other.example.com"))
      #expect(unknown.credentials == .anonymous)
    }
  }

  @Test(arguments: [
    ("echo 'the keychain is locked'; exit 3", "failed with exit code 3: the keychain is locked"),
    ("echo 'no display' >&2; exit 1", "failed with exit code 1: no display"),
    ("kill -9 $$", "failed with exit code 137"),
    ("echo hello", "something that is not its protocol's JSON"),
    ("exit 0", "something that is not its protocol's JSON"),
  ])
  func failuresNameHelperAndFile(_ script: String, _ part: String) async throws {
    try await withHelper(script) { store, directory in
      let error = await failure { try await store.credentials(for: RegistryHost("reg.example.com")) }
      #expect(error?.kind == .auth)
      #expect(
        error?.message.hasPrefix(
          "the credential helper `docker-credential-fake` named in `\(directory.path)/config.json`") == true)
      #expect(error?.message.contains(part) == true)
    }
  }

  @Test func missingHelpersAreNamed() async throws {
    try await withHelper("", config: #"{"credsStore":"absent"}"#) { store, _ in
      let error = await failure { try await store.credentials(for: RegistryHost("reg.example.com")) }
      #expect(error?.message.contains("`docker-credential-absent`") == true)
      #expect(error?.message.contains("is not on PATH") == true)
    }
  }

  @Test func helpersThatHangAreStopped() async throws {
    try await withHelper(#"echo $$ > "$FOLDER/pid"; exec sleep 100"#) { _, directory in
      var helper = CredentialHelper(
        name: "fake", configPath: "config.json",
        environment: ["PATH": "\(directory.path):\(Environment.minimal["PATH"] ?? "")", "FOLDER": directory.path])
      helper.timeout = .milliseconds(300)
      let error = await failure { try await helper.credentials(for: "reg.example.com") }
      #expect(error?.kind == .timeout)
      let task = Task { [helper] in await failure { try await helper.credentials(for: "reg.example.com") } }
      task.cancel()
      #expect(await task.value?.kind == .cancelled)
    }
  }
}
