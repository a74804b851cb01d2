import Foundation
import TestSupport
import Testing

@Suite("The Azure CLI's global flags on a real command")
struct OutputTests {
  private static let untagged = [
    "sha256:61ca8dc20d431477b0d161404fc866dc56dfa86da1484640615e1b3347a3907b",
    "sha256:bc8d824a459034bf96d7f590f7e44aee093cc0c2534390bda60739640d61d254",
    "sha256:e2251d977308525ca64d26671a8ba2596ee4cca57a6e06881eb84a108997f90f",
  ]

  struct Case: Sendable, CustomTestStringConvertible {
    let flags: String
    let output: String
    var testDescription: String { flags }
  }

  /// The folder has one image for three platforms: an index with a tag, and three manifests without.
  static let cases = [
    Case(flags: "--query \"[?tags==null].digest\" -o tsv", output: untagged.joined(separator: "\n") + "\n"),
    Case(
      flags: "--query \"[?tags].[tags[0], tags, architecture, tags!=null]\" -o tsv",
      output: "latest\t1\tNone\tTrue\n"),
    Case(
      flags: "--query \"[?tags==null] | [:2].{arch: architecture, big: imageSize > \\`780\\`}\" -o tsv",
      output: "amd64\tFalse\narm64\tTrue\n"),
    Case(flags: "--query \"[?tags==null].os | sort(@)\" --output tsv", output: "linux\nlinux\nwindows\n"),
    Case(flags: "--query \"length(@)\" -o tsv", output: "4\n"),
    Case(flags: "--query \"[0].os == null\" -o tsv", output: "true\n"),
    Case(flags: "--query \"[].nothing[]\" -o json", output: "[]\n"),
    Case(
      flags: "--query \"[?os=='windows'].{os: os, tags: tags}\" -o yaml", output: "- os: windows\n  tags: null\n"),
    Case(
      flags: "--query \"[?os=='windows'].{os: os, tags: tags}\" -o jsonc",
      output: "[\n  {\n    \"os\": \"windows\",\n    \"tags\": null\n  }\n]\n"),
    Case(
      flags: "--query \"[?os=='windows'].[os, architecture]\" -o table",
      output: "Column1  Column2\nwindows  amd64\n"),
    Case(flags: "--top 1 -o none", output: ""),
    Case(flags: "--query \"[0].nothing\" -o tsv", output: ""),
  ]

  @Test("--query and -o as they are pasted", arguments: cases)
  func flags(_ example: Case) async throws {
    try await withTemporaryDirectory { directory in
      let layout = Repository.path("examples/images/hello")
      let line = "az acr manifest list-metadata -r oci:\(layout) -n hello \(example.flags)"
      let result = try await BuiltProducts.acrsh(["-c", line], in: directory).run()
      #expect(result.output == example.output)
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      #expect(result.errorOutput == (example.flags.contains("[0].nothing\"") ? "note: the query found nothing\n" : ""))
    }
  }

  @Test("The program's own -o writes YAML too, and a statement's flag wins")
  func option() async throws {
    try await withTemporaryDirectory { directory in
      let layout = Repository.path("examples/images/hello")
      let script = try directory.write(
        """
        let rows = list-metadata --registry oci:\(layout) --query "[?tags].{tags: tags}" -o table
        $rows
        list-metadata --registry oci:\(layout) --query "[?tags].tags[0]" -o tsv
        """, to: "shown.acr")
      let result = try await BuiltProducts.acrsh(["-o", "yaml", script], in: directory).run()
      #expect(result.output == "- tags:\n  - latest\nlatest\n", "\(result.errorOutput)")
    }
  }

  @Test("A query with a mistake is found by --check, and nothing runs")
  func check() async throws {
    try await withTemporaryDirectory { directory in
      let script = try directory.write(
        "print 1\nlist-metadata localhost:5000/a --query \"[?tags=null]\"\n", to: "wrong.acr")
      for arguments in [["--check", script], [script]] {
        let result = try await BuiltProducts.acrsh(arguments, in: directory).run()
        #expect(result.exitCode == 2)
        #expect(result.output == "")
        #expect(result.errorOutput.contains("`=` is not an operator, at character 7"), "\(result.errorOutput)")
        #expect(result.errorOutput.contains("wrong.acr:2:47"), "\(result.errorOutput)")
      }
    }
  }

  @Test("--debug lists the requests of its command alone, on standard error")
  func debug() async throws {
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { server in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("images")))
        try images.image("one", layers: [100], tag: "1.0")
        try await RegistryContent(authority: server.directAuthority).push(images.layout, to: "app")
        let result = try await BuiltProducts.acrsh(
          [
            "-c",
            "list-metadata \(server.authority)/app -o none\nrepository show-tags -n \(server.authority) --repository app --debug -o none",
          ],
          in: directory
        ).run()
        #expect(result.exitCode == 0, "\(result.errorOutput)")
        #expect(result.output == "")
        let lines = result.errorOutput.split(separator: "\n")
        #expect(lines.count >= 2, "\(result.errorOutput)")
        #expect(
          lines.dropLast().allSatisfy {
            $0.contains("\"method\":\"GET\"") && $0.contains("/tags/list") || $0.contains("/v2/")
          })
        #expect(lines.last?.hasPrefix("took ") == true)
        #expect(!result.errorOutput.contains("/manifests/"))
      }
    }
  }

  @Test("A secret alone is refused in every format, and a field that is one is shown by a text in its place")
  func secrets() async throws {
    try await withTemporaryDirectory { directory in
      for format in ["table", "json", "jsonc", "jsonl", "tsv", "yaml"] {
        for script in ["secret env TOKEN", "[{a: (secret env TOKEN)}]", "[{a: [(secret env TOKEN)]}] | where true"] {
          let result = try await BuiltProducts.acrsh(
            ["-o", format, "-c", script], in: directory, environment: ["TOKEN": "open sesame"]
          ).run()
          let what = Comment(rawValue: "\(format) \(script): \(result.output) \(result.errorOutput)")
          #expect(!result.output.contains("sesame"), what)
          if format == "table" {
            #expect(result.output.contains("secret(…)") && result.exitCode == 0, what)
          } else if script.hasPrefix("secret") || format == "tsv" && !script.contains("[(") {
            #expect(result.exitCode == 1, what)
            #expect(result.errorOutput.contains("is a secret"), what)
            #expect(result.output == "", what)
          } else if format != "tsv" {
            #expect(result.exitCode == 0, what)
            #expect(result.output.contains("secret(…)"), what)
            #expect(result.errorOutput.hasPrefix("note: secrets are shown as `secret(…)`"), what)
          }
        }
      }
    }
  }

  @Test("--progress json writes nothing but JSON on standard error, messages and the end of all included")
  func progressIsJSON() async throws {
    try await withTemporaryDirectory { directory in
      let script = try directory.write(
        """
        ["a", "b"] | each { |x| {source: "oci:none:$x", to: "oci:out:$x"} } | import --keep-going | ignore
        print --err "a word"
        """, to: "script.acr")
      let result = try await BuiltProducts.acrsh(["--progress", "json", script], in: directory).run()
      #expect(result.exitCode == 6)
      let events = try result.errorOutput.split(separator: "\n").map { line in
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
      }
      #expect(events.contains { $0["text"] as? String == "a word" })
      #expect(events.last?["event"] as? String == "summary")
      #expect(events.last?["failed"] as? Int == 2)
    }
  }
}
