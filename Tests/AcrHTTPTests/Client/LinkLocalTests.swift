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

  @Test(arguments: [
    ("http://localhost:5000/v2/", true), ("https://LOCALHOST:5000/v2/", true), ("http://localhost:5001/v2/", false),
    ("http://127.0.0.1:5000/v2/", false), ("http://localhost/v2/", false), ("http://[::1]:5000/", false),
    ("http://169.254.169.254/metadata", false), ("http://registry.example/v2/", true),
  ])
  func aProxyGetsOnlyTheLoopbackHostsItServes(url: String, isProxied: Bool) {
    let variable = { (name: String) in name.hasSuffix("_proxy") ? "http://127.0.0.1:3128" : nil }
    let served = ProxySettings(servedLoopback: ["localhost:5000", "169.254.169.254:80"], variable)
    #expect((served.proxy(for: URLReference(url)) != nil) == isProxied)
    let ordinary = ProxySettings(variable)
    #expect((ordinary.proxy(for: URLReference(url)) != nil) == url.contains("registry.example"))
  }
}
