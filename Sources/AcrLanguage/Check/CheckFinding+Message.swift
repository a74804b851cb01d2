extension CheckFinding {
  var wording: Wording {
    switch self {
    case .unknownVariable(let name, let nearest, let isInEnvironment):
      Wording(
        "unknown variable `$\(name)`", label: nearest.map { "did you mean `$\($0)`?" },
        help: isInEnvironment
          ? "there is an environment variable of that name: `$env.\(name)`"
          : nearest == nil ? "declare it with `let \(name) = …`" : nil)
    case .wholeEnvironment:
      Wording("`$env` is read one name at a time", help: "write `$env.NAME`, or `$env?.NAME` when it may be missing")
    case .environmentWithheld:
      Wording("`$env` is not available here", help: "the program that runs this script does not offer the environment")
    case .environmentInWord(let name):
      Wording("a word takes only the name of a variable", help: "write `${env.\(name)}`")
    case .environmentIsReserved: Wording("`env` is the environment", help: "choose another name")
    case .assignsEnvironment: Wording("the environment cannot be changed")
    case .rowIsReserved: Wording("`it` is the row of a block or `where`", help: "choose another name")
    case .noRow(let text, let blockName):
      Wording(
        "`\(text)` needs a row, and there is none here",
        help: blockName.map { "the block names its values: `$\($0)`" }
          ?? "`$it` and `.name` are available in `where`, `extend` and blocks without named values")
    case .declaredTwice(let name, let line):
      Wording(
        "`\(name)` is already declared" + (line.map { ", in line \($0)" } ?? ""),
        help: "assign to a `var` with `$\(name) = …`, or choose another name")
    case .shadows(let name, let line): Wording("`\(name)` hides the variable of line \(line)")
    case .unusedVariable(let name): Wording("`$\(name)` is never read")
    case .notAssignable(let name, let kind):
      Wording(
        "`$\(name)` cannot be assigned to: it is \(kind.description)",
        help: kind == .let ? "declare it with `var \(name) = …`" : "declare a variable with `var`")
    case .assignsOuterFromDefinition(let name):
      Wording("a `def` cannot assign to `$\(name)`, which is outside it", help: "return a value")
    case .assignsOuterInParallel(let name):
      Wording(
        "`$\(name)` cannot be assigned to inside `par-each`: its blocks run at the same time",
        help: "return a value and collect it")
    case .assignsOuterInClosure(let name):
      Wording(
        "`$\(name)` cannot be assigned to in a block that is a value: it has copies of the variables around it",
        help: "let the block give a value, or use `for`")
    case .wholeModule(let name):
      Wording("`$\(name)` is a module", help: "its values are read as `$\(name).NAME`, in words as `${\(name).NAME}`")
    case .unknownConstant(let name, let nearest, let isFunction):
      Wording(
        "the module has no value `\(name)`", label: nearest.map { "did you mean `$\($0)`?" },
        help: isFunction ? "it is a `def`: call it as `\(name)(…)`" : "a `let` at the top of the module makes one")
    case .constantWithArguments(let name, let text):
      Wording("`\(name)` is a value, and takes no arguments", help: "in an expression, write `$\(text)`")
    case .bareText(let name, let nearest):
      Wording(
        "`\(name)` is not a command", label: nearest.map { "did you mean `\($0)`?" },
        help: "text needs quotes: `\"\(name)\"`; a variable starts with `$`")
    case .valueForSwitch(let flag, let value):
      Wording("`\(flag)` is a switch and takes no value behind a space", help: "write `\(flag)=\(value)`")
    case .operatorBehindCommand(let operation, let command):
      Wording(
        "`\(operation)` behind a command is one of its arguments",
        help: "put the command into brackets: `(\(command)) \(operation) …`")
    case .tooManyBlockNames(let command, let named, let given):
      Wording(
        "`\(command)` gives its block \(given == 1 ? "one value" : "\(given) values"), and the block names \(named)",
        help: given == 1 ? "take parts of a record with `{ |{a, b}| … }`, of a list with `{ |[a, b]| … }`" : nil)
    case .spreadNeedsRest(let name):
      Wording(
        "`\(name)` takes single values, and `...` gives any number", help: "give the items one by one: `$list[0]`")
    case .choicesNotWritten:
      Wording("the choices of a parameter are written out", help: "for example `in [\"small\", \"large\"]`")
    case .definitionNeedsInput(let name):
      Wording(
        "`\(name)` needs a value from a pipe", help: "put it after `|`: `… | \(name)`, or call it: `\(name)(…)`")
    case .inputNotFirst(let name): Wording("`in \(name)` must be the first parameter")
    case .leavesValue(let word):
      Wording(
        "`\(word)` cannot leave a value",
        help: "make the `if`, `match` or `try` the whole value of a statement: `let x = if …`")
    case .armNeverReached: Wording("the arms above take every value that fits here")
    case .emptyRange: Wording("no value is in this range", help: "the smaller end stands first")
    case .listOfLiterals(let items):
      Wording(
        "this fits a list with exactly these items",
        help: "one of several values is written `\(items.joined(separator: ", "))`"
      )
    case .nameInAlternative(let name):
      Wording("`\(name)` would have no value when another pattern fits", help: "give this pattern an arm of its own")
    case .recordInWord(let name, let field):
      Wording("`$\(name)` is a record", help: "write `${\(name).\(field ?? "NAME")}`")
    case .keyTwice(let name): Wording("`\(name)` is given twice")
    case .unknownCommand(let name, let nearest):
      Wording(
        "`\(name)` is not a command", label: nearest.map { "did you mean `\($0)`?" },
        help: nearest == nil ? "`help` lists the commands" : nil)
    case .withheldCommand(let name):
      Wording("`\(name)` is not a command here", help: "the program that runs this script does not offer it")
    case .foreignCommand(let name):
      Wording("acrsh has no `\(name)`", help: "`run az \(name) …` runs it")
    case .shellProgram(let name, let cure):
      Wording("`\(name)` is not a command", help: "\(cure); `run \(name) …` runs the program")
    case .foreignFlag(let flag, let command, let reason):
      Wording("`\(command)` does not take `\(flag)` here", help: reason)
    case .withheldFunction(let name):
      Wording("`\(name)` is not a function here", help: "the program that runs this script does not offer it")
    case .lists(let prefix, let names):
      Wording(
        "`\(prefix)` needs a subcommand",
        help: names.isEmpty
          ? "`help` lists the commands" : "the subcommands are \(names.map { "`\($0)`" }.joined(separator: ", "))")
    case .commandIsVariable(let name):
      Wording("`\(name)` is not a command", label: "did you mean `$\(name)`?")
    case .assignsBareName(let name, let isKnown):
      Wording(
        "`\(name)` is not a command",
        help: isKnown ? "assign with `$\(name) = …`" : "declare a variable with `let \(name) = …`")
    case .shellAssignment(let name):
      Wording("`\(name)=…` is shell syntax", help: "declare a variable with `let \(name) = …`")
    case .functionAsCommand(let name):
      Wording("`\(name)` is a function", help: "call it as `\(name)(…)`")
    case .unknownFlag(let flag, let command, let nearest):
      Wording(
        "`\(flag)` is not a flag of `\(command)`", label: nearest.map { "did you mean `\($0)`?" },
        help: "`help \(command)` lists its flags")
    case .flagWithoutValue(let flag, let next):
      Wording(
        "`\(flag)` needs a value",
        help: next.map { "a value that starts with `-` is written `\(flag)=\($0)`" })
    case .flagTwice(let flag): Wording("`\(flag)` is given twice", help: "it takes one value")
    case .missing(let command, let names, let isFlag, let isCall):
      Wording(
        "`\(command)` needs \(Self.list(names))",
        help: isCall ? nil : "`help \(command)` shows \(isFlag ? "its flags" : "what it takes")")
    case .missingBlock(let command): Wording("`\(command)` needs a block", help: "write `\(command) { … }`")
    case .tooManyValues(let name, let limit, let isCall):
      Wording(
        limit == 0
          ? "`\(name)` takes no value\(isCall ? "" : " without a flag")"
          : "`\(name)` takes \(limit == 1 ? "one value" : "\(limit) values")\(isCall ? "" : " without a flag"); this is an extra one",
        help: isCall ? nil : "`help \(name)` shows what it takes; a text with spaces needs quotes")
    case .wrongWord(let parameter, let type, let word):
      Wording("`\(parameter)` takes \(type.article), `\(word)` is not one", help: type.example)
    case .wrongType(let parameter, let type, let found):
      Wording("`\(parameter)` takes \(type.article), this is \(found.article)", help: type.example)
    case .notAChoice(let parameter, let names):
      Wording("`\(parameter)` takes \(Self.list(names, joint: "or"))")
    case .unacceptableText(let problem): Wording(problem.message, help: problem.help)
    case .blockForValue(let parameter, let type):
      Wording(
        "`\(parameter)` takes \(type.article), this is a block",
        help: type == .record
          ? "a record has `name: value` inside its braces" : "to use the value of a command, write `( … )`")
    case .valueForBlock(let parameter, let isRecord):
      Wording(
        "`\(parameter)` takes a block, this is \(isRecord ? "a record" : "a value")",
        help: isRecord ? "a block that gives a record is `{ { … } }`" : "write `{ … }`")
    case .needsInput(let name):
      Wording(
        "`\(name)` needs rows from a pipe",
        help: "put it after `|`: `… | \(name) …`; as a text it needs quotes: `\"\(name)\"`")
    case .takesNoInput(let name):
      Wording("`\(name)` takes nothing from a pipe", help: "put it first, or inside a block: `| each { … }`")
    case .functionTakesNoInput(let name):
      Wording(
        "`\(name)` is a `def` and takes nothing from a pipe",
        help: "declare what it takes as its first parameter: `def \(name)(in rows: list)`")
    case .sourceWithRegistry:
      Wording("with `--registry`, give the source without the registry's name")
    case .plainSecret(let flag):
      Wording(
        "the value of `\(flag)` is visible on the screen; this line is not saved in the history",
        help: "`\(flag) (secret prompt \"…\")` asks for it")
    case .unknownColumn(let name, let command, let nearest, let known):
      Wording(
        "`\(command)` gives no column `\(name)`", label: nearest.map { "did you mean `\($0)`?" },
        help: "its columns: \(known.joined(separator: ", "))")
    case .unknownFunction(let name, let nearest):
      Wording(
        "`\(name)` is not a function", label: nearest.map { "did you mean `\($0)`?" },
        help: nearest == nil ? "`help` lists the functions" : nil)
    case .unknownModule(let name):
      Wording("no module is called `\(name)`", help: "load one with `use \"PATH\" as \(name)`")
    case .commandAsFunction(let name): Wording("`\(name)` is a command", help: "to use its value, write `(\(name) …)`")
    case .wrongArity(let name, let arity, let parameters, let given):
      Wording(
        "`\(name)` takes \(Self.count(arity)), not \(given)", help: "call it as `\(name)(\(parameters))`")
    case .flagsNeedCommand(let name, let flags):
      Wording(
        "`\(name)` needs \(Self.list(flags))", help: "call it as a command: `(\(name) … \(flags[0]) …)`")
    case .definedTwice(let name, let line): Wording("`\(name)` is already defined, in line \(line)")
    case .hidesCommand(let name): Wording("`\(name)` is also a command; the `def` is used instead")
    case .hidesFunction(let name): Wording("`\(name)` is also a function; the `def` is used instead")
    case .restNotLast: Wording("the rest parameter must be last")
    case .requiredBehindOptional(let name, let optional):
      Wording("`\(name)` needs a default, because `\(optional)` before it has one")
    case .paramNotAtTop(let isSession):
      Wording(
        isSession ? "`param` is only allowed in a script" : "`param` is only allowed at the top of a script",
        help: isSession ? "declare a variable with `let`" : "move it above the first statement")
    case .returnAtTop: Wording("`return` is only allowed in a `def`", help: "use `exit` to end the script")
    case .returnInBlock:
      Wording("`return` cannot leave a block given to a command", help: "the value of a block is its last statement")
    case .outsideLoop(let word): Wording("`\(word)` is only allowed in `for` and `while`")
    case .loopWordInBlock(let word):
      Wording(
        "`\(word)` cannot leave a block given to a command",
        help: "use `for`, or choose the rows first with `where` and `first`")
    case .unreachable(let word): Wording("nothing after `\(word)` runs")
    case .noModules:
      Wording("`use` is not available here", help: "the program that runs this script does not offer modules")
    case .moduleNotRead(let path, let reason): Wording("the module `\(path)` cannot be read: \(reason)")
    case .moduleCycle(let names):
      Wording(
        "the module uses itself: \(names.joined(separator: " → "))", help: "move what both need into a third file")
    case .moduleNameTaken(let name): Wording("`\(name)` is the name of another module", help: "choose another name")
    case .importedTwice(let name, let path):
      Wording(
        "`\(name)` of `\(path)` is already defined", help: "load the module under a name: `use \"\(path)\" as NAME`")
    case .statementInModule: Wording("a module holds `def`, `let` and `use` only", help: "move this into a `def`")
    case .revealsSecret:
      Wording(
        "`reveal` turns a secret into text, which can be printed, logged and saved",
        help: "pass the secret itself to a parameter that takes one, such as `--password`")
    case .secretInScript(let flag):
      Wording(
        "the value of `\(flag)` is visible to anyone who can read this file",
        help: "`\(flag) (secret env NAME)` reads it when the script runs")
    case .unusedDefinition(let name): Wording("`\(name)` is never called")
    case .type(let finding): finding.wording
    }
  }

  private static func list(_ names: [String], joint: String = "and") -> String {
    let quoted = names.map { "`\($0)`" }
    guard quoted.count > 1, let last = quoted.last else { return quoted.joined() }
    return quoted.dropLast().joined(separator: ", ") + " \(joint) " + last
  }

  private static func count(_ arity: ClosedRange<Int>) -> String {
    let unit = arity.upperBound == 1 ? "argument" : "arguments"
    if arity.upperBound == 0 { return "no arguments" }
    if arity.lowerBound == arity.upperBound { return "\(arity.lowerBound) \(unit)" }
    if arity.upperBound == Int.max { return "at least \(arity.lowerBound)" }
    return "\(arity.lowerBound) to \(arity.upperBound) \(unit)"
  }
}

extension Variable.Kind {
  fileprivate var description: String {
    switch self {
    case .let: "a `let`"
    case .var: "a `var`"
    case .parameter: "a parameter"
    case .loop: "the variable of a `for`"
    case .caught: "the error of a `catch`"
    case .row: "the row"
    case .block: "a value of a block"
    }
  }
}

extension ValueType {
  /// With its article, for sentences.
  fileprivate var article: String {
    switch self {
    case .string: "a text"
    case .int: "a whole number"
    case .number: "a number"
    case .bool: "`true` or `false`"
    case .duration: "a duration"
    case .size: "a size"
    case .datetime: "a time"
    case .list: "a list"
    case .record: "a record"
    case .secret: "a secret"
    case .block: "a block"
    case .any: "any value"
    }
  }

  fileprivate var example: String? {
    switch self {
    case .int: "for example `4`; text in quotes is never a number"
    case .number: "for example `1.5`; text in quotes is never a number"
    case .duration: "for example `30s`, `5m`, `2h`"
    case .size: "for example `200MB`, `1.5GiB`"
    case .list: "for example `[\"a\", \"b\"]`"
    case .record: "for example `{ name: \"a\" }`"
    default: nil
    }
  }
}
