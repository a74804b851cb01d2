import AcrLanguage

/// The commands and functions the tests' scripts use.
enum TestCatalog {
  static let catalog = Catalog(
    commands: registry + rows + work + data + talk,
    functions: functions)

  private static func flag(
    _ name: String, _ short: Character? = nil, _ type: ValueType? = .string, required: Bool = false,
    repeatable: Bool = false
  ) -> Signature.Flag {
    Signature.Flag(name, short: short, type, isRequired: required, isRepeatable: repeatable, help: "")
  }

  private static func value(
    _ name: String, _ type: ValueType = .string, required: Bool = true, rest: Bool = false, takesFlags: Bool = false
  ) -> Signature.Positional {
    Signature.Positional(name, type, isRequired: required, isRest: rest, takesFlags: takesFlags, help: "")
  }

  private static func command(
    _ name: String, aliases: [String] = [], _ positionals: [Signature.Positional] = [], _ flags: [Signature.Flag] = [],
    input: Signature.Input = .none, cmdlet: Signature.Cmdlet? = nil
  ) -> Signature {
    Signature(
      name, aliases: aliases, summary: "", group: .registry, positionals: positionals, flags: flags, input: input,
      cmdlet: cmdlet)
  }

  private static let registry = [
    command("login", [], [flag("identity", nil, nil), flag("username", "u"), flag("password", "p", .secret)]),
    command(
      "acr login", [],
      [
        flag("name", "n", required: true), flag("username", "u"), flag("password", "p", .secret),
        flag("expose-token", nil, nil),
      ]),
    command(
      "import", aliases: ["acr import"], [],
      [
        flag("name", "n", required: true), flag("source", required: true), flag("image", "t", repeatable: true),
        flag("repository", repeatable: true), flag("registry", "r"), flag("username", "u"),
        flag("password", "p", .secret), flag("force", nil, nil), flag("no-wait", nil, nil),
        flag("resource-group", "g"), flag("timeout", nil, .duration), flag("largest", nil, .size),
      ], input: .optional,
      cmdlet: Signature.Cmdlet(
        "Import-AzContainerRegistryImage",
        parameters: [
          .init("RegistryName", .flag("name")), .init("ResourceGroupName", .flag("resource-group")),
          .init("SourceRegistryUri", .part(of: "source", order: 0)),
          .init("SourceImage", .part(of: "source", order: 1)),
          .init("SourceRegistryResourceId", .flag("registry")), .init("TargetTag", .flag("image")),
          .init("Username", .flag("username")), .init("Password", .flag("password")),
          .init("Mode", .choice(["Force": "force", "NoForce": nil])), .init("Force", .flag("force")),
        ])),
    command(
      "list-metadata", aliases: ["acr manifest list-metadata"], [],
      [
        flag("name", "n", required: true), flag("registry", "r"), flag("allow-missing", nil, nil),
        flag("top", nil, .int),
      ]),
    command("token", aliases: ["account get-access-token"], [], [flag("tenant", "t"), flag("resource")]),
    command(
      "repository update", aliases: ["acr repository update"], [],
      [
        flag("name", "n", required: true), flag("image", "t"), flag("write-enabled", nil, .bool),
        flag("delete-enabled", nil, .bool),
      ]),
  ]

  private static let rows = [
    command("select", [value("columns", rest: true)], input: .required),
    command("sort-by", [value("columns", rest: true)], [flag("desc", nil, nil)], input: .required),
    command("first", [value("count", .int, required: false)], input: .required),
    command("last", [value("count", .int, required: false)], input: .required),
    command("skip", [value("count", .int)], input: .required),
    command("unique", input: .required),
    command("group-by", [value("column")], input: .required),
    command("join-by", [value("column"), value("left", .list), value("right", .list)], [flag("outer", nil, nil)]),
    command("flatten", input: .required),
    command("get", [value("column")], input: .required),
    command("count", input: .required),
    command("lines", input: .required),
  ]

  private static let work = [
    command("each", [value("block", .block)], [flag("keep-going", nil, nil)], input: .required),
    command(
      "par-each", [value("block", .block)], [flag("jobs", nil, .int), flag("keep-going", nil, nil)], input: .required),
    command(
      "retry", [value("block", .block)],
      [flag("times", nil, .int), flag("on", repeatable: true), flag("wait", nil, .duration)]),
    command("confirm", [value("question")]),
    command(
      "run", [value("program"), value("arguments", required: false, rest: true, takesFlags: true)],
      [flag("allow-failure", nil, nil)]),
  ]

  private static let data = [
    command("open", [value("file")]),
    command("save", [value("file")], [flag("append", nil, nil)], input: .required),
    command("from json", input: .required), command("from csv", input: .required),
    command("to json", input: .required), command("to csv", input: .required),
  ]

  private static let talk = [
    command("print", [value("values", .any, required: false, rest: true)], [flag("err", nil, nil)]),
    command("help", [value("command", required: false, rest: true)]),
    command("ignore", input: .required),
    command("label", [value("labels", .record)], [flag("ratio", nil, .number)]),
    command("secret env", [value("name")]), command("secret file", [value("path")]),
    command("secret prompt", [value("text")]),
  ]

  private static let functions: [FunctionSignature] = [
    FunctionSignature("count", 1...1, "list", summary: ""),
    FunctionSignature("sum", 1...2, "list, column", summary: ""),
    FunctionSignature("min", 1...2, "list, column", summary: ""),
    FunctionSignature("max", 1...2, "list, column", summary: ""),
    FunctionSignature("any", 2...2, "list, pattern", summary: ""),
    FunctionSignature("split", 2...2, "text, separator", summary: ""),
    FunctionSignature("upper", 1...1, "text", summary: ""),
    FunctionSignature("semver-match", 2...2, "tag, range", summary: ""),
    FunctionSignature("now", 0...0, "", summary: ""), FunctionSignature("human-size", 1...1, "size", summary: ""),
    FunctionSignature("ref", 1...1, "text", summary: ""), FunctionSignature("reveal", 1...1, "secret", summary: ""),
  ]
}
