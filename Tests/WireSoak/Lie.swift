import TestSupport

/// One way in which a server's answer is not what it should be.
enum Lie: String, CaseIterable, Sendable {
  case status, header, json, otherBody, page, empty, flip, cut, shorter, stall, drip, reset, framing, endless, noise,
    redirect, link
  case challenge, echo, heads, retryAfter, hangUp

  /// True where a client may take the answer for the truth: it is whole, well-formed and says something else. After such
  /// a lie, what a client does with it is no proof of a mistake.
  var isBelievable: Bool {
    switch self {
    case .status, .header, .json, .otherBody, .empty, .flip, .link, .challenge, .heads, .redirect, .framing, .shorter:
      true
    case .page, .cut, .stall, .drip, .reset, .endless, .noise, .echo, .retryAfter, .hangUp: false
    }
  }
}

/// What a lying server knows of the world around it.
struct LieContext: Sendable {
  /// How the client calls this server.
  var origin: String
  /// Another server, which should be told nothing.
  var foreign: String
  /// Digests that exist.
  var digests: [String]
  /// Bodies of other answers.
  var bodies: [[UInt8]]
  /// The request, to be echoed.
  var request: LoopbackServer.Request
  /// How often this request came, from 0.
  var occurrence: Int
  /// How many requests came before.
  var total: Int
}
