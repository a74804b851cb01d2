import Foundation
import TestSupport
import Testing

@Suite("The program and odd values of flags", .timeLimit(.minutes(3)))
struct OddValueProgramTests {
  @Test("counts and durations at the ends of their range are answered, and never end the program")
  func flags() async throws {
    try await withTemporaryDirectory { directory in
      let images = SyntheticImages(in: try ImageLayout(path: directory.path("source")))
      for number in 0..<3 { try images.image("i\(number)", layers: [100], tag: "v\(number).0.0") }
      let script = """
        let least = -9223372036854775807 - 1
        let ints = [$least, $least + 1, -1, 0, 1, 2, 9223372036854775806, 9223372036854775807]
        var done = 0
        for n in $ints {
          try { list-metadata oci:source --top $n | ignore } catch {}
          try { repository show-tags --name oci:source --repository x --top $n | ignore } catch {}
          try { mirror oci:source oci:target --newest $n --dry-run | ignore } catch {}
          try { mirror oci:source oci:target --jobs $n --dry-run | ignore } catch {}
          try { [{source: "oci:source:v0.0.0", target: "oci:target:a"}] | import --jobs $n | ignore } catch {}
          try { [1, 2] | par-each --jobs $n { $it } | ignore } catch {}
          try { retry --times $n { 1 } | ignore } catch {}
          try { let d = $n * 1ms; retry --wait $d { 1 } | ignore } catch {}
          try { let d = $n / 1000000 * 1ms; retry --wait $d { 1 } | ignore } catch {}
          $done += 1
        }
        for text in ["106751d", "-106751d", "0s", "-1ms", "9223372036854ms", "-9223372036854ms"] {
          try {
            let d = duration($text)
            try { mirror oci:source oci:target --newer-than $d --dry-run | ignore } catch {}
            try { operation wait --timeout $d | ignore } catch {}
            try { print "${now() + $d} ${now() - $d} ${-$d} ${$d * 2} ${$d / 0.5}" } catch {}
          } catch {}
          $done += 1
        }
        for range in ["^9223372036854775807.0.0", "~9223372036854775806", ">=9223372036854775808", "<0", "1 - 9223372036854775807"] {
          try { mirror oci:source oci:target --tags $range --dry-run | ignore } catch {}
          $done += 1
        }
        print "done $done"
        """
      let file = try directory.write(script, to: "odd.acr")
      let result = try await BuiltProducts.acrsh([file], in: directory).run()
      #expect(result.output.hasSuffix("done 19\n"), "\(result.output) \(result.errorOutput)")
      #expect(result.exitCode == 0)
    }
  }

  @Test("a mirror into a folder that is killed leaves a whole index, and the next one finishes it")
  func killedMirror() async throws {
    try await withTemporaryDirectory { directory in
      let count = 3000
      let layout = try ImageLayout(path: directory.path("source"))
      let image = try SyntheticImages(in: layout).image("i", layers: [100], tag: nil)
      let entries = (0..<count).map { number in
        #"{"mediaType":"\#(image.mediaType)","digest":"\#(image.digest)","size":\#(image.size),"#
          + #""annotations":{"org.opencontainers.image.ref.name":"t\#(number)"}}"#
      }
      try directory.write(
        #"{"schemaVersion":2,"manifests":[\#(entries.joined(separator: ","))]}"#, to: "source/index.json")
      let line = ["-c", "mirror oci:source oci:target --referrers false | count"]
      func names() throws -> Set<String> {
        let index = try JSONSerialization.jsonObject(
          with: Data(contentsOf: URL(filePath: directory.path("target/index.json"))))
        let manifests = (index as? [String: Any])?["manifests"] as? [[String: Any]] ?? []
        let annotations = manifests.compactMap { $0["annotations"] as? [String: String] }
        return Set(annotations.compactMap { $0["org.opencontainers.image.ref.name"] })
      }
      let killed = try BuiltProducts.acrsh(line, in: directory).start()
      while (try? names().count) ?? 0 < 600 { try await Task.sleep(for: .milliseconds(20)) }
      killed.send(SIGKILL)
      killed.stop()
      let half = try names().count
      #expect(half >= 600)
      let result = try await BuiltProducts.acrsh(line, in: directory).run()
      #expect(result.output.hasSuffix("\(count)\n"), "\(result.errorOutput)")
      #expect(try names().count == count)
      let left = try FileManager.default.contentsOfDirectory(atPath: directory.path("target"))
      #expect(left.filter { $0.hasPrefix("index.json") } == ["index.json"])
    }
  }
}
