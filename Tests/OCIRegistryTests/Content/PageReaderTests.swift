import AcrCore
import AcrHTTP
import TestSupport
import Testing

@testable import OCIRegistry

@Suite(.timeLimit(.minutes(1))) struct PageReaderTests {
  private static func client(_ transport: ScriptedTransport) throws -> RegistryClient {
    RegistryClient(host: try RegistryHost("example.com"), http: HTTPClient(transport: transport)) {
      FoundCredentials(.anonymous, origin: nil)
    }
  }

  /// A list of numbers from 0 to 24, five or as many as `n` says on a page, the next one named by `Link`.
  private static func numbers() -> ScriptedTransport {
    ScriptedTransport { request in
      let start = request.query["last"].flatMap { Int($0) }.map { $0 + 1 } ?? 0
      let count = request.query["n"].flatMap { Int($0) } ?? 5
      let end = min(25, start + count)
      let n = request.query["n"].map { "&n=\($0)" } ?? ""
      return .text(
        200, #"{"items":[\#((start..<end).map { "\($0)" }.joined(separator: ","))]}"#,
        end < 25 ? ["Link": "</list?last=\(end - 1)\(n)&orderby=>; rel=\"next\""] : [:], to: request)
    }
  }

  private static func pages(_ transport: ScriptedTransport, _ path: String, later: Int?) throws -> PageReader<JSONValue>
  {
    try client(transport).documentPages(
      RegistryCall(.get, .path(path), scopes: [], purpose: "listing", subject: "the list"), later: later
    ) { $0["items"]?.array }
  }

  @Test func laterPagesAreLarger() async throws {
    let transport = Self.numbers()
    let found = try await Self.pages(transport, "/list?n=5", later: 10).all()
    #expect(found.compactMap(\.integer) == Array(0..<25))
    #expect(transport.lines == ["GET /list?n=5", "GET /list?last=4&orderby=&n=10", "GET /list?last=14&orderby=&n=10"])
  }

  @Test func anAddressWithoutANumberStaysAsTheRegistryGaveIt() async throws {
    let transport = Self.numbers()
    let found = try await Self.pages(transport, "/list", later: 10).all()
    #expect(found.compactMap(\.integer) == Array(0..<25))
    #expect(transport.lines.dropFirst().first == "GET /list?last=4&orderby=")
    #expect(transport.lines.count == 5)
  }

  /// A registry whose `Link` leads back to its first page is told so, also when that has another size the second time.
  @Test func aCircleOfLargerPagesEnds() async throws {
    let transport = ScriptedTransport { request in
      .text(200, #"{"items":[1]}"#, ["Link": "</list?n=5>; rel=\"next\""], to: request)
    }
    await #expect(throws: AcrError.self) { try await Self.pages(transport, "/list?n=5", later: 10).all() }
    #expect(transport.lines == ["GET /list?n=5", "GET /list?n=10"])
  }

  @Test func theSecondPageBringsTheThirdAndTheFirstBringsNone() async throws {
    let transport = Self.numbers()
    let pages = try Self.pages(transport, "/list?n=5", later: nil).readingAhead()
    #expect(try await pages.next()?.count == 5)
    try await Task.sleep(for: .milliseconds(20))
    #expect(transport.lines.count == 1, "whoever wants one page asks for one")
    #expect(try await pages.next()?.count == 5)
    while transport.lines.count < 3 { try await Task.sleep(for: .milliseconds(1)) }
    #expect(try await pages.all().count == 15)
    #expect(transport.lines.count == 5)
  }
}
