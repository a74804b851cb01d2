import TestSupport

extension Lie {
  /// Answers whose bytes are not those of an HTTP answer in good order.
  func wire(_ answer: Answer, _ context: LieContext, _ random: inout SeededGenerator) -> LoopbackServer.Reply {
    let bytes = Self.bytes(answer)
    let headCount = bytes.count - answer.body.count
    switch self {
    case .cut:
      let count = random.chance(30) ? random.below(headCount) : headCount + random.below(answer.body.count)
      return raw([.bytes(Array(bytes.prefix(count))), .close])
    case .reset: return raw([.bytes(Array(bytes.prefix(random.below(bytes.count + 1)))), .reset])
    case .hangUp: return .hangUp(reset: random.chance(50))
    case .stall:
      let count = random.pick([0, random.below(headCount), headCount, headCount + random.below(answer.body.count)])
      return raw([.bytes(Array(bytes.prefix(count))), .stall])
    case .drip:
      // Slow for as long as a test has time for.
      let slow = bytes.prefix(random.pick([5, 20, 40]))
      let steps = slow.flatMap { [LoopbackServer.Reply.Step.bytes([$0]), .pause(.milliseconds(8))] }
      return raw(steps + [.bytes(Array(bytes.dropFirst(slow.count))), .close])
    case .noise: return raw([.bytes(Self.noise(answer, &random)), .close])
    case .endless: return endless(answer, &random)
    default: return framing(answer, &random)
    }
  }

  private func raw(_ steps: [LoopbackServer.Reply.Step]) -> LoopbackServer.Reply {
    LoopbackServer.Reply(steps: steps, framing: .raw)
  }

  private static func head(_ answer: Answer, _ framing: [String]) -> [UInt8] {
    let fields = answer.headers.map { "\($0.name): \($0.value)" } + framing
    return Array("HTTP/1.1 \(answer.status) Status\r\n\(fields.joined(separator: "\r\n"))\r\n\r\n".utf8)
  }

  private static func bytes(_ answer: Answer) -> [UInt8] {
    head(answer, ["Content-Length: \(answer.body.count)"]) + answer.body
  }

  private func framing(_ answer: Answer, _ random: inout SeededGenerator) -> LoopbackServer.Reply {
    let size = String(answer.body.count, radix: 16)
    let chunk = Array("\(size)\r\n".utf8) + answer.body + [13, 10]
    let lengths = [
      "0", "1", "-1", "\(answer.body.count + 1)", "\(max(0, answer.body.count - 1))", "9223372036854775807",
      "9223372036854775808", "x", "", "\(answer.body.count), 0",
    ]
    switch random.below(7) {
    case 0...2:
      return raw([.bytes(Self.head(answer, ["Content-Length: \(random.pick(lengths))"]) + answer.body), .close])
    case 3:
      let both = ["Content-Length: \(random.pick(lengths))", "Transfer-Encoding: chunked"]
      return raw([.bytes(Self.head(answer, both) + chunk + Array("0\r\n\r\n".utf8)), .close])
    case 4:
      let sizes = [
        "ffffffffffffffff\r\n", "7fffffffffffffff\r\n", "-1\r\n", "\r\n", "zz\r\n", "0\r\n", "\(size);\(size)\r\n",
      ]
      return raw([
        .bytes(Self.head(answer, ["Transfer-Encoding: chunked"]) + Array(random.pick(sizes).utf8) + answer.body),
        .close,
      ])
    case 5: return raw([.bytes(Self.head(answer, []) + answer.body), .close])
    default:
      let more = Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".utf8)
      return raw([.bytes(Self.bytes(answer) + more), .close])
    }
  }

  private func endless(_ answer: Answer, _ random: inout SeededGenerator) -> LoopbackServer.Reply {
    let chunked = ["Transfer-Encoding: chunked"]
    let block = [UInt8](repeating: 0x20, count: 65536)
    switch random.below(6) {
    case 0: return raw([.bytes(Self.head(answer, ["Content-Length: 1099511627776"]) + answer.body), .zeros(1 << 40)])
    case 1: return raw([.bytes(Self.head(answer, []) + answer.body), .zeros(1 << 40)])
    case 2:
      return raw([
        .bytes(Self.head(answer, chunked)), .repeated(Array("10000\r\n".utf8) + block + [13, 10], times: 1 << 30),
      ])
    case 3:
      let line = Array("X-Trailer: \(String(repeating: "t", count: 1000))\r\n".utf8)
      return raw([.bytes(Self.head(answer, chunked) + Array("0\r\n".utf8)), .repeated(line, times: 1 << 30)])
    case 4:
      let lines = Array(String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 100).utf8)
      return raw([.repeated(lines, times: 1 << 30)])
    default:
      let line = Array("X-Header: \(String(repeating: "h", count: 1000))\r\n".utf8)
      return raw([.bytes(Array("HTTP/1.1 200 OK\r\n".utf8)), .repeated(line, times: 1 << 30)])
    }
  }

  private static func noise(_ answer: Answer, _ random: inout SeededGenerator) -> [UInt8] {
    switch random.below(5) {
    case 0: return random.bytes(200)
    case 1: return Array("HTTP/9.9 \(random.pick(["200", "-1", "99999", ""])) ?\r\n\r\n".utf8)
    case 2: return Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)
    case 3: return Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    default:
      let control = "X-\u{0}A: \u{0}\u{1}\u{1B}[31m\r\n folded\r\nNoColon\r\n: empty\r\n"
      return Array("HTTP/1.1 \(answer.status) \u{1B}[2J\r\n\(control)Content-Length: \(answer.body.count)\r\n\r\n".utf8)
        + answer.body
    }
  }
}
