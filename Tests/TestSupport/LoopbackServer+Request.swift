import Foundation

extension LoopbackServer {
  /// One request as it came from a client.
  public struct Request: Sendable {
    /// For example `GET`.
    public let method: String
    /// The request target as written, for example `/v2/a/tags/list?n=5`.
    public let target: String
    /// The fields of the head.
    public let headers: HeaderFields
    /// Which connection it came on, counted from 1.
    public let connection: Int
    /// The body without chunk framing; empty where the server discards bodies, and while `early` decides.
    public var body: [UInt8] = []
    /// How many bytes the body had, kept or not.
    public var bodyCount = 0

    /// The target up to the `?`, percent-decoded.
    public var path: String {
      let raw = target.prefix { $0 != "?" }
      return raw.removingPercentEncoding ?? String(raw)
    }

    /// Names and values after the `?`, in their order, percent-decoded.
    public var query: [(name: String, value: String)] {
      Request.fields(target.drop { $0 != "?" }.dropFirst())
    }

    /// Names and values of a body of type `application/x-www-form-urlencoded`.
    public var form: [(name: String, value: String)] { Request.fields(Substring(text)) }

    /// The first value of a name in the query.
    public func queryValue(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// User and password of `Authorization: Basic …`; nil where there is none, or it does not decode.
    public var basicCredentials: (user: String, password: String)? {
      guard let value = headers["authorization"], value.lowercased().hasPrefix("basic "),
        let data = Data(base64Encoded: value.dropFirst(6).trimmingCharacters(in: .whitespaces))
      else { return nil }
      let text = String(decoding: data, as: UTF8.self)
      guard let colon = text.firstIndex(of: ":") else { return nil }
      return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    private static func fields(_ text: Substring) -> [(name: String, value: String)] {
      text.split(separator: "&").map { pair in
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let decoded = parts.map { part in
          let spaced = part.replacingOccurrences(of: "+", with: " ")
          return spaced.removingPercentEncoding ?? spaced
        }
        return (decoded[0], decoded.count > 1 ? decoded[1] : "")
      }
    }
  }

  /// A client that went away before the server was done with it.
  public struct Disconnect: Sendable {
    /// What the connection was doing.
    public enum Moment: Sendable, Equatable {
      /// Waiting for the next request, or for the first one: the usual end of a connection.
      case idle
      /// Its request was not complete.
      case duringRequest
      /// Its answer was not complete.
      case duringReply
    }

    /// Which connection, counted from 1.
    public let connection: Int
    /// When it happened.
    public let moment: Moment
    /// The target of the request that was left, nil while idle.
    public let target: String?
  }
}
