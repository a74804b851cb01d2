import AcrCore
import AcrHTTP
import Synchronization
import Testing

@testable import AcrShell

@Suite("What is waited for")
struct RequestWaitsTests {
  @Test(
    "Host and resource are named, and neither query nor user",
    arguments: [
      ("http://localhost:5000/v2/shop/api/tags/list?n=1000", "localhost:5000: tags of shop/api"),
      ("https://r.azurecr.io/v2/a/b/manifests/sha256:00", "r.azurecr.io: manifest of a/b"),
      ("https://r.azurecr.io/acr/v1/a/b/_manifests?last=x", "r.azurecr.io: manifests of a/b"),
      ("https://r.azurecr.io/acr/v1/_catalog", "r.azurecr.io: the list of repositories"),
      ("https://u:p@h.example/blob?sig=secret#x", "h.example"),
      ("https://h.example/oauth2/token", "h.example: a token"),
      ("https://h.example/v2/manifests/manifests/tags", "h.example: manifest of manifests"),
      ("nonsense", "nonsense"), ("", ""),
    ])
  func text(_ url: String, _ text: String) {
    #expect(RequestWaits.text(of: TransportRequest(.get, url)) == text)
  }

  private final class Screen: Sendable {
    let texts = Mutex<[String?]>([])
    var shown: [String?] { texts.withLock { $0 } }
    func show(_ text: String?) { texts.withLock { $0.append(text) } }
  }

  @Test("A long wait is shown and taken away; nothing is while the display is off")
  func shown() async throws {
    let screen = Screen()
    let waits = RequestWaits(patience: .milliseconds(5), interval: .milliseconds(5)) { screen.show($0) }
    let request = TransportRequest(.get, "http://localhost:5000/v2/shop/api/tags/list")
    try await waits.during(request) { try await Task.sleep(for: .milliseconds(50)) }
    #expect(screen.shown.isEmpty)
    waits.setActive(true)
    // The wait lasts until it was shown.
    try await waits.during(request) {
      for _ in 0..<2_000 where screen.shown.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    }
    let shown = screen.shown
    #expect(shown.first??.hasPrefix("waiting for localhost:5000: tags of shop/api (") == true)
    #expect(shown.last == .some(nil))
    waits.setActive(false)
  }

  @Test("A request that is held back says why and until when, and the line goes by itself")
  func held() async throws {
    let screen = Screen()
    let waits = RequestWaits(patience: .milliseconds(5), interval: .milliseconds(5)) { screen.show($0) }
    let event = RetryEvent(host: "h:1", reason: "HTTP 429", wait: .seconds(3), tries: 2, mostTries: 6)
    waits.hold(event)
    #expect(screen.shown.isEmpty)
    waits.setActive(true)
    waits.hold(event)
    // No limit that a busy machine misses: the line goes when its time is over.
    for _ in 0..<12_000 where screen.shown.last != .some(nil) { try await Task.sleep(for: .milliseconds(5)) }
    let shown = screen.shown
    #expect(shown.first??.hasPrefix("h:1: too many requests (HTTP 429); retry 2 of 5 in ") == true, "\(shown)")
    #expect(shown.last == .some(nil))
    // What is stopped is not shown again.
    waits.hold(event)
    waits.setActive(false)
    waits.setActive(true)
    let count = screen.shown.count
    try await waits.during(TransportRequest(.get, "http://h/v2/")) {}
    #expect(!screen.shown.dropFirst(count).contains { $0?.contains("retry") == true })
    waits.setActive(false)
  }
}
