import AcrCore
import AcrLanguage
import AcrSystem
import Synchronization

/// `sleep`: waits.
struct Sleep: Command {
  struct Parameters: ParameterSet {
    let time = Positional<Duration>("time", help: "how long, for example 2s")
  }

  let signature = Signature(
    "sleep", summary: "Waits for some time",
    group: .work,
    examples: [.init("A short rest", "sleep 10ms")])

  func run(_ call: Call<Parameters>) throws -> Output {
    let time = call[\.time].nanoseconds
    guard time >= 0 else {
      throw ArgumentError(call.parameters.time, AcrError(.usage, "`sleep` cannot wait less than no time"))
    }
    try call.run.sleep(nanoseconds: time)
    return .nothing
  }
}

/// `timeout`: a block that may take so long.
struct Timeout: Command {
  struct Parameters: ParameterSet {
    let time = Positional<Duration>("time", help: "how long the block may take, for example 30s")
    let block = BlockParameter("block", help: "what to do")
  }

  let signature = Signature(
    "timeout", summary: "Runs a block and stops it when it takes too long",
    description: """
      What waits in the block (transfers, requests, programs, `sleep`) is interrupted, and the error is of kind `timeout`, \
      which `retry` tries again. `finally` blocks in it still run.
      """,
    group: .work,
    examples: [.init("At most a second", "timeout 1s { 1 + 1 }")])

  func run(_ call: Call<Parameters>) throws -> Output {
    let time = call[\.time].nanoseconds
    guard time > 0 else {
      throw ArgumentError(call.parameters.time, AcrError(.usage, "`timeout` needs a time above zero"))
    }
    let block = call[\.block]
    let isOver = Flag()
    return try call.run.withChild { child in
      let done = Waiter()
      let watch = SystemThread(blocksSignals: true) {
        guard !done.wait(nanoseconds: time) else { return }
        isOver.value.store(true, ordering: .relaxed)
        child.interrupt()
      }
      defer {
        done.raise()
        watch?.join()
      }
      do {
        return .value(try block.within(child, []))
      } catch let error as RuntimeError where isOver.value.load(ordering: .relaxed) && !call.run.isInterrupted {
        var late = AcrError(
          .timeout, "the block took longer than \(DurationText.exact(time))",
          help: "a longer time, or `retry --on timeout`")
        late.notes = error.error.kind == .cancelled ? [] : ["it was stopped in: \(error.error.message)"]
        throw late
      }
    }
  }

  private final class Flag: Sendable { let value = Atomic<Bool>(false) }
}

/// `input`: a question to the person at the terminal.
struct Input: Command {
  struct Parameters: ParameterSet {
    let question = Positional<String>("question", help: "the question")
    let choice = Flag<[String]>("choice", short: "c", help: "an answer that is allowed")
    let standard = Flag<String?>(
      "default", short: "d", help: "the answer where nothing is typed, and without a terminal")
  }

  let signature = Signature(
    "input", summary: "Asks a question and gives the answer",
    description: """
      With `--choice` one of these has to be answered, by its name, its start or its number. Without a terminal the answer \
      is `--default`; without one it is an error, so that a script in a pipeline never waits.
      """,
    group: .work,
    examples: [
      .init("A choice", "let region = input \"Which region?\" --choice westeurope --choice eastus --default eastus")
    ])

  /// How often a wrong answer is asked about again.
  private static let tries = 3

  func run(_ call: Call<Parameters>) throws -> Output {
    let question = call[\.question]
    let choices = call[\.choice]
    let standard = call[\.standard]
    if let standard, !choices.isEmpty, !choices.contains(standard) {
      throw ArgumentError(
        call.parameters.standard,
        AcrError(
          .usage, "the default `\(standard)` is not one of the choices",
          help: "the choices are \(choices.joined(separator: ", "))"))
    }
    guard let prompter = call.run.prompter else {
      if let standard { return .value(.string(standard)) }
      throw AcrError(.usage, "no terminal to ask \"\(question)\"", help: "`--default` answers without a terminal")
    }
    var text = question
    if !choices.isEmpty {
      call.run.sink.message(question)
      for (index, choice) in choices.enumerated() { call.run.sink.message("  \(index + 1)  \(choice)") }
      text = "your choice"
    }
    text += standard.map { " [\($0)]: " } ?? ": "
    for _ in 0..<Input.tries {
      let answer = try prompter.line(text)
      if answer.isEmpty, let standard { return .value(.string(standard)) }
      if choices.isEmpty { return .value(.string(answer)) }
      if let choice = Input.choice(answer, among: choices) { return .value(.string(choice)) }
      call.run.sink.message("`\(answer)` is not one of \(choices.joined(separator: ", "))")
    }
    throw AcrError(.cancelled, "\"\(question)\" was not answered with one of the choices")
  }

  private static func choice(_ answer: String, among choices: [String]) -> String? {
    if choices.contains(answer) { return answer }
    if let number = Int(answer), choices.indices.contains(number - 1) { return choices[number - 1] }
    let starting = choices.filter { !answer.isEmpty && $0.hasPrefix(answer) }
    return starting.count == 1 ? starting[0] : nil
  }
}
