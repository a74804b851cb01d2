/// What went wrong, in one of a few kinds a script can test for. The kinds and their names are those of the language
/// (`$e.kind`), so they are part of the promise to scripts and only grow.
public struct ErrorKind: Hashable, Sendable, CustomStringConvertible {
  /// The name a script sees, for example `not-found`.
  public let name: String

  /// Creates a kind by its name. Prefer the constants; this is for reading names back (`retry --on throttled`).
  public init?(name: String) {
    guard let kind = ErrorKind.all.first(where: { $0.name == name }) else { return nil }
    self = kind
  }

  private init(_ name: String) { self.name = name }

  /// The call itself was wrong: a flag, a value, a combination.
  public static let usage = ErrorKind("usage")
  /// Not signed in, or the credentials were refused (HTTP 401).
  public static let auth = ErrorKind("auth")
  /// Signed in, and not allowed (HTTP 403).
  public static let denied = ErrorKind("denied")
  /// A registry, repository, tag, manifest or file that is not there (HTTP 404).
  public static let notFound = ErrorKind("not-found")
  /// Something is there already, and replacing it was not asked for.
  public static let conflict = ErrorKind("conflict")
  /// Too many requests (HTTP 429), also after all tries.
  public static let throttled = ErrorKind("throttled")
  /// No connection, a broken one, a name that does not resolve, a certificate that does not hold.
  public static let network = ErrorKind("network")
  /// No answer in the time allowed.
  public static let timeout = ErrorKind("timeout")
  /// Data that is not what it says it is: a wrong digest, a manifest that does not parse, text that is not UTF-8.
  public static let invalid = ErrorKind("invalid")
  /// The server failed (HTTP 5xx).
  public static let server = ErrorKind("server")
  /// ^C or the end of a parallel run.
  public static let cancelled = ErrorKind("cancelled")
  /// `throw` in a script.
  public static let thrown = ErrorKind("thrown")
  /// A signature, an attestation or an image that a check or a policy does not accept.
  public static let rejected = ErrorKind("rejected")
  /// Another run holds the lock that was asked for.
  public static let locked = ErrorKind("locked")
  /// A run had to end by a certain time, and was not done.
  public static let deadline = ErrorKind("deadline")
  /// A limit that the host set for a run. No script sees it, so that it is not among ``all``.
  public static let limit = ErrorKind("limit")

  /// Every kind a script can see, in the order of the manual.
  public static let all: [ErrorKind] = [
    .usage, .auth, .denied, .notFound, .conflict, .throttled, .network, .timeout, .invalid, .server, .cancelled,
    .thrown, .rejected, .locked, .deadline,
  ]

  public var description: String { name }

  /// The exit code of the process when an error of this kind ends a script (docs/manual.md, "Exit codes").
  public var exitCode: Int32 {
    switch self {
    case .usage: 2
    case .notFound: 3
    case .auth, .denied: 4
    case .throttled, .network, .timeout: 5
    case .rejected: 7
    case .deadline: 8
    case .locked: 9
    case .cancelled: 130
    default: 1
    }
  }
}

/// One failure as data: what the layers below the shell throw. The place in the script is added by the evaluator,
/// the layout by the diagnostics printer. No part of it may hold a secret; values that could are of type ``Secret``.
public struct AcrError: Error, Sendable {
  /// The kind, which decides the exit code and what `retry --on` matches.
  public var kind: ErrorKind
  /// One sentence without a final full stop: what happened, and where.
  public var message: String
  /// What to do about it, or nil when there is nothing sensible to advise.
  public var help: String?
  /// The HTTP status, when a server answered.
  public var status: Int?
  /// The server's own error code, for example `MANIFEST_UNKNOWN`.
  public var code: String?
  /// The host that answered or that was asked.
  public var target: String?
  /// The server's id of the request, for its support.
  public var requestID: String?
  /// How long the server asked to wait.
  public var retryAfter: Duration?
  /// What was being done, for example `importing docker.io/library/alpine:3.20`; stands beside the place in a diagnostic.
  public var activity: String?
  /// Further facts, one line each.
  public var notes: [String]

  /// Creates an error; everything but kind and message is optional.
  public init(
    _ kind: ErrorKind, _ message: String, help: String? = nil, status: Int? = nil, code: String? = nil,
    target: String? = nil, requestID: String? = nil, retryAfter: Duration? = nil, activity: String? = nil,
    notes: [String] = []
  ) {
    self.kind = kind
    self.message = message
    self.help = help
    self.status = status
    self.code = code
    self.target = target
    self.requestID = requestID
    self.retryAfter = retryAfter
    self.activity = activity
    self.notes = notes
  }
}

extension AcrError: CustomStringConvertible {
  public var description: String { "\(kind): \(message)" }
}
