import AcrCore
import OCIRegistry

/// One thing that is looked at before the service is asked to import.
public struct PreflightCheck: Sendable {
  /// What is looked at. The names are part of the promise to scripts; the order is that of a report.
  public enum Name: String, Sendable, CaseIterable {
    /// The target's tier can import.
    case targetTier = "target-tier"
    /// The target is neither being made nor being deleted.
    case targetState = "target-state"
    /// The service gets past the target's network rules.
    case targetNetwork = "target-network"
    /// No tag is in the way.
    case targetTags = "target-tags"
    /// Docker Hub's own images are in `library/`.
    case dockerLibrary = "docker-library"
    /// Docker Hub's limit of pulls.
    case dockerHub = "docker-hub"
    /// The source's registry answers, and has the image.
    case source
    /// The source's registry is neither being made nor being deleted.
    case sourceState = "source-state"
    /// The service reaches the source's registry.
    case sourceNetwork = "source-network"
    /// The source's tenant, where that is another one than the target's.
    case sourceTenant = "source-tenant"
    /// Images may leave the source's registry.
    case sourceExport = "source-export"
    /// There are no more manifests than the service imports.
    case manifests
    /// The source answers ranges (RFC 7233).
    case ranges
  }

  /// What came of it.
  public enum Result: String, Sendable, CaseIterable {
    /// All is well.
    case passed
    /// It may go wrong, and this machine cannot tell.
    case warning
    /// The import would fail.
    case failed
    /// It was not looked at, for the reason that the detail gives.
    case skipped
  }

  /// What was looked at.
  public let name: Name
  /// What came of it.
  public let result: Result
  /// What was found, in a sentence without a final full stop.
  public let detail: String
  /// What to do about it; nil where there is nothing to do.
  public let cure: String?
  /// The error that a failed check becomes.
  let error: AcrError?

  /// All is well.
  static func passed(_ name: Name, _ detail: String) -> PreflightCheck {
    PreflightCheck(name: name, result: .passed, detail: detail, cure: nil, error: nil)
  }

  /// It was not looked at.
  static func skipped(_ name: Name, _ reason: String) -> PreflightCheck {
    PreflightCheck(name: name, result: .skipped, detail: reason, cure: nil, error: nil)
  }

  /// It may go wrong.
  static func warning(_ name: Name, _ detail: String, cure: String? = nil) -> PreflightCheck {
    PreflightCheck(name: name, result: .warning, detail: detail, cure: cure, error: nil)
  }

  /// The import would fail.
  static func failed(_ name: Name, _ error: AcrError) -> PreflightCheck {
    PreflightCheck(name: name, result: .failed, detail: error.message, cure: error.help, error: error)
  }
}

/// What came of all checks.
public struct PreflightReport: Sendable {
  /// The checks in the order of their names.
  public let checks: [PreflightCheck]
  /// The source's digest, where all targets have tags that point at it already: there is nothing to import then.
  public let present: Digest?
  /// The source's digest, where it is known.
  public let source: Digest?
  /// True where source and target are known, and a tag of the target is missing or points at something else.
  public let differs: Bool
  /// The type of the source's manifest, where it was read.
  public let mediaType: String?

  init(
    _ checks: [PreflightCheck], source: Digest? = nil, present: Digest? = nil, differs: Bool = false,
    mediaType: String? = nil
  ) {
    self.source = source
    self.differs = differs
    self.present = present
    self.mediaType = mediaType
    let order = PreflightCheck.Name.allCases
    self.checks = checks.sorted {
      (order.firstIndex(of: $0.name) ?? 0) < (order.firstIndex(of: $1.name) ?? 0)
    }
  }

  /// The checks with one result.
  public func checks(_ result: PreflightCheck.Result) -> [PreflightCheck] { checks.filter { $0.result == result } }

  /// True where nothing stands in the import's way.
  public var isGood: Bool { checks(.failed).isEmpty }

  /// The error for an import that would fail: the first failed check, with the others as notes. Nil where none failed.
  public var error: AcrError? {
    let failed = checks(.failed)
    guard let first = failed.first, var error = first.error else { return nil }
    error.notes += failed.dropFirst().map { check in
      "`\(check.name.rawValue)` failed, too: \(check.detail)\(check.cure.map { "; \($0)" } ?? "")"
    }
    error.notes.append(
      "found by the check `\(first.name.rawValue)` before anything was sent; --no-preflight skips it")
    return error
  }
}
