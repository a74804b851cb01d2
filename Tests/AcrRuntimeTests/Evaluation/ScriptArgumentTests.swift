import AcrCore
import AcrLanguage
import Testing

@testable import AcrRuntime

@Suite("A script's arguments")
struct ScriptArgumentTests {
  private static let script = """
    ## Copies things.

    param image: string                ## what to copy
    ## where to
    param --to: string = "prod"
    param --older: duration = 30d
    param --limit: size = 1MB
    param --jobs: int = 4
    param --tags: list = ["a"]
    param --password: secret = "x"
    ## only look
    param --dry_mode
    ## more
    param ...rest
    [$image, $to, $older, $limit, $jobs, $tags, type($password), $dry_mode, $rest]
    """

  @Test(
    "Binding",
    arguments: [
      (["i"], #"["i","prod","30d",1000000,4,["a"],"secret",false,[]]"#),
      (
        ["--to", "dev", "i", "--older=1h30m", "--limit=2GiB", "x", "y"],
        #"["i","dev","1h30m",2147483648,4,["a"],"secret",false,["x","y"]]"#
      ),
      (
        ["--tags", "b", "--tags", "c", "--dry-mode", "--", "--i"],
        #"["--i","prod","30d",1000000,4,["b","c"],"secret",true,[]]"#
      ),
      (["i", "--tags=[1, \"z\"]", "--password", "p", "--to="], #"["i","","30d",1000000,4,[1,"z"],"secret",false,[]]"#),
    ])
  func binding(_ arguments: [String], _ expected: String) {
    #expect(run(Self.script, arguments: arguments).lines == [expected])
  }

  @Test(
    "Refusals name the parameter",
    arguments: [
      ([], "usage: the script needs `image` [image] = `--help` says what it takes"),
      (["i", "--jobs", "x"], "usage: `--jobs` takes an int; `x` is not one [jobs]"),
      (
        ["i", "--tw", "x"],
        "usage: `--tw` is not a flag of the script; did you mean `--to`? [image] = `--help` lists its flags"
      ),
      (["i", "--to"], "usage: `--to` needs a value [to]"),
      (["i", "--dry-mode=1"], "usage: `--dry-mode` takes no value [dry_mode]"),
    ])
  func refusals(_ arguments: [String], _ expected: String) throws {
    let error = try #require(run(Self.script, arguments: arguments).error)
    #expect(error.error.kind == .usage)
    let (kindAndMessage, wanted) = (Ending.text(error), expected)
    #expect(kindAndMessage.split(separator: " [").first == wanted.split(separator: " [").first)
  }

  @Test("A script without a rest takes no more than it declares")
  func tooMany() {
    #expect(
      run("param a\n$a", arguments: ["1", "2"]).lines.first?.hasPrefix(
        "usage: the script takes no further argument: `2`") == true)
  }

  @Test("`--help` is made from `##` and `param`")
  func help() throws {
    let session = Session(commands: [])
    let result = Checker.check(source: Source(name: "copy.acr", text: Self.script), catalog: session.catalog)
    let script = try #require(result.script)
    #expect(
      ScriptArguments.help(for: script, program: "./copy.acr") == """
        Copies things.

        usage: ./copy.acr IMAGE [--to STRING] [--older DURATION] [--limit SIZE] [--jobs INT] [--tags LIST] \
        [--password SECRET] [--dry-mode] [REST…]

          IMAGE              what to copy
          --to STRING        where to (default: "prod")
          --older DURATION   (default: 30d)
          --limit SIZE       (default: 1MB)
          --jobs INT         (default: 4)
          --tags LIST        (default: ["a"])
          --password SECRET  (default: a secret)
          --dry-mode         only look
          REST…              more

        """)
  }
}

@Suite("A session")
struct SessionTests {
  @Test("Variables and `def`s of earlier entries stay")
  func entries() throws {
    let session = Session(commands: [])
    let transcript = Transcript()
    var scope = SessionScope()
    let index = scope.declare("error")
    session.setGlobal(index, to: .string("none yet"))
    for text in ["let x = 5", "def twice(n) { $n * 2 }", "var list = [1]", "$list += [twice($x)]", "$list", "$error"] {
      let result = Checker.check(source: Source(name: "<prompt>", text: text), catalog: session.catalog, session: scope)
      let script = try #require(result.script, "\(result.diagnostics.map(\.message))")
      scope = result.session
      guard case .finished = session.run(script, in: RunContext(sink: transcript)) else {
        Issue.record("\(text) failed")
        return
      }
    }
    #expect(transcript.shown == ["[1,10]", "\"none yet\""])
  }
}
