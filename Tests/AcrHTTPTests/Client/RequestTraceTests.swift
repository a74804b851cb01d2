import AcrCore
import AcrHTTP
import Foundation
import HTTPTypes
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct RequestTraceTests {
  @Test("an address that a server made of the token it got is written without it")
  func aTokenInAnAddressIsNotWritten() async throws {
    try await withTemporaryDirectory { directory in
      try await withLoopbackServer { _ in
        .init(200)
      } _: { server in
        let path = directory.path("trace.jsonl")
        let client = HTTPClient(transport: makeTransport(), trace: try RequestTrace(path: path))
        let own = "e30.eyJ0aWQiOiI3MmY5ODhiZi0wMDAwIn0.SECRET"
        let other = "eyJhbGciOiJub25lIn0.eyJhIjoxMjM0NTY3ODkwfQ.SECRET"
        for address in ["Bearer\(own)", "operations/\(other)/2", "a%20\(own)?x=1"] {
          let request = TransportRequest(.get, "\(server.url)/\(address)", authorization: Secret("Bearer \(own)"))
          _ = try await client.send(request).body.collect(upTo: 100)
        }
        let text = String(decoding: try directory.read("trace.jsonl"), as: UTF8.self)
        #expect(!text.contains("SECRET"), "\(text)")
        #expect(text.contains("/Bearer…") && text.contains("/operations/…/2"), "\(text)")
      }
    }
  }

  @Test func eachRequestIsALineWithoutSecrets() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("trace.jsonl")
      let seen = Counter()
      try await withLoopbackServer { request in
        switch request.path {
        case "/token": return .json(#"{"access_token":"SECRET-BODY"}"#)
        case "/v2/a/blobs/x":
          return .init(307, ["Location": "/data?sig=SECRET-SIG&n=5&SECRET-FLAG", "X-Ms-Request-Id": "id-1"])
        case "/data": return seen.add() == 1 ? .init(503) : .init(200, steps: [.zeros(1000)])
        default: return .hangUp(reset: false)
        }
      } _: { server in
        let trace = try RequestTrace(path: path)
        let client = HTTPClient(
          transport: makeTransport(), retry: RetryPolicy(tries: 2), trace: trace, sleeper: FakeTime().sleeper)
        var token = TransportRequest(
          .post, "\(server.url)/token", body: .bytes(Array("password=SECRET-FORM".utf8)), isConfidential: true)
        token.authorization = Secret("Basic SECRET-BASIC")
        _ = try await client.send(token).body.collect(upTo: 1000)
        var blob = TransportRequest(
          .get, "\(server.url)/v2/a/blobs/x?scope=repository:a:pull&_state=SECRET-STATE",
          authorization: Secret("bearer SECRET-BEARER"))
        blob.headers[HTTPField.Name("X-Private")!] = "SECRET-HEADER"
        _ = try await client.send(blob).body.collect(upTo: 1000)
        _ = await acrError {
          _ = try await client.send(
            TransportRequest(.post, "\(server.url)/break", authorization: Secret("SECRET-WITHOUT-SCHEME")))
        }

        let text = String(decoding: try directory.read("trace.jsonl"), as: UTF8.self)
        #expect(!text.contains("SECRET"))
        let lines = try text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(
          lines.map { $0["url"]?.string } == [
            "\(server.url)/token",
            "\(server.url)/v2/a/blobs/x?scope=repository:a:pull&_state=redacted",
            "\(server.url)/data?sig=redacted&n=5&redacted",
            "\(server.url)/data?sig=redacted&n=5&redacted",
            "\(server.url)/break",
          ])
        #expect(lines.map { $0["status"]?.integer } == [200, 307, 503, 200, nil])
        #expect(lines.map { $0["try"]?.integer } == [1, 1, 1, 2, 1])
        // Only the try that was held back says for how long.
        #expect(lines.map { $0["waitedMs"] != nil } == [false, false, false, true, false])
        #expect((250...500).contains(lines[3]["waitedMs"]?.integer ?? 0))
        #expect(lines.map { $0["receivedBytes"]?.integer } == [30, 0, 0, 1000, 0])
        #expect(lines.map { $0["sentBytes"]?.integer } == [20, 0, 0, 0, 0])
        #expect(lines.map { $0["error"]?.string } == [nil, nil, nil, nil, "network"])
        #expect(
          lines.map { $0["authorization"]?.string } == [
            "Basic …redacted", "Bearer …redacted", "Bearer …redacted", "Bearer …redacted", "…redacted",
          ])
        #expect(lines[1]["ids"]?["X-Ms-Request-Id"]?.string == "id-1")
        #expect(lines[1]["headers"]?.array == ["X-Private"])
        #expect(lines[1]["httpVersion"]?.string == "1.1")
        #expect(lines[1]["remote"]?.string == server.authority)
        #expect(lines.allSatisfy { Timestamp(rfc3339: $0["time"]?.string ?? "") != nil })
        #expect(lines.allSatisfy { ($0["durationMs"]?.integer ?? -1) >= 0 })
      }
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  @Test func aDroppedBodyHasItsLineToo() async throws {
    try await withTemporaryDirectory { directory in
      try await withLoopbackServer { _ in
        .init(200, steps: [.zeros(64 << 20)])
      } _: { server in
        let trace = try RequestTrace(path: directory.path("trace"))
        let client = HTTPClient(transport: makeTransport(), trace: trace)
        var response: TransportResponse? = try await client.send(TransportRequest(.get, server.url))
        let count = try await response?.body.next()?.count ?? 0
        response = nil
        let line = try JSONValue(parsing: directory.read("trace"))
        #expect(line["receivedBytes"]?.integer == Int64(count))
      }
    }
  }

  @Test func aFileThatCannotBeOpenedIsAnError() async {
    let error = await acrError { _ = try RequestTrace(path: "/no/such/folder/trace") }
    #expect(error?.kind == .usage)
    #expect(
      error?.message
        == "the trace file cannot be opened: cannot write `/no/such/folder/trace`: its folder does not exist"
    )
  }
}
