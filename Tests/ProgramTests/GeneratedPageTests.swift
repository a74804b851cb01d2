import Foundation
import TestSupport
import Testing

/// The files that `scripts/generate` makes from signatures: fresh, and good for what they are for.
@Suite struct GeneratedPageTests {
  @Test(
    "is fresh: else run scripts/generate",
    arguments: [
      ("reference", "docs/reference.md"), ("az", "docs/az.md"), ("man", "docs/acrsh.1"),
      ("bash", "completions/acrsh.bash"),
      ("zsh", "completions/_acrsh"), ("fish", "completions/acrsh.fish"),
    ])
  func isFresh(_ page: String, _ file: String) async throws {
    try await withTemporaryDirectory { directory in
      let result = try await BuiltProducts.acrsh(["--generate", page], in: directory).run()
      #expect(result.exitCode == 0)
      let written = try String(contentsOfFile: Repository.path(file), encoding: .utf8)
      #expect(result.output == written, "\(file) is stale: run scripts/generate")
    }
  }

  @Test("every example of the reference passes the check")
  func examples() async throws {
    let reference = try String(contentsOfFile: Repository.path("docs/reference.md"), encoding: .utf8)
    let examples = reference.components(separatedBy: "```acr\n").dropFirst().compactMap {
      $0.components(separatedBy: "\n```").first
    }
    #expect(examples.count > 30)
    try await withTemporaryDirectory { directory in
      let paths = try examples.enumerated().map { try directory.write($1 + "\n", to: "example-\($0).acr") }
      let result = try await BuiltProducts.acrsh(["--check"] + paths, in: directory).run()
      #expect(result.exitCode == 0, "\(result.errorOutput)")
    }
  }

  @Test("every link of the reference leads to a heading of it")
  func links() throws {
    let reference = try String(contentsOfFile: Repository.path("docs/reference.md"), encoding: .utf8)
    let headings = reference.components(separatedBy: "\n").filter { $0.hasPrefix("#") }.map { line in
      String(line.drop { $0 == "#" || $0 == " " }).lowercased().replacingOccurrences(of: " ", with: "-")
    }
    let links = reference.components(separatedBy: "](#").dropFirst().compactMap {
      $0.components(separatedBy: ")").first
    }
    #expect(links.count > 30)
    #expect(Set(links).subtracting(headings) == [])
  }

  @Test("groff reads the man page without a warning")
  func man() async throws {
    try await withTemporaryDirectory { directory in
      let environment = try Environment.isolated(in: directory)
      let page = Repository.path("docs/acrsh.1")
      let result = try await Program(
        "/usr/bin/groff", ["-man", "-Tutf8", "-ww", "-P-c", page], environment: environment, directory: directory.path
      ).run()
      #expect(result.exitCode == 0)
      #expect(result.errorOutput == "")
      #expect(result.output.contains("--keep-going"))
    }
  }

  /// Words of a command line, the last one to be completed, and all that may stand there.
  private static let cases: [(words: [String], candidates: [String])] = [
    (["--fm"], ["--fmt"]),
    (["-o", "js"], ["json", "jsonc", "jsonl"]),
    (["--diagnostics", ""], ["github", "json", "text"]),
    (["-c", "'acr manifest list-m"], ["acr manifest list-metadata"]),
    (["-c", "'az acr manifest list-m"], ["az acr manifest list-metadata"]),
    (["-c", "'list-metadata x | sor"], ["list-metadata x | sort-by"]),
    (["-c", "'import a b --for"], ["import a b --force"]),
    (["-c", "'import a b -o ts"], ["import a b -o tsv"]),
    (["-c", "'list-metadata --orderby "], ["list-metadata --orderby time_asc", "list-metadata --orderby time_desc"]),
    (["mirror.acr", "--t"], ["--tag", "--to"]),
  ]

  @Test("completion in bash and fish", arguments: cases)
  func completion(_ words: [String], _ candidates: [String]) async throws {
    try await withTemporaryDirectory { directory in
      _ = try directory.write("param --to: string\nparam --tag: string\nprint $to $tag\n", to: "mirror.acr")
      let path = "\(try BuiltProducts.directory()):/usr/bin:/bin"
      let environment = try Environment.isolated(in: directory, extra: ["PATH": path])
      let bash = try await Program(
        "/bin/bash",
        [
          "-c",
          "source \"$0\"; COMP_WORDS=(acrsh \"$@\"); COMP_CWORD=$#; _acrsh; printf '%s\\n' \"${COMPREPLY[@]}\"",
          Repository.path("completions/acrsh.bash"),
        ] + words, environment: environment, directory: directory.path
      ).run()
      #expect(Self.lines(bash.output) == candidates, "\(bash.errorOutput)")

      let line = (["acrsh"] + words).joined(separator: " ")
      let fish = try await Program(
        "/usr/bin/fish",
        ["-c", "source $argv[1]; complete -C $argv[2]", Repository.path("completions/acrsh.fish"), line],
        environment: environment, directory: directory.path
      ).run()
      #expect(Self.lines(fish.output) == candidates, "\(fish.errorOutput)")
    }
  }

  private static func lines(_ output: String) -> [String] {
    output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }.sorted()
  }

  @Test("completion in zsh, at a terminal")
  func zsh() async throws {
    try await withTemporaryDirectory { directory in
      let environment = try Environment.isolated(
        in: directory, extra: ["PATH": "\(try BuiltProducts.directory()):/usr/bin:/bin", "TERM": "dumb"])
      let script = """
        zmodload zsh/zpty
        zpty z "zsh -f -i"
        zpty -w z "PS1='READY> '; fpath=(\(Repository.path("completions")) \\$fpath); autoload -U compinit; compinit -u -D"
        zpty -w z "echo STARTED-\\$((1 + 1))"
        zpty -r z started '*STARTED-2*'
        zpty -w -n z "acrsh -c 'import a b --for"$'\\t'
        zpty -r z line '*--force*'
        print -r -- "$line"
        zpty -d z
        """
      let result = try await Program(
        "/usr/bin/zsh", ["-f", "-c", script], environment: environment, directory: directory.path
      ).run()
      #expect(result.output.contains("import a b --force"), "\(result.output)\(result.errorOutput)")
    }
  }
}
