import AcrCore
import AcrRuntime
import AcrSystem
import Synchronization

/// The reports of a run: files, which are replaced whole, so that they can be read at any moment, and artifacts in registries.
final class RunReport: Sendable {
  private final class Shared: Sendable {
    let state: Mutex<State>
    init(_ report: Report) { state = Mutex(State(report: report)) }
    var report: Report { state.withLock { $0.report } }
  }

  private struct State {
    var report: Report
    /// Before this moment nothing is written.
    var next: ContinuousClock.Instant?
  }

  private enum Place: Sendable {
    case file(String, ReportFormat)
    case artifact(RemoteFile)
  }

  /// Writes of files come no closer together than this, and take no more than a tenth of the time.
  private static let interval = Duration.seconds(1)

  private let places: [Place]
  private let shared: Shared

  /// Creates the files, without rows.
  /// - Parameters:
  ///   - format: the form that was named; nil for that of each name. Artifacts are JSON unless another one is named.
  ///   - suffix: what is put behind the tags of artifacts.
  ///   - warn: takes what went wrong and did not stop the run.
  /// - Throws: ``AcrError`` where one cannot be written, and `usage` for an extension that is no format.
  init(
    _ names: [String], format: String?, _ report: Report, suffix: String, _ session: CommandContext, _ run: RunContext,
    warn: @escaping @Sendable (String) -> Void
  ) throws {
    let shared = Shared(report)
    self.shared = shared
    places = try names.map { name in
      guard FileArtifact.isReference(name) else { return .file(name, try ReportFormat(format, path: name)) }
      if report.isDryRun {
        throw AcrError(.usage, "a dry run writes nothing to a registry", help: "name a file for its report")
      }
      let format = try format.map { text throws(AcrError) in try ReportFormat(text, path: name) } ?? .json
      let artifact = try FileArtifact(name, .report, suffix: suffix, session)
      let known = try Blocking.wait(run) { try await artifact.digest() }
      return .artifact(
        RemoteFile(artifact, mediaType: format.mediaType, known: known) { other in
          if let other {
            warn(
              "warning: another run wrote \(artifact.name) meanwhile; what it wrote is \(other.digest) of that repository now"
            )
          }
          return Array(try shared.report.text(format).utf8)
        })
    }
    for case .file(let path, let format) in places { try RunReport.write(report, path, format) }
    for case .artifact(let file) in places { try Blocking.wait(run) { try await file.write() } }
  }

  /// Adds a row, and writes the files unless that was done a moment ago.
  func add(_ row: Record) {
    shared.state.withLock { state in
      state.report.rows.append(row)
      let start = ContinuousClock.now
      if let next = state.next, start < next { return }
      // What cannot be written is said at the end.
      for case .file(let path, let format) in places { try? RunReport.write(state.report, path, format) }
      let end = ContinuousClock.now
      state.next = end + max(RunReport.interval, (end - start) * 10)
    }
    for case .artifact(let file) in places { file.touch() }
  }

  /// Writes all of it.
  /// - Parameter change: says how the run ended.
  /// - Throws: ``AcrError`` where one cannot be written; the others are.
  func finish(_ change: @Sendable (inout Report) -> Void) throws(AcrError) {
    let report = shared.state.withLock { state in
      change(&state.report)
      return state.report
    }
    var failure: AcrError?
    for place in places {
      do throws(AcrError) {
        switch place {
        case .file(let path, let format): try RunReport.write(report, path, format)
        case .artifact(let file): try Blocking.last { try await file.finish() }
        }
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }

  private static func write(_ report: Report, _ path: String, _ format: ReportFormat) throws(AcrError) {
    try FileSystem.replace(path, with: Array(try report.text(format).utf8))
  }
}
