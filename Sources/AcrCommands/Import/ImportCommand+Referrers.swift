import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// Signatures, attestations, SBOMs and other referrers, which come along with an image.
extension ImportCommand {
  /// How much of what is about an image is looked for.
  enum ReferrerExtent: Sendable {
    case nothing
    /// Of an image that is there already, only what is about the image itself.
    case usual
    /// Also what is about the platforms of an image that is there already.
    case everything
  }

  /// What the flags ask for. With `--no-preflight` an import by Azure sends only the requests that the Azure CLI sends.
  /// - Throws: ``ArgumentError`` for both flags at once.
  func referrerExtent(_ given: GivenArguments<Parameters>, _ engine: ImportEngine) throws -> ReferrerExtent {
    guard !given[\.noReferrers] else {
      guard !given[\.referrers] else {
        throw ArgumentError(
          given.parameters.noReferrers,
          AcrError(.usage, "`--referrers` and `--no-referrers` cannot be combined", help: "leave one out"))
      }
      return .nothing
    }
    if given[\.referrers] { return .everything }
    return engine == .service && given[\.noPreflight] ? .nothing : .usual
  }

  /// Says that signatures and other referrers are not looked for, where no flag for them says so.
  /// - Throws: ``ArgumentError`` for `--referrers` where nobody waits for the image.
  func tellWhatStays(_ given: GivenArguments<Parameters>, _ sink: any OutputSink) throws {
    if given[\.noWait] {
      guard !given[\.referrers] else {
        throw ArgumentError(
          given.parameters.referrers,
          AcrError(
            .usage, "`--referrers` and `--no-wait` cannot be combined: referrers are copied once the image is there",
            help: "leave one out; or run the line again with --referrers when the import has ended"))
      }
      guard !given[\.noReferrers] else { return }
      sink.message(
        "note: with --no-wait, signatures and other referrers are not copied; when the import has ended, the same line with "
          + "--referrers brings them")
    } else if given[\.noPreflight], !given[\.referrers], !given[\.noReferrers] {
      sink.message("note: with --no-preflight, signatures and other referrers are not copied; --referrers brings them")
    }
  }

  /// Brings what is about an image that is there now. Azure imports only the image, so this machine copies the rest. What
  /// cannot be brought is a note.
  /// - Parameters:
  ///   - silent: hosts that this machine may not reach, though Azure does.
  ///   - lookup: what the imports of a run share.
  func bringReferrers(
    _ result: inout ImportResult, _ request: ImportRequest, _ extent: ReferrerExtent, silent: SilentHosts? = nil,
    lookup: ReferrerLookup = ReferrerLookup(), _ sink: any OutputSink
  ) async throws {
    guard extent != .nothing else { return }
    var digest = result.digest
    if digest == nil, extent == .everything {
      digest = try? await request.source.store.manifest(request.source.selector).digest
    }
    guard let digest else {
      // Who cannot read the target cannot write to it.
      return sink.message(
        "note: \(request.targets.first?.displayName ?? "the target") cannot be read from here, so signatures and other "
          + "referrers of the image were not copied")
    }
    let counts = try await session.engine.bringReferrers(
      of: digest, request, lookup: lookup, isRootOnly: extent == .usual && result.isUnchanged, silent: silent)
    for note in counts.notes { sink.message("note: \(note)") }
    result.referrers = counts
  }

  /// How many would come.
  func countReferrers(
    _ plan: ImportPlan, _ request: ImportRequest, _ extent: ReferrerExtent, _ sink: any OutputSink
  ) async throws -> Int {
    guard extent != .nothing else { return 0 }
    let counts = try await session.engine.bringReferrers(
      of: plan.root.digest, request, isRootOnly: extent == .usual && plan.isUnchanged, isDryRun: true)
    for note in counts.notes { sink.message("note: \(note)") }
    return counts.copied
  }
}
