import AcrCore
import AcrLanguage
import AcrText

/// `retry`: a block again after errors that pass.
struct Retry: Command {
  struct Parameters: ParameterSet {
    let block = BlockParameter("block", help: "what to try")
    let times = Flag<Int64>("times", default: 3, help: "how many tries in all, 1 to 100")
    let on = Flag<[String]>(
      "on", default: ["throttled", "network", "timeout"], help: "the kind of error to try again after",
      completer: .fixed(ErrorKind.all.map(\.name)), check: Retry.checkKind)
    let wait = Flag<Duration>("wait", default: .seconds(1), help: "how long to wait before the second try")
  }

  let signature = Signature(
    "retry", summary: "Runs a block again when it fails with a transient error",
    description: """
      Waits `--wait` before the second try, and twice as long before each further one, at most 5 minutes. If the \
      server says how long to wait, that is used instead.
      """,
    group: .work,
    examples: [.init("Up to six tries", "retry --times 6 --on throttled --wait 2s { 1 + 1 }")])

  private static let longestWait: Int64 = 300_000_000_000

  func run(_ call: Call<Parameters>) throws -> Output {
    let block = call[\.block]
    let times = call[\.times]
    guard (1...100).contains(times) else {
      throw ArgumentError(call.parameters.times, AcrError(.usage, "`--times` is a number from 1 to 100, not \(times)"))
    }
    var wait = call[\.wait].nanoseconds
    guard wait >= 0 else {
      throw ArgumentError(call.parameters.wait, AcrError(.usage, "`--wait` cannot be negative"))
    }
    wait = min(wait, Retry.longestWait)
    let kinds = try kinds(call)
    var attempt: Int64 = 1
    while true {
      do {
        return .value(try block.call([]))
      } catch var error as RuntimeError where kinds.contains(error.error.kind) && !call.run.isInterrupted {
        guard attempt < times else {
          if times > 1 { error.error.notes.append("all \(times) tries failed") }
          throw error
        }
        let pause = error.error.retryAfter.map { max(0, $0.nanoseconds) } ?? wait
        attempt += 1
        call.run.sink.message(
          "retry: \(error.error.message); try \(attempt) of \(times) in \(DurationText.human(pause))")
        try call.run.sleep(nanoseconds: pause)
        wait = min(wait * 2, Retry.longestWait)
      }
    }
  }

  private func kinds(_ call: Call<Parameters>) throws -> [ErrorKind] {
    try call[\.on].map { name in
      guard let kind = ErrorKind(name: name) else {
        let problem = Retry.checkKind(name)
        throw ArgumentError(call.parameters.on, AcrError(.usage, problem?.message ?? "", help: problem?.help))
      }
      return kind
    }
  }

  /// Says what is wrong with the name of a kind of error.
  private static let checkKind: TextCheck = { name in
    guard ErrorKind(name: name) == nil else { return nil }
    let kinds = ErrorKind.all.map(\.name)
    let near = Suggestion.nearest(to: name, in: kinds).map { "; did you mean `\($0)`?" } ?? ""
    return TextProblem(
      "`\(name)` is not a kind of error\(near)", help: "the kinds are \(kinds.joined(separator: ", "))")
  }
}
