/// What a server can make this program do, and how much of it is allowed. Each limit has a sentence of its own, and all are
/// raised in the same way: `acrsh --limit NAME=VALUE`.
public enum WireLimit: String, Sendable, Hashable, CaseIterable {
  /// Bytes of one document: a manifest, a configuration, a token, the text of an error.
  case document
  /// Bytes of one page of a list.
  case list
  /// Values in one JSON document: members, items, texts, numbers.
  case values
  /// Bytes of all documents that one operation holds at a time.
  case memory
  /// Pages of one list.
  case pages
  /// Rows of one list.
  case rows
  /// Manifests that one operation reads.
  case manifests
  /// Indexes inside indexes.
  case nesting
  /// Redirects of one request.
  case redirects
  /// New tokens for one request.
  case signIns = "sign-ins"
  /// Bytes of the header and trailer fields of one answer.
  case headers
  /// Files in the layers of one image.
  case files
  /// Bytes of one layer, decompressed.
  case unpacked
  /// How many times larger a layer may become when it is decompressed.
  case growth

  /// True where the limit is a number of bytes.
  public var isBytes: Bool {
    switch self {
    case .document, .list, .memory, .headers, .unpacked: true
    default: false
    }
  }

  /// What holds unless an option says otherwise.
  public var standard: Int64 {
    switch self {
    case .document: 8 << 20
    case .list: 32 << 20
    case .values: 1_000_000
    case .memory: 128 << 20
    case .pages: 10_000
    case .rows: 2_000_000
    case .manifests: 100_000
    case .nesting: 8
    case .redirects: 10
    case .signIns: 3
    case .headers: 256 << 10
    case .files: 500_000
    case .unpacked: 64 << 30
    case .growth: 250
    }
  }

  /// What is limited, for help and reference.
  public var summary: String {
    switch self {
    case .document: "bytes of one manifest, configuration or token"
    case .list: "bytes of one page of a list"
    case .values: "values in one JSON document"
    case .memory: "bytes of the documents that one operation holds"
    case .pages: "pages of one list"
    case .rows: "rows of one list"
    case .manifests: "manifests that one operation reads"
    case .nesting: "indexes inside indexes"
    case .redirects: "redirects of one request"
    case .signIns: "new tokens for one request"
    case .headers: "bytes of the header and trailer fields of one answer"
    case .files: "files in the layers of one image"
    case .unpacked: "bytes of one layer, decompressed"
    case .growth: "times that a layer of more than 256 MiB grows when it is decompressed"
    }
  }

  /// A value of this limit as `--limit` takes it: `8MiB`, `10000`.
  public func text(_ value: Int64) -> String {
    guard isBytes else { return String(value) }
    for (unit, factor) in [("GiB", Int64(1) << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] where value % factor == 0 {
      return "\(value / factor)\(unit)"
    }
    return "\(value)B"
  }

  /// Reads a value of this limit: a whole number, for bytes with B, KB, MB, GB, KiB, MiB or GiB behind it; nil for anything
  /// else, and for less than 1.
  public func value(_ text: some StringProtocol) -> Int64? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = WireSize(digits: digits)?.bytes, number >= 1 else { return nil }
    let factor: Int64? =
      switch text[digits.endIndex...] {
      case "": isBytes ? nil : 1
      case "B" where isBytes: 1
      case "KB" where isBytes: 1000
      case "MB" where isBytes: 1_000_000
      case "GB" where isBytes: 1_000_000_000
      case "KiB" where isBytes: 1 << 10
      case "MiB" where isBytes: 1 << 20
      case "GiB" where isBytes: 1 << 30
      default: nil
      }
    guard let factor else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
  }

  fileprivate func sentence(_ place: String, _ value: String) -> String {
    switch self {
    case .document, .list: "\(place) is longer than \(value)"
    case .values: "\(place) has more than \(value) JSON values"
    case .memory: "\(place) needs more than \(value) of memory for what registries send"
    case .pages: "\(place) has more than \(value) pages"
    case .rows: "\(place) has more than \(value) rows"
    case .manifests: "\(place) needs more than \(value) manifests"
    case .nesting: "\(place) has indexes inside indexes, more than \(value) deep"
    case .redirects: "\(place) was redirected more than \(value) times"
    case .signIns:
      "\(place) was refused with \(value) new tokens: each time the server asked for another scope"
    case .headers: "\(place) has more than \(value) of header and trailer fields"
    case .files: "\(place) has more than \(value) files in its layers"
    case .unpacked: "\(place) has more than \(value) when it is decompressed"
    case .growth: "\(place) grows to more than \(value) times its size when it is decompressed"
    }
  }
}

/// The limits of a session.
public struct WireLimits: Sendable, Hashable {
  private var raised: [WireLimit: Int64] = [:]

  /// The usual limits.
  public static let standard = WireLimits()

  /// Creates the usual limits.
  public init() {}

  /// The value of one limit, 1 or more.
  public subscript(limit: WireLimit) -> Int64 {
    get { raised[limit] ?? limit.standard }
    set { raised[limit] = max(1, newValue) }
  }

  /// Takes `NAME=VALUE` as `--limit` has it.
  /// - Throws: ``AcrError`` of kind `usage` that lists the limits.
  public mutating func set(_ text: String) throws(AcrError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let limit = WireLimit(rawValue: String(parts[0])) else {
      let names = WireLimit.allCases.map { "\($0.rawValue)=\($0.text($0.standard))" }.joined(separator: ", ")
      throw AcrError(.usage, "`--limit \(text)` is not a known limit", help: "the limits and their values: \(names)")
    }
    guard let value = limit.value(parts[1]) else {
      throw AcrError(
        .usage, "`\(parts[1])` is not a valid value for the limit `\(limit.rawValue)` (\(limit.summary))",
        help: limit.isBytes ? "a whole number with B, KB, MB, GB, KiB, MiB or GiB: 256MiB" : "a whole number, 1 or more"
      )
    }
    self[limit] = value
  }

  /// The value of one limit for counters of this side.
  public func count(_ limit: WireLimit) -> Int { Int(clamping: self[limit]) }

  /// The error for something that has more than a limit allows.
  /// - Parameter place: what it is, as the beginning of a sentence: ``the list of tags of `HOST/NAME` ``.
  public func exceeded(_ limit: WireLimit, by place: String, target: String? = nil) -> AcrError {
    let value = self[limit]
    let (twice, overflow) = value.multipliedReportingOverflow(by: 2)
    let next = limit.text(overflow ? .max : twice)
    return AcrError(
      .invalid, limit.sentence(place, limit.text(value)),
      help: "if the server means it, raise the limit: acrsh --limit \(limit.rawValue)=\(next)", code: WireLimits.code,
      target: target)
  }

  /// The code of errors about limits.
  public static let code = "LIMIT_EXCEEDED"
}
