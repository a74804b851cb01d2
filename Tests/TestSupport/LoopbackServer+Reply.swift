extension LoopbackServer {
  /// What the server does in answer to one request: a head, and a script for what follows it.
  public struct Reply: Sendable {
    /// One thing to do after the head was sent.
    public enum Step: Sendable {
      /// Send bytes of the body.
      case bytes([UInt8])
      /// Send that many zero bytes, without holding them in memory.
      case zeros(Int)
      /// Send the same bytes so many times.
      case repeated([UInt8], times: Int)
      /// Wait before the next step.
      case pause(Duration)
      /// Do nothing more until the server stops or the client leaves.
      case stall
      /// Close the connection in order (FIN), whatever was promised.
      case close
      /// Break the connection (RST).
      case reset
    }

    /// What the head says about the length of the body.
    public enum Framing: Sendable, Equatable {
      /// `Content-Length` with the number of bytes that the steps send.
      case length
      /// `Content-Length` with this number, right or wrong.
      case declared(Int)
      /// `Transfer-Encoding: chunked`, one chunk for each step that sends bytes.
      case chunked
      /// Neither: the body ends where the connection does.
      case untilClose
      /// There is no head: the steps send all the bytes there are.
      case raw
    }

    /// The status code.
    public var status: Int
    /// The fields; those of the framing are added.
    public var headers: HeaderFields
    /// What happens after the head, in order.
    public var steps: [Step]
    /// How the body's end is told.
    public var framing: Framing
    /// Whether the connection ends after this answer; `Connection: close` is sent then.
    public var closes = false

    /// Creates an answer from its parts.
    public init(_ status: Int = 200, _ headers: HeaderFields = [:], steps: [Step] = [], framing: Framing = .length) {
      self.status = status
      self.headers = headers
      self.steps = steps
      self.framing = framing
    }

    /// An answer whose body is bytes.
    public init(_ status: Int = 200, _ headers: HeaderFields = [:], body: [UInt8]) {
      self.init(status, headers, steps: [.bytes(body)])
    }

    /// An answer whose body is text.
    public init(_ status: Int = 200, _ headers: HeaderFields = [:], text: String) {
      self.init(status, headers, body: Array(text.utf8))
    }

    /// An answer whose body is JSON text, with the content type of JSON unless `headers` has another.
    public static func json(_ text: String, status: Int = 200, headers: HeaderFields = [:]) -> Reply {
      var headers = headers
      if headers["content-type"] == nil { headers["Content-Type"] = "application/json" }
      return Reply(status, headers, text: text)
    }

    /// A chunked body of these pieces, with a pause in front of each but the first.
    public static func chunked(
      _ status: Int = 200, _ headers: HeaderFields = [:], pieces: [[UInt8]], pause: Duration = .zero
    ) -> Reply {
      var steps: [Step] = []
      for (index, piece) in pieces.enumerated() {
        if index > 0 && pause > .zero { steps.append(.pause(pause)) }
        steps.append(.bytes(piece))
      }
      return Reply(status, headers, steps: steps, framing: .chunked)
    }

    /// The head for all of `body`, the first `count` bytes of it, and then the end of the connection.
    /// - Parameter reset: whether the end is RST rather than FIN.
    public static func cut(
      _ status: Int = 200, _ headers: HeaderFields = [:], body: [UInt8], after count: Int, reset: Bool
    ) -> Reply {
      Reply(
        status, headers, steps: [.bytes(Array(body.prefix(count))), reset ? .reset : .close],
        framing: .declared(body.count))
    }

    /// No answer at all until the server stops.
    public static let stall = Reply(steps: [.stall], framing: .raw)

    /// No answer, and the end of the connection.
    public static func hangUp(reset: Bool) -> Reply { Reply(steps: [reset ? .reset : .close], framing: .raw) }

    /// These bytes and nothing else, then the end of the connection.
    public static func raw(_ text: String) -> Reply {
      Reply(steps: [.bytes(Array(text.utf8)), .close], framing: .raw)
    }

    /// The head as text; empty for ``Framing/raw``.
    var head: String {
      if framing == .raw { return "" }
      var text = "HTTP/1.1 \(status) \(Reply.reason(status))\r\n"
      for (name, value) in headers.all { text += "\(name): \(value)\r\n" }
      switch framing {
      // No Content-Length with these (RFC 9110, section 8.6).
      case .length where status == 204 || status == 304 || status < 200: break
      // An answer to HEAD may give the length of the body it does not have.
      case .length where headers["content-length"] != nil: break
      case .length: text += "Content-Length: \(bodyCount)\r\n"
      case .declared(let count): text += "Content-Length: \(count)\r\n"
      case .chunked: text += "Transfer-Encoding: chunked\r\n"
      case .untilClose, .raw: break
      }
      if closes || framing == .untilClose { text += "Connection: close\r\n" }
      return text + "\r\n"
    }

    /// The bytes of all steps as text.
    var bodyText: String {
      steps.map { step in
        if case .bytes(let bytes) = step { String(decoding: bytes, as: UTF8.self) } else { "" }
      }.joined()
    }

    private var bodyCount: Int {
      steps.reduce(0) { sum, step in
        switch step {
        case .bytes(let bytes): sum + bytes.count
        case .zeros(let count): sum + count
        case .repeated(let bytes, let times): sum + bytes.count * times
        default: sum
        }
      }
    }

    private static func reason(_ status: Int) -> String {
      switch status {
      case 200: "OK"
      case 201: "Created"
      case 202: "Accepted"
      case 204: "No Content"
      case 206: "Partial Content"
      case 307: "Temporary Redirect"
      case 400: "Bad Request"
      case 401: "Unauthorized"
      case 403: "Forbidden"
      case 404: "Not Found"
      case 416: "Range Not Satisfiable"
      case 429: "Too Many Requests"
      case 500: "Internal Server Error"
      case 503: "Service Unavailable"
      default: "Status"
      }
    }
  }
}
