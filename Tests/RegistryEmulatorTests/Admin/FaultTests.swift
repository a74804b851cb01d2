import AcrCore
import Foundation
import TestSupport
import Testing

@Suite("Faults on demand, and what survives a crash", .serialized)
struct FaultTests {
  @Test("a fault meets the requests it is for, as often as asked, and then no more")
  func status() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      try await emulator.admin(
        "POST", "faults",
        [
          "target": "first", "method": "GET", "path": "/v2/*/tags/list", "status": 429, "retryAfter": 7, "times": 2,
          "after": 1,
        ])
      try await registry.putImage("app", "v1")
      var statuses: [Int] = []
      for _ in 0..<5 {
        let answer = try await registry.send("GET", "/v2/app/tags/list", headers: everything)
        statuses.append(answer.status)
        #expect((answer.headers["Retry-After"] == "7") == (answer.status == 429))
      }
      #expect(statuses == [200, 429, 429, 200, 200])
      let log = try await emulator.admin("GET", "requests").json.array ?? []
      #expect(log.contains { $0["path"]?.string == "/v2/app/tags/list" && $0["status"]?.integer == 429 })
    }
  }

  @Test("a body is cut after so many bytes, though its length was announced")
  func cut() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      let digest = try await registry.putBlob([UInt8](repeating: 7, count: 300_000), in: "app")
      try await emulator.admin("POST", "faults", ["path": "/v2/app/blobs/*", "cutAfterBytes": 100_000, "times": 1])
      let url = "http://\(try emulator.address("first"))/v2/app/blobs/\(digest)"
      let broken = try await Program(
        "curl", ["-s", "-u", "all:secret", "-o", "/dev/null", "-w", "%{size_download}", url]
      ).run()
      #expect(broken.exitCode == 18)
      #expect(broken.output == "100000")
      #expect(try await registry.send("GET", "/v2/app/blobs/\(digest)", headers: everything).body.count == 300_000)
    }
  }

  @Test("wrong faults are refused with what is wrong")
  func refused() async throws {
    try await withEmulator { emulator in
      for body in [#"{"status": 100}"#, #"{"colour": "red"}"#, "{"] {
        let answer = try await emulator.control().send("POST", "/emulator/faults", body: Array(body.utf8))
        #expect(answer.status == 400)
      }
    }
  }

  @Test("kill -9 in the middle of an upload leaves no blob, and the upload goes on where it was")
  func killed() async throws {
    try await withTemporaryDirectory { directory in
      let data = directory.path("data")
      let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
      let digest = sha256(bytes)
      var emulator = try await EmulatorProcess(data: data, world: EmulatorProcess.smallWorld)
      defer { emulator.stop() }
      try await emulator.registry("first").putImage("app", "v1")
      let start = try await emulator.registry("first").send("POST", "/v2/app/blobs/uploads/", headers: everything)
      let location = try #require(start.headers["Location"])
      let path = try directory.write(bytes, to: "blob")
      let url = "http://\(try emulator.address("first"))\(location)"
      let upload = try Program(
        "curl", ["-s", "-u", "all:secret", "--limit-rate", "500k", "-X", "PATCH", "-T", path, url]
      ).start()
      var received = 0
      while received < 200_000 {
        let progress = try await emulator.registry("first").send("GET", location, headers: everything)
        received = Int(progress.headers["Range"]?.split(separator: "-").last ?? "0") ?? 0
        try await Task.sleep(for: .milliseconds(50))
      }
      try await emulator.kill()
      _ = try await upload.wait(timeout: .seconds(60))

      emulator = try await EmulatorProcess(data: data, world: EmulatorProcess.smallWorld)
      let registry = try emulator.registry("first")
      #expect(try await registry.send("HEAD", "/v2/app/blobs/\(digest)", headers: everything).status == 404)
      let image = try await registry.send("GET", "/v2/app/manifests/v1", headers: everything)
      #expect(sha256(image.body) == image.headers["Docker-Content-Digest"])
      let progress = try await registry.send("GET", location, headers: everything)
      let count = (Int(progress.headers["Range"]?.split(separator: "-").last ?? "") ?? -1) + 1
      #expect(count >= 200_000 && count < bytes.count)
      let rest = try await registry.send(
        "PUT", "\(location)&digest=\(digest)", headers: everything, body: Array(bytes[count...]))
      #expect(rest.status == 201, "\(rest.text)")
      #expect(try await registry.send("GET", "/v2/app/blobs/\(digest)", headers: everything).body == bytes)
    }
  }

  @Test("SIGTERM ends the program with the exit code 0, and what was there is there again")
  func restarted() async throws {
    try await withTemporaryDirectory { directory in
      let data = directory.path("data")
      let first = try await EmulatorProcess(data: data, world: EmulatorProcess.smallWorld)
      defer { first.stop() }
      let digest = try await first.registry("first").putImage("a/b", "v1")
      #expect(try await first.terminate()?.exitCode == 0)
      let second = try await EmulatorProcess(data: data, world: EmulatorProcess.smallWorld)
      defer { second.stop() }
      let answer = try await second.registry("first").send("HEAD", "/v2/a/b/manifests/v1", headers: everything)
      #expect(answer.headers["Docker-Content-Digest"] == digest)
      try await second.admin("POST", "stop")
      #expect(try await second.terminate()?.exitCode == 0)
    }
  }

  @Test("256 MiB pass through without being held in memory")
  func memory() async throws {
    try await withEmulator { emulator in
      let size = 256 << 20
      let url = "http://\(try emulator.address("first"))/v2/big/blobs/uploads/"
      let digest = "$(head -c \(size) /dev/zero | sha256sum | cut -d' ' -f1)"
      let script = """
        set -euo pipefail
        head -c \(size) /dev/zero | curl -s -f -u all:secret -T - -X POST "\(url)?digest=sha256:\(digest)"
        """
      try await Program("bash", ["-c", script]).succeed(timeout: .seconds(120))
      let status = try String(contentsOfFile: "/proc/\(emulator.identifier)/status", encoding: .utf8)
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
      let peak = try #require(Int(line.filter(\.isNumber)))
      #expect(peak < 60 << 10, "\(line)")
    }
  }
}
