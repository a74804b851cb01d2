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
}
