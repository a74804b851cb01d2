import Foundation
import Testing

@testable import TestSupport

/// Running programs with pipes.
@Suite struct ProgramTests {
  @Test func givesOutputErrorsAndExitCode() async throws {
    let result = try await Program("sh", ["-c", "cat; echo oops >&2; exit 3"], input: "in").run()
    #expect(result.output == "in" && result.errorOutput == "oops\n" && result.ending == .exit(3))
  }

  @Test func movesMuchDataBothWays() async throws {
    var program = Program("cat")
    program.input = LayerArchive.random(seed: "much", count: 3 << 20)
    #expect(try await program.run().outputBytes == program.input)
  }

  @Test func aProgramThatReadsNothingIsNoProblem() async throws {
    var program = Program("true")
    program.input = [UInt8](repeating: 65, count: 1 << 20)
    #expect(try await program.run().exitCode == 0)
  }

  @Test(arguments: [SIGINT, SIGKILL]) func signalsEndIt(_ signal: Int32) async throws {
    let program = try Program("sleep", ["60"]).start()
    program.send(signal)
    let result = try #require(try await program.wait())
    #expect(result.ending == .signal(signal) && result.exitCode == 128 + signal)
    #expect(!program.isRunning)
  }

  @Test func aTimeoutKillsAndTells() async throws {
    let error = await #expect(throws: TestSupportError.self) {
      try await Program("sh", ["-c", "echo started; exec sleep 60"]).run(timeout: .milliseconds(500))
    }
    #expect(error?.description.contains("started") == true)
  }

  @Test func theEnvironmentIsCleanAndItsFoldersExist() async throws {
    try await withTemporaryDirectory { directory in
      let environment = try Environment.isolated(in: directory, extra: ["EXTRA": "1"])
      let result = try await Program("env", environment: environment, directory: directory.path).run()
      let names = Set(
        result.output.split(separator: "\n").compactMap { $0.split(separator: "=").first.map(String.init) })
      #expect(names == Set(environment.keys))
      for name in ["HOME", "XDG_CONFIG_HOME", "DOCKER_CONFIG", "TMPDIR"] {
        let path = try #require(environment[name])
        #expect(path.hasPrefix(directory.path) && FileManager.default.fileExists(atPath: path))
      }
      #expect(try await Program("pwd", directory: directory.path).run().output == "\(directory.path)\n")
    }
  }

  @Test func childrenInheritNoDescriptors() async throws {
    let result = try await Program("sh", ["-c", "ls /proc/self/fd"]).run()
    // The three streams, and the folder that ls reads.
    #expect(result.output.split(separator: "\n").count == 4)
  }

  @Test func findsTheProductsOfTheBuild() throws {
    let directory = try BuiltProducts.directory()
    #expect(FileManager.default.fileExists(atPath: directory))
    let error = #expect(throws: TestSupportError.self) { try BuiltProducts.executable("no-such-product") }
    #expect(error?.description.contains("swift build") == true)
  }
}
