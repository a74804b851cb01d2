import Foundation
import TestSupport
import Testing

@Suite("acrsh --fmt")
struct FormatTests {
  @Test("a file is replaced with its mode kept, also behind a link; the second time nothing happens")
  func inPlace() async throws {
    try await withTemporaryDirectory { directory in
      let script = try directory.write("#!/usr/bin/env acrsh\nlet a=1;print  $a\n", to: "a.acr")
      try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: script)
      let link = directory.path("link.acr")
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: script)
      let result = try await BuiltProducts.acrsh(["--fmt", link], in: directory).run()
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      #expect(try String(contentsOfFile: script, encoding: .utf8) == "#!/usr/bin/env acrsh\nlet a = 1\nprint $a\n")
      let attributes = try FileManager.default.attributesOfItem(atPath: script)
      #expect(attributes[.posixPermissions] as? Int == 0o750)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == script)
      let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.contains(".acr") }
      #expect(names.sorted() == ["a.acr", "link.acr"])
      let number = attributes[.systemFileNumber] as? Int
      let again = try await BuiltProducts.acrsh(["--fmt", script], in: directory).run()
      #expect(again.exitCode == 0)
      let after = try FileManager.default.attributesOfItem(atPath: script)
      #expect(after[.systemFileNumber] as? Int == number)
    }
  }

  @Test("--check names what differs and writes nothing; what does not parse is shown")
  func check() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("print 1\n", to: "good.acr")
      try directory.write("print  1", to: "bad.acr")
      let broken = try directory.write("print (1\n", to: "broken.acr")
      let result = try await BuiltProducts.acrsh(["--fmt", "--check", "good.acr", "bad.acr"], in: directory).run()
      #expect(result.exitCode == 2)
      #expect(result.output == "bad.acr\n")
      #expect(try String(contentsOfFile: directory.path("bad.acr"), encoding: .utf8) == "print  1")
      let refused = try await BuiltProducts.acrsh(["--fmt", "broken.acr", "bad.acr"], in: directory).run()
      #expect(refused.exitCode == 2)
      #expect(refused.errorOutput.contains("broken.acr:1:7"))
      #expect(try String(contentsOfFile: broken, encoding: .utf8) == "print (1\n")
      #expect(try String(contentsOfFile: directory.path("bad.acr"), encoding: .utf8) == "print 1\n")
      let missing = try await BuiltProducts.acrsh(["--fmt", "nowhere.acr"], in: directory).run()
      #expect(missing.exitCode == 3)
    }
  }

  @Test("standard input to standard output")
  func standardInput() async throws {
    try await withTemporaryDirectory { directory in
      let result = try await BuiltProducts.acrsh(["--fmt", "-"], in: directory, input: "print  1;print 2").run()
      #expect(result.output == "print 1\nprint 2\n")
      #expect(result.exitCode == 0)
    }
  }

  @Test("the examples of the repository have their layout and pass the check")
  func examples() async throws {
    let folder = Repository.path("examples")
    let scripts = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".acr") }.sorted()
    #expect(scripts.count > 1)
    try await withTemporaryDirectory { directory in
      let paths = scripts.map { "\(folder)/\($0)" }
      let layout = try await BuiltProducts.acrsh(["--fmt", "--check"] + paths, in: directory).run()
      #expect(layout.output.isEmpty)
      #expect(layout.exitCode == 0)
      let check = try await BuiltProducts.acrsh(["--check"] + paths, in: directory).run()
      #expect(check.exitCode == 0, "\(check.errorOutput)")
    }
  }
}
