import Testing

@testable import AcrLanguage

/// What the check hands to the evaluator.
@Suite struct CheckedTreeTests {
  private func script(_ text: String) throws -> CheckedScript {
    let result = Checker.check(source: Source(name: "t.acr", text: text), catalog: TestCatalog.catalog)
    for diagnostic in result.diagnostics where diagnostic.severity == .error { Issue.record("\(diagnostic.message)") }
    return try #require(result.script)
  }

  private func command(_ text: String) throws -> CheckedCommand {
    guard case .expression(.pipeline(let pipeline), _, _) = try #require(try script(text).body.statements.last),
      case .command(let command) = try #require(pipeline.stages.last)
    else { throw Unexpected() }
    return command
  }

  private struct Unexpected: Error {}

  private func constants(_ command: CheckedCommand) -> [String: Constant] {
    var found: [String: Constant] = [:]
    for argument in command.arguments {
      if case .expression(.constant(let constant, _)) = argument.value { found[argument.parameter] = constant }
    }
    return found
  }

  @Test func whatADefinitionTakesIsItsSignature() throws {
    let text = "## Copies.\n## Twice.\ndef copy(image: string, to = 'x', ...more, --tag_name: string, --force) { 1 }"
    let tree = SyntaxTree.parse(Source(name: "t.acr", text: text)).tree
    guard case .definition(let definition) = try #require(tree.statements.first) else { throw Unexpected() }
    let signature = definition.signature
    #expect(signature.name == "copy")
    #expect(signature.summary == "Copies.")
    #expect(signature.description == "Twice.")
    #expect(signature.positionals.map(\.name) == ["image", "to", "more"])
    #expect(signature.positionals.map(\.type) == [.string, .any, .any])
    #expect(signature.positionals.map(\.isRequired) == [true, false, false])
    #expect(signature.positionals.map(\.isRest) == [false, false, true])
    #expect(signature.flags.map(\.name) == ["tag-name", "force"])
    #expect(signature.flags.map(\.type) == [.string, nil])
    #expect(signature.flags.map(\.isRequired) == [true, false])
  }

  @Test(arguments: [
    ("0", Constant.int(0)), ("-5", .int(-5)), ("9223372036854775807", .int(.max)), ("1.5", .number(1.5)),
    ("-9223372036854775808", .int(.min)), ("30s", .duration(30_000_000_000)), ("250ms", .duration(250_000_000)),
    ("1.5h", .duration(5_400_000_000_000)), ("7d", .duration(604_800_000_000_000)), ("5m", .duration(300_000_000_000)),
    ("200MB", .size(200_000_000)), ("1.5GiB", .size(1_610_612_736)), ("1KB", .size(1000)), ("1B", .size(1)),
    ("0.1TiB", .size(109_951_162_778)), ("\"a\\n\\t\\\"\\\\\\$\\u{1F433}\"", .string("a\n\t\"\\$🐳")),
    ("'raw $x\\n'", .string("raw $x\\n")), ("\"a\r\nb\"", .string("a\nb")), ("'a\r\nb'", .string("a\nb")),
    ("true", .bool(true)), ("null", .null), ("not true", .bool(false)),
  ])
  func constant(_ text: String, _ expected: Constant) throws {
    guard
      case .declare(_, .constant(let constant, _), _) = try #require(
        try script("let _x = " + text).body.statements.first)
    else { throw Unexpected() }
    #expect(constant == expected)
  }

  @Test func wordsBecomeWhatTheirParametersTake() throws {
    let found = constants(
      try command("az acr import -n 5 --source 007 --timeout=30s --force=false -p s3cret"))
    #expect(
      found == [
        "name": .string("5"), "source": .string("007"), "timeout": .duration(30_000_000_000),
        "force": .bool(false), "password": .string("s3cret"),
      ])
    let label = constants(try command("label {} --ratio 2 --largest 1MiB"))
    #expect(label["ratio"] == .number(2))
    #expect(label["largest"] == .size(1 << 20))
  }

  @Test func cmdletsMeanTheSameCommand() throws {
    let command = try command(
      "import-azcontainerregistryimage -registryname r -SourceRegistryUri docker.io -SourceImage library/x:1 -Mode Force"
    )
    #expect(command.name == "import")
    #expect(constants(command) == ["name": .string("r"), "source": .string("docker.io/library/x:1")])
    guard case .on = try #require(command.arguments.first { $0.parameter == "force" }).value else { throw Unexpected() }
  }

  @Test func repeatedFlagsAndRestsCollect() throws {
    let command = try command("acr import --name a --source b -t x:1 --image y:1")
    guard case .expressions(let images) = try #require(command.arguments.first { $0.parameter == "image" }).value else {
      throw Unexpected()
    }
    #expect(images.count == 2)
    let run = try self.command("run git log --oneline --format=x -- a")
    guard case .expressions(let words) = try #require(run.arguments.last).value else { throw Unexpected() }
    let texts = words.map { if case .constant(.string(let text), _) = $0 { text } else { "?" } }
    #expect(texts == ["log", "--oneline", "--format=x", "--", "a"])
  }

  @Test func aVariableTakesOnlyItsNameInAWord() throws {
    let command = try command("let a = 1\nacr import --name $a --source $a.azurecr.io/$a:${a} --image ${a}")
    guard case .expression(.variable) = command.arguments[0].value,
      case .expression(.variable) = command.arguments[2].values[0],
      case .expression(.text(let pieces, _)) = command.arguments[1].value
    else { throw Unexpected() }
    let shown = pieces.map { if case .literal(let text) = $0 { text } else { "$" } }
    #expect(shown == ["$", ".azurecr.io/", "$", ":", "$"])
  }

  @Test(arguments: [
    ("1 + 2 * 3", "(1 + (2 * 3))"), ("1 - 2 - 3", "((1 - 2) - 3)"),
    ("not true and false or true", "((false and false) or true)"),
    ("null ?? 1 > 2", "(null ?? (1 > 2))"), ("1 + 1 == 2 and 3 in [3]", "(((1 + 1) == 2) and (3 in [3]))"),
    ("1 not in [2]", "(1 not in [2])"), ("-(1) * 2", "(-1 * 2)"), ("2 -1", "(2 - 1)"), ("(1 + 2) * 3", "((1 + 2) * 3)"),
    ("1\\\n + 2", "(1 + 2)"), ("(1\n + 2)", "(1 + 2)"), ("1 < 2 and 2 < 3", "((1 < 2) and (2 < 3))"),
  ])
  func precedence(_ text: String, _ expected: String) throws {
    guard case .declare(_, let value, _) = try #require(try script("let _x = " + text).body.statements.first) else {
      throw Unexpected()
    }
    #expect(Self.shape(value) == expected)
  }

  private static func shape(_ expression: CheckedExpression) -> String {
    switch expression {
    case .constant(.int(let value), _): "\(value)"
    case .constant(.bool(let value), _): "\(value)"
    case .constant(.null, _): "null"
    case .unary(let operation, let operand, _): operation.rawValue + shape(operand)
    case .binary(let operation, let left, let right, _, _): "(\(shape(left)) \(operation.rawValue) \(shape(right)))"
    case .list(let items, _): "[" + items.map { shape($0) }.joined(separator: ", ") + "]"
    default: "?"
    }
  }

  @Test func whatADefReadsIsGlobal() throws {
    let script = try script("let a = 1\nlet b = 2\ndef f() { return $a }\nprint $b")
    guard case .declare(.global(0), _, _) = script.body.statements[0],
      case .declare(.slot(0), _, _) = script.body.statements[1]
    else { throw Unexpected() }
    #expect(script.globalCount == 1)
    #expect(script.slotCount == 1)
  }

  @Test func onlyTopLevelValuesAreShown() throws {
    let script = try script("now()\nif true { now() }\n[1] | each { now() }\ndef f() { now() }")
    guard case .expression(_, isShown: true, _) = script.body.statements[0],
      case .if(let branches, _, _) = script.body.statements[1],
      case .expression(_, isShown: true, _) = branches[0].block.statements[0],
      case .expression(.pipeline(let pipeline), isShown: true, _) = script.body.statements[2],
      case .command(let each) = pipeline.stages[1], case .block(let block) = each.arguments[0].value,
      case .expression(_, isShown: false, _) = block.body.statements[0],
      case .expression(_, isShown: false, _) = script.functions[0].body.statements[0]
    else { throw Unexpected() }
  }

  @Test func documentation() throws {
    let script = try script(
      """
      #!/usr/bin/env acrsh
      ## Copies an image.
      ## Second line.
      param image: string   ## which one
      ## Where it goes.
      param --to-registry: string = "x"

      ## Does it.
      def f(a, --b-c, ...rest) { print $a $b_c $rest }
      print $image $to_registry
      """)
    #expect(script.documentation == "Copies an image.\nSecond line.")
    #expect(script.parameters.map(\.documentation) == ["which one", "Where it goes."])
    #expect(script.parameters.map(\.name) == ["image", "to_registry"])
    #expect(script.functions[0].documentation == "Does it.")
    let signature = script.functions[0].signature
    #expect(signature.flags.map(\.name) == ["b-c"])
    #expect(signature.positionals.map(\.isRest) == [false, true])
    let own = script.signature(named: "copy.acr")
    #expect(own.summary == "Copies an image.")
    #expect(own.positionals.map(\.isRequired) == [true])
  }

  @Test func aFileOfAnySystem() throws {
    let windows = try script("\u{FEFF}let _x = [\r\n  1,\r\n  2 # two\r\n]\r\nprint a \\\r\n  b\r\n")
    #expect(windows.body.statements.count == 2)
    #expect(try script("print a#b #c").body.statements.count == 1)
  }
}

extension CheckedArgument {
  /// The values of a repeatable flag as single ones.
  fileprivate var values: [Value] {
    if case .expressions(let list) = value { list.map { .expression($0) } } else { [value] }
  }
}
