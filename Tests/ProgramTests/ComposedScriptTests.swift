import Foundation
import TestSupport
import Testing

@Suite("The program: scripts of examples/scripts, modules beside links, traces, flags given twice")
struct ComposedScriptTests {
  static let scripts =
    (try? FileManager.default.contentsOfDirectory(atPath: Repository.path("examples/scripts")))?
    .filter { $0.hasSuffix(".acr") }.sorted() ?? []

  @Test("there are twenty of them")
  func twenty() { #expect(Self.scripts.count == 20) }

  @Test("each passes the check and stands in its layout", arguments: scripts)
  func script(_ name: String) async throws {
    try await withTemporaryDirectory { directory in
      let path = Repository.path("examples/scripts/\(name)")
      let check = try await BuiltProducts.acrsh(["--check", path], in: directory).run()
      #expect(check.exitCode == 0, "\(check.errorOutput)")
      #expect(check.errorOutput.isEmpty, "\(check.errorOutput)")
      let layout = try await BuiltProducts.acrsh(["--fmt", "--check", path], in: directory).run()
      #expect(layout.exitCode == 0, "\(layout.output)\(layout.errorOutput)")
    }
  }

  @Test("a script that is called by a link finds its modules beside the real file")
  func link() async throws {
    try await withTemporaryDirectory { directory in
      try FileManager.default.createDirectory(atPath: directory.path("real"), withIntermediateDirectories: true)
      try FileManager.default.createDirectory(atPath: directory.path("bin"), withIntermediateDirectories: true)
      try directory.write("let name = \"real\"\ndef hello() { \"hello $name\" }\n", to: "real/lib.acr")
      try directory.write("use \"./lib.acr\" as lib\nprint lib.hello() ${lib.name}\n", to: "real/tool.acr")
      try FileManager.default.createSymbolicLink(
        atPath: directory.path("bin/tool"), withDestinationPath: directory.path("real/tool.acr"))
      let result = try await BuiltProducts.acrsh([directory.path("bin/tool")], in: directory).run()
      #expect(result.output == "hello real real\n", "\(result.errorOutput)")
    }
  }

  @Test("a trace names each statement, and no secret")
  func trace() async throws {
    try await withTemporaryDirectory { directory in
      let text = "def f(password: secret) { 1 }\nlet n = 1\nif $n == 1 {\n  print yes\n}\nf \"s3cret-word\" | ignore\n"
      let path = try directory.write(text, to: "t.acr")
      let result = try await BuiltProducts.acrsh(["--trace-script", path], in: directory).run()
      #expect(result.output == "yes\n")
      let lines = result.errorOutput.split(separator: "\n").map { $0.replacing(directory.path(""), with: "") }
      #expect(lines.contains { $0.hasPrefix("+ ") && $0.hasSuffix("t.acr:2  let n = 1") }, "\(lines)")
      #expect(lines.contains { $0.hasSuffix("t.acr:3  if $n == 1 {") }, "\(lines)")
      #expect(lines.contains { $0.hasSuffix("t.acr:4  print yes") }, "\(lines)")
      #expect(!result.errorOutput.contains("s3cret-word"))
      #expect(result.errorOutput.contains("f … | ignore"))
    }
  }

  @Test("what may stand once is refused twice")
  func twice() async throws {
    try await withTemporaryDirectory { directory in
      let lines = try await BuiltProducts.acrsh(["-c", "print a", "-c", "print b"], in: directory).run()
      #expect(lines.exitCode == 2)
      #expect(lines.errorOutput.contains("-c is given twice"))
      let path = try directory.write("param --n: int = 0\nprint $n\n", to: "n.acr")
      let flags = try await BuiltProducts.acrsh([path, "--n", "1", "--n", "2"], in: directory).run()
      #expect(flags.exitCode != 0)
      #expect(flags.output.isEmpty)
      #expect(flags.errorOutput.contains("`--n` is given twice"))
    }
  }

  @Test("what `to` makes is the output, whatever the format")
  func to() async throws {
    try await withTemporaryDirectory { directory in
      for format in ["json", "tsv", "table", "yaml"] {
        let result = try await BuiltProducts.acrsh(["-o", format, "-c", "[1, 2] | to json --compact"], in: directory)
          .run()
        #expect(result.output == "[1,2]\n", "\(format)")
      }
      let none = try await BuiltProducts.acrsh(["-o", "none", "-c", "[1] | to json"], in: directory).run()
      #expect(none.output.isEmpty)
    }
  }

  @Test("choices of a parameter are those of its help")
  func choices() async throws {
    try await withTemporaryDirectory { directory in
      let path = try directory.write(
        "param --size: string in [\"s\", \"m\"] = \"s\"   ## the size\nprint $size\n", to: "c.acr")
      let help = try await BuiltProducts.acrsh([path, "--help"], in: directory).run()
      #expect(help.output.contains("the size (s, m) (default: \"s\")"), "\(help.output)")
      let wrong = try await BuiltProducts.acrsh([path, "--size", "xl"], in: directory).run()
      #expect(wrong.errorOutput.contains("`--size` takes `s` or `m`; `xl` is not one"), "\(wrong.errorOutput)")
    }
  }
}
