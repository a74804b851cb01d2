import AcrCore
import AcrLanguage

/// `run`: another program.
struct RunProgram: Command {
  let signature = Signature(
    "run", summary: "Runs a program, without a shell, and returns `{stdout, stderr, code}`",
    description:
      "A text from the pipe is its standard input. A code other than 0 is an error unless `--allow-failure`.",
    group: .work,
    positionals: [
      .init("program", .string, help: "a name looked up in PATH, or a path"),
      .init(
        "argument", .string, isRequired: false, isRest: true, takesFlags: true,
        help: "its arguments, each exactly one"),
    ],
    flags: [.init("allow-failure", help: "give the record whatever the code")],
    examples: [.init("What a program writes", "run printf hello | get stdout")],
    input: .optional, changes: true)

  func run(_ call: Invocation) throws -> Output {
    let program = call.string("program") ?? ""
    let arguments = call.strings("argument")
    if call.run.isDryRun {
      call.run.sink.talk("dry run: would run \(([program] + arguments).joined(separator: " "))")
      return .value(.record(Record(["dry_run": .bool(true), "program": .string(program)])))
    }
    var input: [UInt8] = []
    if let value = try call.input?.collected(), !value.isNull {
      guard case .string(let text) = value else {
        throw AcrError(.invalid, "`run` hands on a text, and what comes from the pipe is \(value.typePhrase)")
      }
      input = Array(text.utf8)
    }
    let process: ChildProcess
    do throws(AcrError) {
      process = try ChildProcess(program, arguments)
    } catch {
      throw ArgumentError("program", error)
    }
    let result = call.run.onInterrupt({ process.terminate() }, while: { process.communicate(input) })
    try call.run.checkInterrupt()
    let stderr = String(decoding: result.stderr, as: UTF8.self)
    if result.code != 0, !call.isOn("allow-failure") {
      let lines = stderr.split(whereSeparator: \.isNewline)
      throw AcrError(
        .invalid, "`\(program)` ended with code \(result.code)" + (lines.first.map { ": \($0)" } ?? ""),
        help: "`--allow-failure` gives the record instead")
    }
    return .value(
      .record(
        Record([
          "stdout": .string(String(decoding: result.stdout, as: UTF8.self)), "stderr": .string(stderr),
          "code": .int(Int64(result.code)),
        ])))
  }
}
