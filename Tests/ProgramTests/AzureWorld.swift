import AcrCore
import Foundation
import TestSupport

/// An emulated Azure with all registries under their own names, and the program beside it, signed in.
struct AzureWorld: Sendable {
  let directory: TemporaryDirectory
  /// The line with addresses that the emulator printed.
  let endpoints: JSONValue
  private let emulator: RunningProgram

  /// The service principal of the sample world, and the subscription of its registries.
  static let principal = "11111111-2222-3333-4444-555555555555"
  static let subscription = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e"

  fileprivate init(directory: TemporaryDirectory, endpoints: JSONValue, emulator: RunningProgram) {
    self.directory = directory
    self.endpoints = endpoints
    self.emulator = emulator
  }

  private func endpoint(_ name: String) throws -> String {
    guard let text = endpoints[name]?.string else { throw TestSupportError("the emulator names no \(name)") }
    return text
  }

  /// What leads every host to the emulator, and says where managed identities answer.
  func environment() throws -> [String: String] {
    let control = try endpoint("control")
    return [
      "HTTPS_PROXY": "http://\(control)", "http_proxy": "http://\(control)",
      "SSL_CERT_FILE": try endpoint("certificateAuthority"), "IDENTITY_ENDPOINT": try endpoint("identityEndpoint"),
      "IDENTITY_HEADER": try endpoint("identityHeader"),
    ]
  }

  /// Waits until the program has noted so many imports that Azure runs, for later sessions. What the emulator has begun, the
  /// program may not know yet.
  func waitForNotedOperations(_ count: Int) async throws {
    try await waitForFiles(count, in: directory.path("home/.local/state/acrsh/operations"))
  }

  /// Runs the program.
  func run(
    _ arguments: [String], environment extra: [String: String] = [:], input: String = ""
  ) async throws -> ProgramResult {
    let environment = try environment().merging(extra) { $1 }
    return try await BuiltProducts.acrsh(arguments, in: directory, environment: environment, input: input).run()
  }

  /// The emulator's own interface.
  @discardableResult
  func admin(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
    let client = try LoopbackClient(authority: try endpoint("control"))
    let answer = try await client.send(method, "/emulator/\(path)", body: body.map { Array($0.text.utf8) })
    guard answer.status < 300 else { throw TestSupportError("\(path): \(answer.status) \(answer.text)") }
    return (try? JSONValue(parsing: answer.body)) ?? .null
  }

  /// The tags of a registry with their digests, as `repository:tag`, and repositories without tags.
  func content(of registry: String) async throws -> [String: String] {
    let state = try await admin("GET", "state")
    let found = state["registries"]?.array?.first { $0["name"]?.string == registry }
    var content: [String: String] = [:]
    for repository in found?["repositories"]?.array ?? [] {
      let name = repository["name"]?.string ?? ""
      let tags = repository["tags"]?.members ?? []
      if tags.isEmpty { content[name] = "\(repository["manifests"]?.integer ?? 0) manifests" }
      for tag in tags { content["\(name):\(tag.name)"] = tag.value.string }
    }
    return content
  }

  /// What the last import was asked for, as the resource manager got it.
  func lastImport() async throws -> JSONValue? {
    try await admin("GET", "state")["imports"]?.array?.last?["request"]
  }

  /// Empties a registry.
  func empty(_ registry: String) async throws {
    guard let address = endpoints["registries"]?[registry]?.string else {
      throw TestSupportError("there is no registry \(registry)")
    }
    let client = try LoopbackClient(authority: address)
    let authorization = "Basic \(Base64.encode(Array("sample:sample-password".utf8)))"
    let names = Set(try await content(of: registry).keys.map { $0.prefix { $0 != ":" } })
    for name in names {
      let answer = try await client.send("DELETE", "/acr/v1/\(name)", headers: ["Authorization": authorization])
      guard answer.status == 202 else { throw TestSupportError("\(name): \(answer.status) \(answer.text)") }
    }
  }
}

/// Runs a body with an emulated Azure. The service principal is signed in, and its sign-in saved for all runs.
/// - Parameter registries: further registries, as members of the list `registries` of the configuration.
func withAzureWorld<Result>(
  registries: String = "", _ body: (AzureWorld) async throws -> Result
) async throws -> Result {
  try await withTemporaryDirectory { directory in
    var arguments = ["--data", directory.path("data"), "--azure-names"]
    let program = try BuiltProducts.executable("acr-emulator")
    if !registries.isEmpty {
      let sample = try await Program(program, ["--print-config"]).succeed().output
      let extended = sample.replacing(
        "\"registries\": [", with: "\"registries\": [\n\(registries),", maxReplacements: 1)
      arguments += ["--config", try directory.write(extended, to: "world.json")]
    }
    let emulator = try Program(program, arguments).start()
    defer { emulator.stop() }
    let isReady = try await emulator.waitForOutput(within: .seconds(60)) { output, _ in output.contains("\n") }
    guard isReady else { throw TestSupportError("the emulator did not start: \(emulator.errorOutput)") }
    let endpoints = try JSONValue(parsing: Array(emulator.output.utf8))
    let world = AzureWorld(directory: directory, endpoints: endpoints, emulator: emulator)
    try await world.admin("POST", "imports", ["seconds": 0, "retryAfter": 0])
    let line =
      "login --service-principal --username \(AzureWorld.principal) --password (secret env SECRET) "
      + "--tenant contoso.example --save"
    let login = try await world.run(["-c", line], environment: ["SECRET": "sample-password"])
    guard login.exitCode == 0 else { throw TestSupportError("the sign-in failed: \(login.errorOutput)") }
    return try await body(world)
  }
}

/// Waits up to a minute until a folder has so many files in JSON.
func waitForFiles(_ count: Int, in folder: String) async throws {
  for _ in 0..<1200 {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    if names.count(where: { $0.hasSuffix(".json") }) >= count { return }
    try await Task.sleep(for: .milliseconds(50))
  }
  throw TestSupportError("`\(folder)` does not get \(count) files")
}
