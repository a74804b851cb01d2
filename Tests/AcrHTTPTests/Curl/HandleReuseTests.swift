import AcrCore
import HTTPTypes
import TestSupport
import Testing

@testable import AcrHTTP

/// Handles of libcurl serve one request after the other: nothing of one may show in the next.
@Suite(.timeLimit(.minutes(2))) struct HandleReuseTests {
  /// Every kind of request behind every other kind.
  @Test func noRequestInheritsAnythingOfTheOneBefore() async throws {
    let kinds: [(method: HTTPRequest.Method, body: RequestBody, length: String?)] = [
      (.get, .empty, nil), (.head, .empty, nil), (.delete, .empty, nil), (.post, .empty, "0"),
      (.put, .bytes(Array("some bytes".utf8)), "10"), (.patch, .bytes([1, 2, 3]), "3"),
    ]
    try await withLoopbackServer { request in
      .init(200, text: request.method == "HEAD" ? "" : "answer")
    } _: { server in
      let transport = makeTransport()
      var wanted: [(String, Int, String?, String?)] = []
      for first in kinds {
        for second in kinds {
          for (index, kind) in [first, second].enumerated() {
            // Only the first of a pair has credentials and a field of its own.
            var request = TransportRequest(kind.method, "\(server.url)/\(index)", body: kind.body)
            if index == 0 {
              request.authorization = Secret("Bearer first")
              request.headers[.range] = "bytes=0-4"
            }
            let response = try await transport.send(request)
            _ = try await response.body.collect(upTo: 100)
            var count = 0
            if case .bytes(let bytes) = kind.body { count = bytes.count }
            wanted.append((kind.method.rawValue, count, kind.length, index == 0 ? "Bearer first" : nil))
          }
        }
      }
      #expect(server.requests.count == wanted.count)
      for (seen, wanted) in zip(server.requests, wanted) {
        #expect(seen.method == wanted.0)
        #expect(seen.body.count == wanted.1)
        #expect(seen.headers["Content-Length"] == wanted.2)
        #expect(seen.headers["Authorization"] == wanted.3)
        #expect(seen.headers["Range"] == (wanted.3 == nil ? nil : "bytes=0-4"))
      }
      #expect(server.connectionCount == 1)
    }
  }

  @Test func namesOfFieldsAreTakenAsTheyAreWrittenAndBadOnesLeftOut() throws {
    let names = HeaderNames()
    func name(_ text: String) -> HTTPField.Name? {
      Array(text.utf8).withUnsafeBytes { names.name($0[...]) }
    }
    for _ in 0..<2 {
      #expect(name("Docker-Content-Digest") == HTTPField.Name("docker-content-digest"))
      #expect(name("docker-content-digest")?.rawName == "docker-content-digest")
      #expect(name("Content-Type") == .contentType)
      #expect(name("no name") == nil)
      #expect(name("") == nil)
    }
    // More names than are remembered.
    for number in 0..<1000 { #expect(name("X-Field-\(number)")?.rawName == "X-Field-\(number)") }
    for number in 0..<1000 { #expect(name("X-Field-\(number)")?.rawName == "X-Field-\(number)") }
  }
}
