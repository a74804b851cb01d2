import Foundation
import TestSupport
import Testing

@Suite("The program under limits of the system")
struct ProcessLimitTests {
  /// Runs a line of acrsh behind commands of bash, between two real registries with the image `app:1` in the first one.
  private func run(
    _ layers: [Int], behind commands: String, _ line: (_ source: String, _ target: String) -> String,
    _ check: (ProgramResult, RegistryServer) async throws -> Void
  ) async throws {
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { source in
        try await withRegistryServer { target in
          let images = SyntheticImages(in: try ImageLayout(path: directory.path("layout")))
          try images.image("app", layers: layers, tag: "1")
          try await RegistryContent(authority: source.directAuthority).push(images.layout, to: "app")
          let program = Program(
            "bash",
            [
              "-c", "\(commands); exec \"$0\" -c \"$1\"", try BuiltProducts.executable("acrsh"),
              line(source.authority, target.authority),
            ],
            environment: try Environment.isolated(in: directory), directory: directory.path)
          try await check(try await program.run(), target)
        }
      }
    }
  }

  @Test("48 imports side by side with 32 descriptors")
  func fewDescriptors() async throws {
    try await run([3000, 2000], behind: "ulimit -n 32") { source, target in
      """
      range(48) | each { |n| {source: "\(source)/app:1", image: "copy/n$n:1"} } \
      | import --name \(target) --jobs 48 --keep-going | group-by status | extend n = count(.rows) | select key n \
      | to json --compact | print
      """
    } _: { result, target in
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      #expect(result.output == "[{\"key\":\"imported\",\"n\":48}]\n")
      try await RegistryContent(authority: target.directAuthority).verify("copy/n47", reference: "1")
    }
  }

  @Test("2 GiB of address space are enough for 48 imports at once")
  func littleAddressSpace() async throws {
    try await run([3 << 20, 2000], behind: "ulimit -v 2097152") { source, target in
      """
      range(48) | each { |n| {source: "\(source)/app:1", image: "copy/n$n:1"} } \
      | import --name \(target) --jobs 48 --keep-going | where .status == "imported" | count | print
      """
    } _: { result, target in
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      #expect(result.output == "48\n")
      try await RegistryContent(authority: target.directAuthority).verify("copy/n47", reference: "1")
    }
  }

  @Test("--debug lists the reads of layers that are streamed, too")
  func debugOfStreams() async throws {
    try await run([5 << 20], behind: "true") { source, target in
      "import \(source)/app:1 \(target)/app:1 --debug -o none"
    } _: { result, _ in
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      let requests = result.errorOutput.split(separator: "\n")
      #expect(requests.count { $0.contains("\"PATCH\"") } == 1, "\(result.errorOutput)")
      // The manifest's configuration and its layer.
      #expect(requests.count { $0.contains("\"GET\"") && $0.contains("/blobs/sha256:") } == 2, "\(result.errorOutput)")
    }
  }

  @Test("a full disk of the journal is reported once, and the run continues")
  func fullDisk() async throws {
    // A limit of file sizes stands for a disk that is full: writes beyond 1 kB fail.
    try await run([300], behind: "trap '' XFSZ; ulimit -f 1") { source, target in
      """
      range(20) | each { |n| {source: "\(source)/app:1", image: "copy/n$n:1"} } \
      | import --name \(target) --journal rows.journal | count | print
      """
    } _: { result, _ in
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      #expect(result.output == "20\n")
      let warnings = result.errorOutput.split(separator: "\n").filter {
        $0.contains("the journal cannot be kept: cannot write")
      }
      #expect(warnings.count == 1, "\(result.errorOutput)")
    }
  }
}
