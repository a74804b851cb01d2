import AcrCore
import TestSupport
import Testing

@Suite("preflight, and import with it", .serialized)
struct PreflightCommandTests {
  private func rows(_ result: ProgramResult) throws -> [String: String] {
    let json = try JSONValue(parsing: Array(result.output.utf8))
    var found: [String: String] = [:]
    for row in json.array ?? [] { found[row["check"]?.string ?? ""] = row["result"]?.string }
    return found
  }

  @Test("shows each check, asks nothing of the service, and takes the flags of import")
  func table() async throws {
    try await withAzureWorld { world in
      try await world.admin("DELETE", "requests")
      let line = "preflight --name myregistry --source mcr.microsoft.com/hello-world:latest --image hello:1"
      let result = try await world.run(["-c", line])
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      #expect(
        try rows(result) == [
          "target-tier": "passed", "target-state": "passed", "target-network": "passed", "target-tags": "passed",
          "source": "passed", "source-state": "skipped", "source-network": "skipped", "source-tenant": "skipped",
          "source-export": "skipped", "manifests": "passed", "ranges": "passed",
        ])
      let asked = try await world.admin("GET", "requests").array ?? []
      #expect(asked.allSatisfy { $0["path"]?.string?.hasSuffix("/importImage") == false })
      try await world.admin("POST", "ranges/mcr.microsoft.com", ["ranges": "ignored"])
      let cures = try await world.run(["-c", "\(line) | where .result == 'failed' | get cure"])
      #expect(cures.output.contains("--engine direct reads whole blobs"), "\(cures.output)\(cures.errorOutput)")
    }
  }

  @Test("stops an import before it is sent; --no-preflight sends it")
  func before() async throws {
    try await withAzureWorld { world in
      try await world.admin("POST", "ranges/mcr.microsoft.com", ["ranges": "refused"])
      let line = "import --name myregistry --source mcr.microsoft.com/hello-world:latest --image hello:1"
      let stopped = try await world.run(["--diagnostics", "json", "-c", line])
      let text = stopped.errorOutput.split(separator: "\n").last { $0.hasPrefix("{") } ?? ""
      let error = try JSONValue(parsing: Array(text.utf8))
      #expect(error["kind"]?.string == "server")
      #expect(error["message"]?.string?.hasPrefix("Unexpected response status code 416 to a range from byte 1") == true)
      #expect(error["label"]?.string == "importing mcr.microsoft.com/hello-world:latest")
      #expect(try await world.lastImport() == nil)
      let sent = try await world.run(["-c", "\(line) --no-preflight"])
      #expect(sent.exitCode != 0)
      #expect(try await world.lastImport()?["source"]?["registryUri"]?.string == "mcr.microsoft.com")
      let both = try await world.run(["-c", "\(line) --preflight --no-preflight"])
      #expect(both.exitCode == 2)
      #expect(both.errorOutput.contains("`--preflight` and `--no-preflight` cannot be combined"))
    }
  }

  @Test("the reading of the source begins while the registry to import into is looked for")
  func early() async throws {
    try await withAzureWorld { world in
      // With the resource manager slower than the whole reading, all of the source has been asked for before it answers.
      try await world.admin(
        "POST", "faults",
        ["target": "control", "path": "/subscriptions/*/registries", "delayMilliseconds": 1500, "times": 1])
      try await world.admin("DELETE", "requests")
      let line = "preflight --name myregistry --source mcr.microsoft.com/hello-world:latest --image hello:1"
      let result = try await world.run(["-c", line])
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      let asked = (try await world.admin("GET", "requests").array ?? []).map {
        "\($0["target"]?.string ?? "") \($0["path"]?.string ?? "")"
      }
      let found = try #require(asked.firstIndex { $0.hasSuffix("Microsoft.ContainerRegistry/registries") })
      let range = try #require(asked.firstIndex { $0.contains("/blobs/") })
      #expect(range < found, "\(asked)")
      #expect(asked.filter { $0.hasPrefix("mcr.microsoft.com /v2/hello-world/") }.count == 3, "\(asked)")
    }
  }
}
