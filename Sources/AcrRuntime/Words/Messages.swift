import AcrCore
import AcrLanguage

/// `confirm`: asks before going on.
struct Confirm: Command {
  struct Parameters: ParameterSet {
    let question = Positional<String>("question", help: "the question")
    let yes = Switch("yes", short: "y", help: "do not ask, the answer is yes")
  }

  let signature = Signature(
    "confirm", summary: "Asks a question and continues only after yes",
    group: .work,
    examples: [.init("A question that answers itself", "confirm \"Import 20 images?\" --yes")])

  func run(_ call: Call<Parameters>) throws -> Output {
    if call[\.yes] { return .nothing }
    let question = call[\.question]
    guard call.run.isInteractive, let prompter = call.run.prompter else {
      throw AcrError(
        .usage, "no terminal to ask \"\(question)\"", help: "`confirm --yes` continues without asking")
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
    group: .messages,
    examples: [.init("Nothing is shown", "[1, 2] | ignore")],
    input: .required)

  func run(_ call: Call<NoParameters>) throws -> Output {
    if case .rows(let rows)? = call.input {
      while try rows.next() != nil {}
    } else if case .bytes(let bytes)? = call.input {
      while try bytes.next() != nil {}
    }
    return .nothing
  }
}

/// `print`: text for people.
struct Print: Command {
  struct Parameters: ParameterSet {
    let value = Rest<Value>("value", help: "what to write, with spaces between")
    let err = Switch("err", help: "write to standard error")
    let raw = Switch("raw", help: "send control characters to a terminal as they are")
  }

  let signature = Signature(
    "print", summary: "Prints its arguments, or each row from the pipe",
    description: """
      Lists and records are written as JSON. Secrets are refused. On a terminal, control characters are shown as \
      escapes such as `\\u{1B}`. `--raw` sends them as they are, for your own colours. Pipes and files always get \
      the text as it is.
      """,
    group: .messages,
    examples: [.init("A line", "print \"2 images\" done")],
    input: .optional)

  func run(_ call: Call<Parameters>) throws -> Output {
    let values = call[\.value]
    if !values.isEmpty {
      try write(try values.map { try Print.text($0, call) }.joined(separator: " "), call)
    } else if case .rows(let rows)? = call.input {
      while let row = try rows.next() { try write(try Print.text(row, call), call) }
    } else if case .value(.list(let rows))? = call.input {
      for row in rows { try write(try Print.text(row, call), call) }
    } else if let value = try call.input?.collected() {
      try write(try Print.text(value, call), call)
    } else {
      try write("", call)
    }
    return .nothing
  }

  private static func text(_ value: Value, _ call: Call<Parameters>) throws -> String {
    if case .secret = value {
      throw AcrError(.invalid, "`print` does not write a secret", help: "`reveal(…)` gives its text")
    }
    return try value.text ?? value.json(call.meter)
  }

  private func write(_ text: String, _ call: Call<Parameters>) throws {
    if call[\.raw] {
      try call.run.sink.printRaw(text, toErrors: call[\.err])
    } else if call[\.err] {
      call.run.sink.message(text)
    } else {
      try call.run.sink.print(text)
    }
  }
}
