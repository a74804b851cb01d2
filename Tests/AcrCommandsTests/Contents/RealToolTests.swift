import AcrCore
import AcrRuntime
import Foundation
import TestSupport
import Testing

/// A folder of this machine as an image that skopeo puts into a docker-registry, beside what `tar tv` says of its layer.
@Suite("Layers that other programs make")
struct RealToolTests {
  @Test("`files` agrees with `tar tv` on every path, size, mode and time", arguments: ["gzip", "zstd"])
  func agreement(_ program: String) async throws {
    try await withTemporaryDirectory { directory in
      let layout = try ImageLayout(path: directory.path("layout"))
      let archive = directory.path("layer.tar")
      try await Program(
        "tar",
        ["--create", "--file", archive, "--format=pax", "--directory", "/usr/share", "doc/tar", "doc/zlib1g", "perl5"]
      ).succeed()
      var pack = Program(program, ["-c"])
      pack.input = Array(try Data(contentsOf: URL(filePath: archive)))
      let blob = try layout.put(
        try await pack.succeed().outputBytes, mediaType: "application/vnd.oci.image.layer.v1.tar+\(program)")
      try SyntheticImages(in: layout).image(
        blobs: [blob], config: [.init("rootfs", ["type": "layers", "diff_ids": []])], tag: "1")
      try await withRegistryServer { server in
        try await Program(
          "skopeo",
          ["copy", "--quiet", "--dest-tls-verify=false", "oci:\(layout.path):1", "docker://\(server.authority)/app:1"]
        ).succeed()
        let runner = CommandRunner()
        defer { runner.shutDown() }
        guard case .list(let rows) = try await runner.run("files \(server.authority)/app:1") else {
          Issue.record("no rows")
          return
        }
        let found = rows.compactMap { row -> String? in
          guard case .record(let record) = row, case .string(let path)? = record["path"],
            case .size(let size)? = record["size"], case .string(let mode)? = record["mode"],
            case .string(let type)? = record["type"], case .datetime(let time)? = record["modified"]
          else { return nil }
          return "\(path) \(type == "file" ? size : 0) \(mode) \(time.nanoseconds / 1_000_000_000)"
        }
        let listed = try await Program("tar", ["--list", "--verbose", "--full-time", "--utc", "--file", archive])
          .succeed()
        let expected = listed.output.split(separator: "\n").compactMap(Self.line)
        // Folders above those that were named are not in the archive.
        let added = found.filter { $0.hasPrefix("doc 0 ") }
        let differing = Set(found).subtracting(added).symmetricDifference(expected)
        #expect(differing.isEmpty, "\(differing.sorted().prefix(10))")
        #expect(expected.count > 50)
      }
    }
  }

  /// `-rw-r--r-- root/root 1234 2026-01-02 03:04:05 path` as the test writes it.
  private static func line(_ text: Substring) -> String? {
    let parts = text.split(separator: " ", maxSplits: 5)
    guard parts.count == 6, let time = Timestamp(rfc3339: "\(parts[3])T\(parts[4].prefix(8))Z") else { return nil }
    let name = parts[5].drop { $0 == " " }
    var path = name.hasSuffix("/") ? name.dropLast() : name
    for mark in [" -> ", " link to "] { if let range = path.range(of: mark) { path = path[..<range.lowerBound] } }
    var mode = 0
    for (index, letter) in parts[0].dropFirst().enumerated() where letter != "-" { mode |= 1 << (8 - index) }
    let octal = String(mode, radix: 8)
    let size = parts[0].hasPrefix("-") ? String(parts[2]) : "0"
    return
      "\(path) \(size) \(String(repeating: "0", count: max(0, 4 - octal.count)))\(octal) \(time.nanoseconds / 1_000_000_000)"
  }
}
