import AcrCore
import AcrLanguage
import AcrRuntime
import AcrSystem

// Runs a script with a limit of memory, and says how it ended and how much more memory the process took than before:
//   limits-probe BYTES < script
// Output: the peak in bytes on the first line, then the kind of the error, or `finished`, then the error's message.

struct Silence: OutputSink {
  func show(_ output: Output, as format: OutputFormat?) throws {}
  func print(_ text: String) throws {}
  func message(_ text: String) {}
}

/// The most memory the process has had, in bytes (Linux's VmHWM).
func peak() -> Int {
  guard let bytes = try? FileSystem.read("/proc/self/status", .anything) else { return 0 }
  for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line.hasPrefix("VmHWM:") {
    return (Int(line.filter(\.isNumber)) ?? 0) * 1024
  }
  return 0
}

func run(_ text: String, _ limits: RunLimits) -> String {
  let session = Session(capabilities: .computing.with(.parEach))
  let check = Checker.check(source: Source(name: "script", text: text), catalog: session.catalog)
  guard let script = check.script else { return "check\n\(check.diagnostics.first?.message ?? "")" }
  switch session.run(script, in: RunContext(sink: Silence(), limits: limits)) {
  case .finished: return "finished\n"
  case .exited(let code): return "exit \(code)\n"
  case .failed(let error): return "\(error.error.kind)\n\(error.error.message)"
  }
}

let limit = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 0
var text = ""
while let line = readLine(strippingNewline: false) { text += line }
// What every script needs once.
_ = run("let x = range(10) | each { |n| \"${n}\" }\nprint $x", .none)
let before = peak()
let outcome = run(text, RunLimits(memory: limit))
print("\(peak() - before)\n\(outcome)")
