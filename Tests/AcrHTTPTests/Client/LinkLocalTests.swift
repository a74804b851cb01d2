import AcrCore
import Testing

@testable import AcrHTTP

/// Metadata services on the own link: plain http, and never through a proxy.
@Suite struct LinkLocalTests {
  @Test(arguments: [
    ("http://169.254.169.254/metadata", true), ("http://169.254.0.1:8080", true),
    ("http://169.254.169.254.evil.com", false),
    ("http://169.254.169", false), ("http://169.254.169.256", false), ("http://169.255.169.254", false),
    ("http://1.169.254.1", false), ("http://user@169.254.169.254/", true), ("http://169.254.169.254@evil.com/", false),
    ("/169.254.169.254", false),
  ])
  func knowsTheOwnLink(url: String, isLinkLocal: Bool) {
    #expect(URLReference(url).isLinkLocal == isLinkLocal)
  }

  @Test func noProxyIsUsedThere() {
    let proxies = ProxySettings { $0.lowercased() == "http_proxy" ? "http://proxy.example:3128" : nil }
    #expect(proxies.proxy(for: URLReference("http://169.254.169.254/metadata")) == nil)
    #expect(proxies.proxy(for: URLReference("http://registry.example/v2/")) != nil)
  }
}
