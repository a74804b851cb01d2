import AcrCore
import Foundation
import TestSupport
import Testing

@Suite("Starting the emulator with content, ports and a log", .serialized)
struct SeedTests {
  @Test("seeds fill registries before they answer, with one image or all of a layout, under its names or another")
  func seeds() async throws {
    try await withTemporaryDirectory { directory in
      let layout = try ImageLayout(path: directory.path("layout"))
      let index = try SyntheticImages(in: layout).index("many", baseLayers: [3000, 70_000], ownLayer: 900)
      let world = try directory.write(EmulatorProcess.smallWorld, to: "world.json")
      let program = try Program(
        try BuiltProducts.executable("acr-emulator"),
        [
          "--config", world, "--data", directory.path("data"), "--log", "--seed",
          "oci:\(layout.path)=first/team/app:v7",
          "--seed", "oci:\(layout.path)=second/all",
        ]
      ).start()
      defer { program.stop() }
      #expect(try await program.waitForOutput(within: .seconds(60)) { output, _ in output.contains("\n") })
      let endpoints = try JSONValue(parsing: Array(program.output.utf8))
      let first = try #require(endpoints["registries"]?["first"]?.string)
      let head = try await LoopbackClient(authority: first).send(
        "HEAD", "/v2/team/app/manifests/v7", headers: everything)
      #expect(head.headers["Docker-Content-Digest"] == index.digest.description)
      try await verifyImage("team/app:v7", at: first, credentials: "all:secret")
      let control = try LoopbackClient(authority: try #require(endpoints["control"]?.string))
      let state = try await control.send("GET", "/emulator/state")
      let second = state.json["registries"]?.array?.first { $0["name"] == "second" }
      #expect(second?["repositories"]?.array?.first?["tags"]?["latest"]?.string == index.digest.description)
      let ready = try await control.send("GET", "/emulator/ready")
      #expect(ready.status == 200)
      #expect(ready.json["ready"] == true)
      #expect(ready.json["registries"]?["first"]?.string == first)
      // The log has a line for the request and nothing of its query, password or line breaks.
      _ = try await LoopbackClient(authority: first).send(
        "GET", "/v2/a%0Ab/tags/list?token=hidden", headers: everything)
      _ = try await program.waitForOutput(within: .seconds(60)) { $1.contains("/v2/a%0ab/tags/list") }
      let lines = program.errorOutput.split(separator: "\n")
      #expect(lines.contains { $0.contains(" first HEAD /v2/team/app/manifests/v7 200 ") && $0.hasSuffix(" ms") })
      #expect(lines.contains { $0.contains(" first GET /v2/a%0ab/tags/list ") })
      #expect(!program.errorOutput.contains("hidden"))
      #expect(!program.errorOutput.contains("secret"))
    }
  }

  @Test("ports that are asked for stand in a row, in the order of the configuration")
  func ports() async throws {
    try await withTemporaryDirectory { directory in
      let world = try directory.write(EmulatorProcess.smallWorld, to: "world.json")
      // The row may be taken by somebody else in between; then another one is tried.
      for attempt in 1...5 {
        let first = Int.random(in: 20_000..<32_000)
        let program = try Program(
          try BuiltProducts.executable("acr-emulator"),
          ["--config", world, "--data", directory.path("data"), "--ports", String(first)]
        ).start()
        defer { program.stop() }
        let isReady = try await program.waitForOutput(within: .seconds(60)) { output, errors in
          output.contains("\n") || errors.contains("cannot listen")
        }
        if !isReady || program.output.isEmpty, attempt < 5 { continue }
        let endpoints = try JSONValue(parsing: Array(program.output.utf8))
        #expect(endpoints["control"]?.string == "127.0.0.1:\(first)")
        #expect(endpoints["registries"]?["first"]?.string == "127.0.0.1:\(first + 1)")
        #expect(endpoints["registries"]?["second"]?.string == "127.0.0.1:\(first + 2)")
        return
      }
    }
  }

  @Test(
    "wrong seeds and ports say what is wrong, and leave nothing behind",
    arguments: [
      (["--seed", "docker:x=y/z"], "does not begin with `oci:`"), (["--seed", "oci:x"], "has no `=`"),
      (["--seed", "oci:x=first"], "names no repository"), (["--seed", "oci:x=first/UPPER"], "UPPER"),
      (["--seed", "oci:/none=nowhere/app"], "which the world does not have"),
      (["--seed", "oci:/none=myregistry/app"], "/none"), (["--ports", "0"], "is not a port from 1 to 65535"),
      (["--ports", "65534"], "is none"), (["--ports", "5000", "--port", "5000"], "exclude each other"),
    ])
  func mistakes(_ arguments: [String], _ text: String) async throws {
    try await withTemporaryDirectory { directory in
      let result = try await Program(
        try BuiltProducts.executable("acr-emulator"), arguments, environment: ["TMPDIR": directory.path("")]
      ).run()
      #expect(result.exitCode != 0)
      #expect(result.errorOutput.contains(text), "\(result.errorOutput)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path("")).isEmpty)
    }
  }
}
