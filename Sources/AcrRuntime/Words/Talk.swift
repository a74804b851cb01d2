import AcrCore
import AcrLanguage

/// `confirm`: asks before going on.
struct Confirm: Command {
  let signature = Signature(
    "confirm", summary: "Asks a question and continues only after yes",
    group: .work,
    positionals: [.init("question", .string, help: "the question")],
    flags: [.init("yes", short: "y", help: "do not ask, the answer is yes")],
    examples: [.init("A question that answers itself", "confirm \"Import 20 images?\" --yes")])

  func run(_ call: Invocation) throws -> Output {
    if call.isOn("yes") { return .nothing }
    let question = call.string("question") ?? ""
    guard call.run.isInteractive, let prompter = call.run.prompter else {
      throw AcrError(
        .usage, "nobody is there to answer \"\(question)\"", help: "`confirm --yes` goes on without asking")
    }
    guard try prompter.confirm(question) else {
      throw AcrError(.cancelled, "the answer to \"\(question)\" was no")
    }
    return .nothing
  }
}

/// `ignore`: drops what comes from the pipe.
struct Ignore: Command {
  let signature = Signature(
    "ignore", summary: "Discards the result",
    group: .talk,
    examples: [.init("Nothing is shown", "[1, 2] | ignore")],
    input: .required)

  func run(_ call: Invocation) throws -> Output {
    if case .rows(let rows)? = call.input {
      while try rows.next() != nil {}
    }
    return .nothing
  }
}

/// `print`: text for people.
struct Print: Command {
  let signature = Signature(
    "print", summary: "Prints its arguments, or each row from the pipe",
    description: "Lists and records are written as JSON. Secrets are refused.",
    group: .talk,
    positionals: [.init("value", .any, isRequired: false, isRest: true, help: "what to write, with spaces between")],
    flags: [.init("err", help: "write to standard error")],
    examples: [.init("A line", "print \"2 images\" done")],
    input: .optional)

  func run(_ call: Invocation) throws -> Output {
    if case .list(let values)? = call.arguments["value"], !values.isEmpty {
      try write(try values.map(Print.text).joined(separator: " "), call)
    } else if case .rows(let rows)? = call.input {
      while let row = try rows.next() { try write(try Print.text(row), call) }
    } else if case .value(.list(let rows))? = call.input {
      for row in rows { try write(try Print.text(row), call) }
    } else if case .value(let value)? = call.input {
      try write(try Print.text(value), call)
    } else {
      try write("", call)
    }
    return .nothing
  }

  private static func text(_ value: Value) throws -> String {
    if case .secret = value {
      throw AcrError(.invalid, "`print` does not write a secret", help: "`reveal(…)` gives its text")
    }
    return try value.text ?? value.json()
  }

  private func write(_ text: String, _ call: Invocation) throws {
    if call.isOn("err") { call.run.sink.talk(text) } else { try call.run.sink.print(text) }
  }
}
