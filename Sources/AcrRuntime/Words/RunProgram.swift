import AcrSystem
import AcrCore
import AcrLanguage

/// `run`: another program.
struct RunProgram: Command {
  struct Parameters: ParameterSet {
    let program = Positional<String>("program", help: "a name looked up in PATH, or a path")
    let argument = Rest<String>("argument", takesFlags: true, help: "its arguments, each exactly one")
    let allowFailure = Switch("allow-failure", help: "give the record whatever the code")
    let reads = Switch("reads", help: "the program changes nothing, so a dry run starts it too")
  }

  let signature = Signature(
    "run", summary: "Runs a program, without a shell, and returns `{stdout, stderr, code}`",
    description:
      """
      A text from the pipe is its standard input. A code other than 0 is an error unless `--allow-failure`. Its own flags \
      stand before the program; everything behind the program is the program's.
      """,
    group: .work,
    examples: [.init("What a program writes", "run printf hello | get stdout")],
    input: .optional, changes: true,
    columns: [
      Column("stdout", null: "in a dry run", help: "what it wrote to standard output"),
      Column("stderr", null: "in a dry run", help: "what it wrote to standard error"),
      Column("code", .int, null: "in a dry run", help: "its exit code"),
      Column("program", help: "its name").only("in a dry run"),
    ])

  func run(_ call: Call<Parameters>) throws -> Output {
    let program = call[\.program]
    let arguments = call[\.argument]
    if call.run.isDryRun, !call[\.reads] {
      call.run.sink.message("dry run: would run \(([program] + arguments).joined(separator: " "))")
      return .value(
        .record(
          Record([
            "stdout": .null, "stderr": .null, "code": .null, "dry_run": .bool(true), "program": .string(program),
          ])))
    }
    var input: [UInt8] = []
    if let value = try call.input?.collected(), !value.isNull {
      guard case .string(let text) = value else {
        throw AcrError(.invalid, "`run` takes a text as input, but the pipe gives \(value.typePhrase)")
      }
      input = Array(text.utf8)
    }
    let process: ChildProcess
    do throws(AcrError) {
      var command = ChildCommand(program, arguments, environment: call.run.host.environment)
      guard let folder = call.run.host.folder else {
        throw AcrError(
          .usage, "`run` has no folder to start programs in", help: "the host sets `Host.folder`")
      }
      if folder != "." { command.folder = folder }
      process = try ChildProcess(command)
    } catch {
      let isArgument = arguments.contains { $0.utf8.contains(0) }
      throw ArgumentError(
        isArgument ? call.parameters.argument : call.parameters.program as any DeclaredParameter, error)
    }
    let result = call.run.onInterrupt(
      { process.terminate() }, while: { process.communicate(input, limit: call.run.limits.memory ?? .max) })
    // ^C at the terminal reaches the program, too, and can be quicker there.
    if result.exitCode == ChildResult.interrupted { try call.run.sleep(nanoseconds: 50_000_000) }
    try call.run.checkInterrupt()
    try call.meter.charge(2 * (result.output.count + result.errors.count))
    let stderr = String(decoding: result.errors, as: UTF8.self)
    if result.exitCode != 0, !call[\.allowFailure] {
      let lines = stderr.split(whereSeparator: \.isNewline)
      throw AcrError(
        .invalid, "`\(program)` ended with code \(result.exitCode)" + (lines.first.map { ": \($0)" } ?? ""),
        help: "`run --allow-failure \(program) …` gives the record instead")
    }
    return .value(
      .record(
        Record([
          "stdout": .string(String(decoding: result.output, as: UTF8.self)), "stderr": .string(stderr),
          "code": .int(Int64(result.exitCode)),
        ])))
  }
}
