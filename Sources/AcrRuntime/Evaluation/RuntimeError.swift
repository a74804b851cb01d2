import AcrCore
import AcrLanguage
import Synchronization

/// An ``AcrError`` with its place in a script, and the calls it came through.
public struct RuntimeError: Error {
  /// What went wrong.
  public var error: AcrError
  /// The text in which it happened.
  public var source: Source
  /// Where in it.
  public var span: Span
  /// What stands behind the carets, when there is more to say about that place.
  public var label: String?
  /// The blocks and `def`s it came through, innermost first.
  public private(set) var trace: [TraceEntry] = []
  /// How many further calls there were: a deep recursion is not listed in full.
  public private(set) var untracedCount = 0

  /// One call on the way.
  public struct TraceEntry: Sendable {
    /// "block of `par-each`", "`tags-of`".
    public let what: String
    /// The text of the call.
    public let source: Source
    /// Where the call stands.
    public let span: Span
  }

  /// Creates an error with a place.
  public init(_ error: AcrError, source: Source, span: Span, label: String? = nil) {
    self.error = error
    self.source = source
    self.span = span
    self.label = label
  }

  /// Adds the next outer call.
  mutating func pass(through what: String, _ source: Source, _ span: Span) {
    if trace.count < 10 {
      trace.append(TraceEntry(what: what, source: source, span: span))
    } else {
      untracedCount += 1
    }
  }

  /// `mirror.acr:14:3`.
  public var place: String { RuntimeError.place(source, span) }

  static func place(_ source: Source, _ span: Span) -> String {
    let (line, column) = source.position(of: span.start)
    return "\(source.name):\(line):\(column)"
  }

  /// The finding a printer shows.
  public var diagnostic: Diagnostic {
    var notes = trace.map { entry in
      Diagnostic.Note("in", "\(entry.what) at \(RuntimeError.place(entry.source, entry.span))")
    }
    if untracedCount > 0 { notes.append(Diagnostic.Note("in", "\(untracedCount) more calls")) }
    if let id = error.requestID {
      let wait = error.retryAfter.map { "   the registry asked to wait \(DurationText.human($0.nanoseconds))" } ?? ""
      notes.append(Diagnostic.Note("request", id + wait))
    }
    for note in error.notes { notes.append(Diagnostic.Note("note", note)) }
    return Diagnostic(
      .error, kind: error.kind.name, error.message, source: source, span: span, label: label ?? error.activity,
      notes: notes,
      help: error.help)
  }

  /// The error as a script's `catch` sees it.
  public var record: Record { error.record(at: place) }
}

extension AcrError {
  /// The error as scripts see it, in `catch` and in the rows of what went on after it.
  /// - Parameter place: where it happened, `mirror.acr:14:3`; nil for an error without a place in a script.
  public func record(at place: String? = nil) -> Record {
    Record(
      shape: AcrError.recordShape,
      values: [
        .string(kind.name), .string(message), status.map { .int(Int64($0)) } ?? .null,
        code.map(Value.string) ?? .null, target.map(Value.string) ?? .null, requestID.map(Value.string) ?? .null,
        retryAfter.map { .duration($0.nanoseconds) } ?? .null, help.map(Value.string) ?? .null,
        place.map(Value.string) ?? .null,
      ])
  }

  private static let recordShape = Shape([
    "kind", "message", "status", "code", "target", "request_id", "retry_after", "help", "at",
  ])
}

extension Duration {
  /// The duration in nanoseconds; saturates outside 64 bits.
  public var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return overflow || carry ? (seconds < 0 ? .min : .max) : sum
  }
}

/// `exit` inside a block that a command runs: it passes through the command like an error that nothing catches.
package struct ExitRequest: Error {
  package let code: Int32

  package init(code: Int32) { self.code = code }
}

/// Errors that scripts caught or got as a record of `--keep-going`, so that `throw $e` passes on the same error with its
/// first place and trace. Used by all threads of a run.
final class CaughtErrors: Sendable {
  private let errors = Mutex<[RuntimeError]>([])
  private let textBytes = Atomic<Int>(0)
  private static let limit = 200

  /// What the texts of the errors take that are kept.
  var bytes: Int { textBytes.load(ordering: .relaxed) }

  private static func size(_ error: RuntimeError) -> Int {
    error.error.message.utf8.count + (error.error.help?.utf8.count ?? 0) + (error.error.code?.utf8.count ?? 0)
      + (error.error.target?.utf8.count ?? 0)
  }

  /// Keeps an error and gives its record.
  func record(of error: RuntimeError) -> Value {
    errors.withLock { errors in
      if errors.count >= CaughtErrors.limit {
        let forgotten = errors.prefix(CaughtErrors.limit / 2).reduce(0) { $0 + CaughtErrors.size($1) }
        errors.removeFirst(CaughtErrors.limit / 2)
        textBytes.subtract(forgotten, ordering: .relaxed)
      }
      errors.append(error)
      textBytes.add(CaughtErrors.size(error), ordering: .relaxed)
    }
    return .record(error.record)
  }

  /// The error a record was made from; nil when it was made by hand, or is too long ago.
  func original(of record: Record) -> RuntimeError? {
    errors.withLock { errors in
      errors.last { (try? Value.record($0.record).equals(.record(record))) ?? false }
    }
  }
}
