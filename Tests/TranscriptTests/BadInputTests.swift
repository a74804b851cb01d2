import AcrCore
import AcrLanguage
import AcrRuntime
import Foundation
import Synchronization
import Testing

/// Whatever is typed, opened or computed: an error with a place, never a crash. `scripts/soak-language` runs the same with a
/// million cases.
@Suite struct BadInputTests {
  private static let environment = ProcessInfo.processInfo.environment
  /// Cases of each kind of input; four kinds make 20,000.
  static let caseCount = (environment["ACR_FUZZ_CASES"].flatMap { Int($0) } ?? 20_000) / 4
  static let seed = environment["ACR_FUZZ_SEED"].flatMap { UInt64($0) } ?? 2026
  /// Where the case at hand is written when it is asked for: what is in it after a crash is the reason.
  private static let casePath = environment["ACR_FUZZ_CASE"]

  /// The example scripts.
  static let scripts: [[UInt8]] = {
    let folder = Transcript.repository.appendingPathComponent("examples")
    return (FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? [])
      .filter { $0.hasSuffix(".acr") }.sorted()
      .compactMap { FileManager.default.contents(atPath: folder.appendingPathComponent($0).path).map(Array.init) }
  }()

  /// The entries of the transcripts, a text for each section.
  static let entries: [[UInt8]] = Transcript.all.flatMap(\.sections).map { section in
    Array((section.entries.map(\.text).joined(separator: "\n") + "\n").utf8)
  }.filter { $0.count < 4000 }

  /// Everything the repository has in this language.
  static let corpus = scripts + entries

  private static func note(_ bytes: [UInt8]) {
    if let casePath { try? Data(bytes).write(to: URL(fileURLWithPath: casePath)) }
  }

  private func check(_ bytes: [UInt8], _ catalog: Catalog, _ what: @autoclosure () -> String) {
    Self.note(bytes)
    let source = Source(name: "fuzz.acr", bytes: bytes)
    for session in [nil, SessionScope()] {
      let result = Checker.check(source: source, catalog: catalog, session: session)
      if result.script == nil, !result.diagnostics.contains(where: { $0.severity == .error }) {
        Issue.record("\(what()): refused silently")
      }
      for diagnostic in result.diagnostics {
        guard let span = diagnostic.span, span.start >= 0, span.start <= span.end, Int(span.end) <= bytes.count else {
          Issue.record("\(what()): no place for \(diagnostic.message)")
          continue
        }
      }
      if let last = result.diagnostics.last { #expect(!DiagnosticPrinter().text(of: last).isEmpty) }
    }
    _ = ParseOutcome(source)
  }

  @Test func everyPrefix() {
    let catalog = Session(commands: StandInRegistry.commands).catalog
    #expect(!Self.scripts.isEmpty)
    for bytes in Self.scripts {
      for length in 0...bytes.count { check(Array(bytes[..<length]), catalog, "first \(length) bytes of an example") }
    }
    // Of the transcripts as many as there is room for.
    let total = Self.entries.map(\.count).reduce(0, +)
    let step = max(1, total / max(1, Self.caseCount))
    for bytes in Self.entries {
      for length in stride(from: 0, through: bytes.count, by: step) {
        check(
          Array(bytes[..<length]), catalog, "first \(length) bytes of \(String(decoding: bytes, as: UTF8.self))")
      }
    }
  }

  @Test func oneByteChanged() {
    let catalog = Session(commands: StandInRegistry.commands).catalog
    var random = SplitMix64(state: Self.seed)
    let interesting = Array("(){}[]|\"'$\\\n;#&<>=.,:-? \t\r\u{0}".utf8)
    for index in 0..<Self.caseCount {
      var bytes = Self.corpus[Int.random(in: 0..<Self.corpus.count, using: &random)]
      guard !bytes.isEmpty else { continue }
      let place = Int.random(in: 0..<bytes.count, using: &random)
      bytes[place] =
        Bool.random(using: &random)
        ? UInt8.random(in: 0...255, using: &random) : interesting[Int.random(in: 0..<interesting.count, using: &random)]
      check(bytes, catalog, "case \(index): \(String(decoding: bytes, as: UTF8.self))")
    }
  }

  @Test func randomBytes() {
    let catalog = Session(commands: StandInRegistry.commands).catalog
    var random = SplitMix64(state: Self.seed &+ 1)
    for index in 0..<Self.caseCount {
      let length = Int.random(in: 0...80, using: &random)
      let isPrintable = Bool.random(using: &random)
      let bytes = (0..<length).map { _ in
        isPrintable ? UInt8.random(in: 0x20...0x7E, using: &random) : UInt8.random(in: 0...255, using: &random)
      }
      check(bytes, catalog, "case \(index): \(bytes)")
    }
  }

  @Test func randomTokens() {
    let catalog = Session(commands: StandInRegistry.commands).catalog
    let tokens =
      Array(
        Set(Self.corpus.flatMap { String(decoding: $0, as: UTF8.self).split(separator: " ").map(String.init) })
      ).sorted() + ["(", ")", "[", "]", "{", "}", "|", "${", "\"", "'", "\n", ";", "\\\n", "$it", "=", ",", ":"]
    var random = SplitMix64(state: Self.seed &+ 2)
    for index in 0..<Self.caseCount {
      var text = ""
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        text += tokens[Int.random(in: 0..<tokens.count, using: &random)] + (Bool.random(using: &random) ? " " : "")
      }
      check(Array(text.utf8), catalog, "case \(index): \(text)")
    }
  }

  // MARK: Runs

  /// Random programs, stopped after a random number of steps: they end, with a value or an error.
  @Test func randomPrograms() {
    let session = Session(commands: [Tick(), Ticks()])
    var ran = 0
    let count = Self.caseCount / 5
    for index in 0..<count {
      var generator = ProgramGenerator(seed: Self.seed &+ UInt64(index) &* 7919)
      let text = generator.program()
      Self.note(Array(text.utf8))
      // Types that never fit are for the run here: the check would stop most of these programs.
      let result = Checker.check(
        source: Source(name: "random.acr", text: text), catalog: session.catalog, reportsTypes: false)
      guard let script = result.script else { continue }
      ran += 1
      let run = RunContext(sink: DiscardingSink())
      Steps.shared.start(run, limit: Int.random(in: 0...300, using: &generator.random))
      if case .failed(let error) = session.run(script, in: run) {
        #expect(!DiagnosticPrinter().text(of: error.diagnostic).isEmpty)
      }
    }
    #expect(ran * 3 > count, "only \(ran) of \(count) programs pass the check")
  }
}

/// Counts the steps of the run at hand and interrupts it when there were enough.
private final class Steps: Sendable {
  static let shared = Steps()
  private let state = Mutex<(run: RunContext?, left: Int)>((nil, 0))

  func start(_ run: RunContext, limit: Int) { state.withLock { $0 = (run, limit) } }

  func step() {
    let run = state.withLock { state -> RunContext? in
      state.left -= 1
      // Again and again, because a `finally` goes on after the first time.
      return state.left <= 0 && state.left % 20 == 0 ? state.run : nil
    }
    run?.interrupt()
  }
}

private struct Tick: Command {
  let signature = Signature("tick", summary: "Counts a step", group: .work)

  func run(_ call: Call<NoParameters>) throws -> Output {
    Steps.shared.step()
    return .nothing
  }
}

private struct Ticks: Command {
  let signature = Signature("ticks", summary: "Gives rows, each a step", group: .work)

  func run(_ call: Call<NoParameters>) throws -> Output {
    var row: Int64 = 0
    return .rows(
      RowStream {
        Steps.shared.step()
        row += 1
        return .int(row)
      })
  }
}

/// Takes everything and keeps nothing.
final class DiscardingSink: OutputSink {
  func show(_ output: Output, as format: OutputFormat?) throws {
    let value = try output.collected()
    _ = TableLayout(width: 80).lines(value)
  }
  func print(_ text: String) throws {}
  func message(_ text: String) {}
}
