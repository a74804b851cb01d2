import Foundation
import TestSupport
import Testing

/// What acrsh does when it is told to stop, in every state in which it waits for something or is busy.
@Suite("Stopping", .serialized)
struct StoppingTests {
  /// A state by its name, and the line that leads into it.
  struct State: Sendable, CustomTestStringConvertible {
    let name: String
    /// Made with the authority of ``withServers(_:)``'s server.
    let line: @Sendable (Servers) -> String
    /// A request that says that the state is reached; nil for states that need nobody else.
    var request: String?
    /// At a terminal only, for questions.
    var needsTerminal = false
    var testDescription: String { name }

    init(
      _ name: String, request: String? = nil, needsTerminal: Bool = false,
      _ line: @escaping @Sendable (Servers) -> String
    ) {
      (self.name, self.request, self.needsTerminal, self.line) = (name, request, needsTerminal, line)
    }
  }

  /// The servers and files that the states need.
  struct Servers: Sendable {
    let directory: TemporaryDirectory
    let registry: LoopbackServer
    var authority: String { registry.authority }
    func path(_ name: String) -> String { directory.path(name) }
  }

  static let states: [State] = [
    State("a registry that does not answer", request: "/v2/silent/") { "manifest show \($0.authority)/silent:1" },
    State("a body that stops in the middle", request: "/v2/half/") { "manifest show \($0.authority)/half:1" },
    State("a registry that says to wait 40 s", request: "/v2/limited/") { "manifest show \($0.authority)/limited:1" },
    State("a token server that does not answer", request: "/token/silent") {
      "manifest show \($0.authority)/tokensilent:1"
    },
    State("a token server that says to wait 40 s", request: "/token/limited") {
      "manifest show \($0.authority)/tokenlimited:1"
    },
    State("a credential helper that sleeps") { "manifest show localhost:\($0.registry.port)/private:1" },
    State("a blob that does not end", request: "/v2/slow/blobs/") {
      "import \($0.authority)/slow:1 oci:\($0.path("copy")):1"
    },
    State("an upload that is not answered", request: "/v2/target/blobs/uploads/") {
      "import oci:\($0.path("images")):image \($0.authority)/target:1"
    },
    State("a mirror of a registry that does not answer", request: "/v2/silent/") {
      "mirror \($0.authority)/silent oci:\($0.path("mirror"))"
    },
    State("several jobs at once", request: "/v2/silent/") {
      "[1, 2, 3] | par-each { |n| manifest show \"\($0.authority)/silent:${n}\" }"
    },
    State("a question of yes or no", needsTerminal: true) { _ in "confirm \"Sure?\"" },
    State("a question for a secret", needsTerminal: true) { _ in "secret prompt Password" },
    State("`open` of a pipe that nobody writes to") { "open \($0.path("pipe"))" },
    State("`save` to a pipe that nobody reads") { "\"x\" | save \($0.path("pipe"))" },
    State("`secret file` of a pipe") { "secret file \($0.path("pipe"))" },
    State("a program that runs") { _ in "run sleep 61" },
    State("a program that ignores signals to end") { _ in
      "run sh -c 'trap \"\" INT TERM HUP; sleep 62 & wait; sleep 62'"
    },
    State("a program that ended and left another one at its output") { _ in "run sh -c 'sleep 63 &'" },
    State("a program that takes no input") { "open \($0.path("large.txt")) | run sleep 64" },
    State("a wait before the next try") { _ in "retry --times 2 --on thrown --wait 40s { throw \"no\" }" },
    State("a loop without end") { _ in "while true { }" },
    State("a program that writes without end") { _ in "run sh -c 'while echo x; do sleep 0.01; done'" },
  ]

  @Test("^C at the prompt: the next prompt is there", arguments: states)
  func prompt(_ state: State) async throws {
    try await withServers { servers in
      try await withPrompt(in: servers.directory, environment: environment(servers)) { terminal in
        terminal.enter("print --err (\"rea\" + \"dy\"); \(state.line(servers))")
        try await terminal.expect("ready")
        try await reach(state, servers)
        let start = ContinuousClock.now
        terminal.press(.controlC)
        try await terminal.expect("the prompt after ^C", within: .seconds(60)) {
          $0.currentLine.hasSuffix("✗ cancelled>")
        }
        note("^C at the prompt", state, start)
        terminal.enter("print (\"still\" + \" here\")")
        try await terminal.expect("still here")
        try await terminal.expectPrompt()
        terminal.press(.controlD)
        let ending = try await terminal.wait()
        #expect(ending == .exit(0))
      }
    }
  }

  @Test("^C in a script: it ends with 130", arguments: states.filter { !$0.needsTerminal })
  func script(_ state: State) async throws {
    try await withServers { servers in
      let program = try start(state, servers)
      defer { program.stop() }
      #expect(try await program.waitForOutput { $1.contains("ready") })
      try await reach(state, servers)
      let start = ContinuousClock.now
      program.send(SIGINT)
      let result = try #require(try await program.wait(timeout: .seconds(60)), "it goes on")
      note("^C in a script", state, start)
      #expect(result.ending == .exit(130), "\(result.errorOutput)")
    }
  }

  @Test("SIGTERM in a script: it ends by that signal", arguments: states.filter { !$0.needsTerminal })
  func termination(_ state: State) async throws {
    try await withServers { servers in
      let program = try start(state, servers)
      defer { program.stop() }
      #expect(try await program.waitForOutput { $1.contains("ready") })
      try await reach(state, servers)
      let start = ContinuousClock.now
      program.send(SIGTERM)
      let result = try #require(try await program.wait(timeout: .seconds(60)), "it goes on")
      note("SIGTERM in a script", state, start)
      #expect(result.ending == .signal(SIGTERM), "\(result.errorOutput)")
    }
  }

  @Test("a second ^C within 2 s ends acrsh with the terminal in order, also in a `finally` that takes its time")
  func secondInterrupt() async throws {
    try await withTemporaryDirectory { directory in
      try await withPrompt(in: directory) { terminal in
        terminal.enter(
          "print (\"rea\" + \"dy\"); try { while true { } } finally { print --err (\"clean\" + \"ing\"); run sleep 65 }"
        )
        try await terminal.expect("ready")
        try await Task.sleep(for: .milliseconds(300))
        terminal.press(.controlC)
        try await terminal.expect("cleaning")
        terminal.press(.controlC)
        let ending = try await terminal.wait(within: .seconds(60))
        #expect(ending == .exit(130))
        #expect(terminal.screen.showsCursor)
      }
      let program = try BuiltProducts.acrsh(
        ["-c", "print --err ready; try { while true { } } finally { print --err cleaning; run sleep 65 }"],
        in: directory
      ).start()
      defer { program.stop() }
      #expect(try await program.waitForOutput { $1.contains("ready") })
      try await Task.sleep(for: .milliseconds(500))
      program.send(SIGINT)
      #expect(try await program.waitForOutput { $1.contains("cleaning") })
      program.send(SIGINT)
      let ending = try await program.wait(timeout: .seconds(60))?.ending
      #expect(ending == .exit(130))
    }
  }

  @Test("SIGTERM and SIGHUP at the prompt end acrsh by that signal", arguments: [SIGTERM, SIGHUP])
  func endOfPrompt(_ signal: Int32) async throws {
    try await withPrompt { terminal in
      terminal.send(signal)
      let ending = try await terminal.wait(within: .seconds(60))
      #expect(ending == .signal(signal))
    }
    try await withPrompt { terminal in
      terminal.enter("print --err (\"rea\" + \"dy\"); run sleep 66")
      try await terminal.expect("ready")
      try await Task.sleep(for: .milliseconds(200))
      terminal.send(signal)
      let ending = try await terminal.wait(within: .seconds(60))
      #expect(ending == .signal(signal))
    }
  }

  @Test("^D at one question answers that one only, and ^C at a question goes back to the prompt")
  func questions() async throws {
    try await withPrompt { terminal in
      terminal.enter("confirm \"First?\"")
      try await terminal.expect("First? [y/N]")
      terminal.press(.controlD)
      try await terminal.expect("the question was not answered")
      terminal.enter("confirm \"Second?\"; print (\"went\" + \" on\")")
      try await terminal.expect("Second? [y/N]")
      terminal.enter("y")
      try await terminal.expect("went on")
      terminal.enter("confirm \"Third?\"; print (\"not\" + \" this\")")
      try await terminal.expect("Third? [y/N]")
      terminal.press(.controlC)
      try await terminal.expect("✗ cancelled>")
      #expect(!terminal.screen.text.contains("not this"))
    }
  }

  // MARK: - The servers

  private func start(_ state: State, _ servers: Servers) throws -> RunningProgram {
    try BuiltProducts.acrsh(
      ["-c", "print --err ready\n\(state.line(servers))"], in: servers.directory, environment: environment(servers)
    ).start()
  }

  private func environment(_ servers: Servers) -> [String: String] {
    ["PATH": "\(servers.path("bin")):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"]
  }

  private func reach(_ state: State, _ servers: Servers) async throws {
    if let request = state.request {
      #expect(try await servers.registry.wait { requests, _ in requests.contains { $0.path.hasPrefix(request) } })
    }
    try await Task.sleep(for: .milliseconds(300))
  }

  private func note(_ how: String, _ state: State, _ start: ContinuousClock.Instant) {
    let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
    print("stopping: \(how): \(state.name): \(Int(milliseconds)) ms")
  }

  /// A registry that never comes to an end with anything, a credential helper that sleeps, a pipe and an image.
  private func withServers(_ body: (Servers) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      try await withLoopbackServer(
        early: { request in request.method == "PUT" || request.method == "PATCH" ? .stall : nil },
        handler: StoppingTests.answer
      ) { server in
        guard mkfifo(directory.path("pipe"), 0o600) == 0 else { throw CocoaError(.fileWriteUnknown) }
        try SyntheticImages(in: try ImageLayout(path: directory.path("images"))).image(
          "image", layers: [1000], tag: "image")
        try directory.write(String(repeating: "x", count: 1 << 20), to: "large.txt")
        try directory.write("#!/bin/sh\nsleep 67\n", to: "bin/docker-credential-sleepy", mode: 0o755)
        try directory.write(
          #"{"credHelpers": {"localhost:\#(server.port)": "sleepy"}}"#, to: "home/.docker/config.json")
        try await body(Servers(directory: directory, registry: server))
      }
    }
  }

  private static let manifest = """
    {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":\
    "application/vnd.oci.image.config.v1+json","size":7023,"digest":"sha256:\(String(repeating: "a", count: 64))"},\
    "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","size":32654000,"digest":\
    "sha256:\(String(repeating: "b", count: 64))"}]}
    """

  @Sendable private static func answer(_ request: LoopbackServer.Request) throws -> LoopbackServer.Reply {
    let parts = request.path.split(separator: "/")
    if parts.first == "token" {
      return parts.last == "silent" ? .stall : LoopbackServer.Reply(429, ["Retry-After": "40"], text: "")
    }
    guard parts.count > 2 else { return .json("{}") }
    let type = "application/vnd.oci.image.manifest.v1+json"
    switch parts[1] {
    case "half":
      return LoopbackServer.Reply(
        200, ["Content-Type": type], steps: [.bytes(Array(manifest.utf8.prefix(100))), .stall],
        framing: .declared(manifest.utf8.count))
    case "limited": return LoopbackServer.Reply(429, ["Retry-After": "40"], text: "")
    case "tokensilent", "tokenlimited":
      let realm = "http://\(request.headers["host"] ?? "")/token/\(parts[1].dropFirst("token".count))"
      return LoopbackServer.Reply(
        401, ["WWW-Authenticate": "Bearer realm=\"\(realm)\",service=\"s\",scope=\"repository:\(parts[1]):pull\""],
        text: "")
    case "private": return LoopbackServer.Reply(401, ["WWW-Authenticate": "Basic realm=\"r\""], text: "")
    case "slow" where parts[2] == "manifests":
      return .json(manifest, headers: ["Content-Type": type])
    case "slow":
      return LoopbackServer.Reply(
        200, steps: [.bytes([1, 2, 3]), .stall],
        framing: .declared(request.path.contains("sha256:a") ? 7023 : 32_654_000))
    case "target" where request.method == "POST":
      return LoopbackServer.Reply(202, ["Location": "/v2/target/blobs/uploads/1"], text: "")
    case "target": return LoopbackServer.Reply(404, text: "")
    default: return .stall
    }
  }
}
