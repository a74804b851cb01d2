import TestSupport

extension Lie {
  /// What the server sends in place of the honest answer.
  func reply(to honest: Answer, _ context: LieContext, _ random: inout SeededGenerator) -> LoopbackServer.Reply {
    var answer = honest
    switch self {
    case .status: answer.status = random.pick(Self.statuses)
    case .header: changeHeader(&answer, context, &random)
    case .json:
      if let body = JSONLie.change(answer.body, digests: context.digests, &random) { answer.body = body }
    case .otherBody: if !context.bodies.isEmpty { answer.body = random.pick(context.bodies) }
    case .page:
      answer.status = random.pick([200, 200, 403, 404, 502])
      answer["Content-Type"] = random.pick(["text/html; charset=utf-8", "application/json", "text/plain"])
      answer.body = Array(random.pick(Self.pages).utf8)
    case .empty: answer.body = Array(random.pick(["", " ", "{}", "[]", "null", "0", "\"\"", "{\"status\":5}"]).utf8)
    case .flip:
      for _ in 0..<random.pick([1, 1, 5]) where !answer.body.isEmpty {
        answer.body[random.below(answer.body.count)] ^= UInt8(1 << random.below(8))
      }
    case .shorter: answer.body = Array(answer.body.prefix(random.below(answer.body.count)))
    case .redirect:
      answer.status = random.pick([301, 302, 303, 307, 307, 308])
      answer["Location"] = random.pick(Self.addresses(context))
    case .link:
      answer["Link"] = random.pick(Self.addresses(context).map { "<\($0)>; rel=\"next\"" } + Self.oddLinks(context))
    case .challenge: challenge(&answer, context, &random)
    case .echo: echo(&answer, context, &random)
    case .heads:
      answer.headers += (0..<random.pick([2, 200, 3000])).map { ("X-Filler-\($0)", "value \($0)") }
      if random.chance(30) { answer.headers.append(("X-Long", String(repeating: "x", count: 250_000))) }
    case .retryAfter:
      answer.status = random.pick([429, 503, 503, 408])
      answer["Retry-After"] = random.pick([
        "0", "1", "2", "-1", "86400", "9223372036854775807", "Fri, 31 Dec 9999 23:59:59 GMT", "x", "1.5", "",
      ])
    case .cut, .stall, .drip, .reset, .framing, .endless, .noise, .hangUp:
      return wire(answer, context, &random)
    }
    return Self.whole(answer)
  }

  /// An answer in good order.
  static func whole(_ answer: Answer) -> LoopbackServer.Reply {
    var reply = LoopbackServer.Reply(answer.status, body: answer.body)
    for (name, value) in answer.headers { reply.headers.add(name, value) }
    return reply
  }

  private static let statuses = [
    200, 200, 201, 202, 204, 206, 226, 300, 301, 302, 304, 307, 400, 401, 401, 402, 403, 404, 404, 405, 406, 409, 410,
    412, 413,
    416, 418, 429, 451, 500, 501, 502, 503, 504, 511, 599, 999,
  ]

  private static let pages = [
    "<!DOCTYPE html><html><body><h1>Sign in to the hotel's network</h1></body></html>",
    "<html>\u{1B}]0;title\u{7}\u{1B}[2J</html>", "\u{1F}\u{8B}\u{8}\u{0}", "upstream connect error or disconnect/reset",
  ]

  /// Where a redirect or a `Link` may lead.
  static func addresses(_ context: LieContext) -> [String] {
    let own = context.request.target
    return [
      own, context.origin + own, "\(own.prefix { $0 != "?" })?again=\(context.total)",
      context.foreign + "/elsewhere", context.foreign + own, "//\(context.foreign.dropFirst(7))\(own)",
      "http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/", "file:///etc/passwd", "ftp://127.0.0.1/x",
      "gopher://127.0.0.1/", "javascript:alert(1)", "http://user:secret@127.0.0.1/", "", "/", "..", "?", "#", "///",
      "http://",
      "http://127.0.0.1:99999/", "http://127.0.0.1:1/", "/%00", "/\u{1B}[31m", String(repeating: "/a", count: 40_000),
    ]
  }

  private static func oddLinks(_ context: LieContext) -> [String] {
    let path = context.request.target.prefix { $0 != "?" }
    return [
      "<\(path)?n=3&last=a\(context.occurrence)>; rel=\"next\"", "<\(path)?n=3>; rel=\"next\"", "<>; rel=\"next\"",
      "<\(path)?last=\(String(repeating: "z", count: context.occurrence % 50))>; rel=next", "<<<", ">; rel=\"next\"",
      ",,,;;;",
    ]
  }

  private func changeHeader(_ answer: inout Answer, _ context: LieContext, _ random: inout SeededGenerator) {
    let digests =
      context.digests + [
        "sha256:0", "sha256:" + String(repeating: "0", count: 64), "sha512:" + String(repeating: "a", count: 128),
        "md5:1", "", "\u{1B}",
      ]
    switch random.below(10) {
    case 0: if !answer.headers.isEmpty { answer.headers.remove(at: random.below(answer.headers.count)) }
    case 1: answer["Docker-Content-Digest"] = random.pick(digests)
    case 2:
      answer["Content-Type"] = random.pick([
        "", "text/html", "application/json", "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v1+prettyjws",
        "application/octet-stream; charset=\u{FFFD}", "x/\u{1B}[31m",
      ])
    case 3:
      answer["Range"] = random.pick([
        "0-9223372036854775807", "9223372036854775807-0", "bytes=0-1", "0--1", "1-2", "-", "0-0",
        "0-99999999999999999999", "x",
      ])
    case 4:
      answer["Content-Range"] = random.pick([
        "bytes 0-9223372036854775807/9223372036854775807", "bytes 5-1/3", "bytes */0", "bytes 0-0/1", "x",
      ])
    case 5: answer["Location"] = random.pick(Self.addresses(context))
    case 6: answer["OCI-Subject"] = random.pick(digests)
    case 7: answer["Content-Encoding"] = random.pick(["gzip", "br", "identity", "chunked", "\u{1B}"])
    case 8:
      for name in ["Location", "Docker-Content-Digest", "Content-Type", "Link"] {
        if let value = answer[name] { answer.headers.append((name, random.pick(digests + [value, "x"]))) }
      }
    default:
      let name = random.pick([
        "RateLimit-Remaining", "RateLimit-Limit", "Date", "Set-Cookie", "Operation-Location", "ETag",
      ])
      answer[name] = random.pick([
        "-1", "9223372036854775808", "100;w=99999999999999999999", "\u{202E}x", "a=b; Path=/",
      ])
    }
  }

  private func challenge(_ answer: inout Answer, _ context: LieContext, _ random: inout SeededGenerator) {
    answer.status = 401
    let scope = "repository:r\(context.occurrence):pull,push,delete"
    answer["WWW-Authenticate"] = random.pick([
      "Bearer realm=\"\(context.origin)/token\",service=\"x\",scope=\"\(scope)\"",
      "Bearer realm=\"/token\",scope=\"\(scope)\"",
      "Bearer realm=\"http://169.254.169.254/token\"", "Bearer", "Basic", "Negotiate", "",
      "Bearer realm=\"file:///etc/passwd\"",
      "Bearer realm=\"\(String(repeating: "a", count: 60_000))\"", "Bearer realm=\"\u{1B}[31m\"",
      "Basic realm=\"\u{202E}\"",
      "Bearer realm=\"\(context.origin)/token\",scope=\"\(String(repeating: "repository:a:pull ", count: 3000))\"",
      "Bearer realm=\"\(context.origin)/oauth2/token\",service=\"y\"", "Bearer realm=\"\(context.origin)/v2/\"",
    ])
  }

  /// What the client sent comes back in places that are shown to people.
  private func echo(_ answer: inout Answer, _ context: LieContext, _ random: inout SeededGenerator) {
    let sent =
      [context.request.headers["Authorization"], context.request.basicCredentials?.password].compactMap { $0 }
      + context.request.form.map(\.value)
    let text = (sent + ["nothing"]).joined(separator: " ").filter { $0 != "\"" && $0 != "\\" && !$0.isNewline }
    answer.status = random.pick([400, 401, 403, 404, 409, 500, 200])
    answer["X-Request-Id"] = text
    answer["X-Ms-Correlation-Request-Id"] = text
    answer["Content-Type"] = "application/json"
    switch random.below(4) {
    case 0:
      answer.body = Array(
        "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"you sent \(text)\",\"detail\":\"\(text)\"}]}".utf8)
    case 1: answer.body = Array("{\"error\":\"\(text)\",\"error_description\":\"AADSTS7000215: \(text)\"}".utf8)
    case 2: answer["Location"] = "\(context.origin)/\(text.filter { $0 != " " })"
    default:
      answer["Content-Type"] = "text/plain"
      answer.body = Array("you sent \(text)".utf8)
    }
  }
}
