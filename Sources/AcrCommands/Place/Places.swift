import AcrCore
import OCIRegistry
import Synchronization

/// Where the person of a session is, and was before.
public final class Places: Sendable {
  private struct State {
    var current: Place?
    var previous: Place?
  }

  private let state = Mutex(State())

  /// Where the person is; nil for nowhere.
  public var current: Place? { state.withLock { $0.current } }

  /// Where the person was before the last move.
  var previous: Place? { state.withLock { $0.previous } }

  func move(to place: Place?) {
    state.withLock { state in
      (state.previous, state.current) = (state.current, place)
    }
  }

  /// Where `cd TEXT` leads: to a registry or a whole reference, or on from here.
  /// - Returns: nil for nowhere.
  /// - Throws: ``AcrError`` of kind `usage`.
  func target(of text: String) throws(AcrError) -> Place? {
    let here = current
    if text == "/" { return nil }
    guard var place = here, !Places.isWhole(text) else {
      guard !text.hasPrefix(".") else { throw Places.nowhere(text) }
      return try Place(reference: text)
    }
    var rest = text[...]
    while true {
      if rest == "." || rest.hasPrefix("./") {
        rest = rest.dropFirst(2)
      } else if rest == ".." || rest.hasPrefix("../") {
        guard let outer = place.outer else { return nil }
        (place, rest) = (outer, rest.dropFirst(3))
      } else {
        break
      }
    }
    try place.add(String(rest))
    return place
  }

  /// The whole reference of one that begins with a dot: `.`, `./api:1`, `../web`, `.:1.0`. Others stay as they are.
  /// - Throws: ``AcrError`` of kind `usage` where the person is nowhere.
  public func reference(_ text: String) throws(AcrError) -> String {
    guard Places.isRelative(text) else { return text }
    guard let here = current else { throw Places.nowhere(text) }
    if text == "." { return here.reference }
    var place = here.folder
    var rest = text[...]
    while rest.hasPrefix("./") || rest.hasPrefix("../") || rest == ".." {
      if rest.hasPrefix("./") {
        rest = rest.dropFirst(2)
        continue
      }
      guard let outer = place.outer else {
        throw AcrError(.usage, "`\(text)` leads out of \(here.host)", help: "`pwd` says where you are")
      }
      (place, rest) = (outer, rest.dropFirst(3))
    }
    if rest.hasPrefix(".:") || rest.hasPrefix(".@") { rest = rest.dropFirst() }
    let base = place.reference
    guard !rest.isEmpty else { return base }
    return rest.first == ":" || rest.first == "@" ? base + rest : "\(base)/\(rest)"
  }

  /// Whether a text counts from where the person is.
  static func isRelative(_ text: String) -> Bool {
    text == "." || text == ".." || ["./", "../", ".:", ".@"].contains { text.hasPrefix($0) }
  }

  /// Whether a text begins with a registry: a host with a dot, a port behind `localhost`, or one behind which a `/` follows.
  static func isWhole(_ text: String) -> Bool {
    guard !text.hasPrefix(".") else { return false }
    let first = text.prefix { $0 != "/" }
    let host = first.prefix { $0 != ":" && $0 != "@" }
    if host == "localhost" || first.hasPrefix("[") { return true }
    let rest = first.dropFirst(host.count)
    let isPort = rest.first == ":" && rest.dropFirst().allSatisfy(\.isNumber)
    if host.contains(".") { return rest.isEmpty || isPort }
    // `api:1` is a tag here, and `host:5000/api` a registry.
    return isPort && !host.isEmpty && text.contains("/")
  }

  private static func nowhere(_ text: String) -> AcrError {
    AcrError(
      .usage, "`\(text)` counts from where you are, and you are nowhere",
      help: "`cd HOST` goes to a registry; or write the whole reference")
  }
}
