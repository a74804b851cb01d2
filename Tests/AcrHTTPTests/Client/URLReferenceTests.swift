import AcrCore
import AcrHTTP
import Testing

@Suite struct URLReferenceTests {
  /// The examples of RFC 3986, 5.4, and what registries send.
  @Test(arguments: [
    ("http://a/b/c/d;p?q", "g:h", "g:h"), ("http://a/b/c/d;p?q", "g", "http://a/b/c/g"),
    ("http://a/b/c/d;p?q", "./g", "http://a/b/c/g"), ("http://a/b/c/d;p?q", "g/", "http://a/b/c/g/"),
    ("http://a/b/c/d;p?q", "/g", "http://a/g"), ("http://a/b/c/d;p?q", "//g", "http://g"),
    ("http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"), ("http://a/b/c/d;p?q", "g?y", "http://a/b/c/g?y"),
    ("http://a/b/c/d;p?q", "#s", "http://a/b/c/d;p?q#s"), ("http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"),
    ("http://a/b/c/d;p?q", ".", "http://a/b/c/"), ("http://a/b/c/d;p?q", "..", "http://a/b/"),
    ("http://a/b/c/d;p?q", "../g", "http://a/b/g"), ("http://a/b/c/d;p?q", "../../../g", "http://a/g"),
    ("http://a/b/c/d;p?q", "/./g", "http://a/g"), ("http://a/b/c/d;p?q", "g.", "http://a/b/c/g."),
    ("http://a/b/c/d;p?q", "..g", "http://a/b/c/..g"), ("http://a/b/c/d;p?q", "./g/.", "http://a/b/c/g/"),
    ("http://a/b/c/d;p?q", "g;x=1/../y", "http://a/b/c/y"), ("http://a/b/c/d;p?q", "g?y/../x", "http://a/b/c/g?y/../x"),
    ("https://r.io", "v2/", "https://r.io/v2/"),
    (
      "https://r.io/v2/a/blobs/uploads/", "/v2/a/blobs/uploads/u?_state=a%2F-_%3D%3D",
      "https://r.io/v2/a/blobs/uploads/u?_state=a%2F-_%3D%3D"
    ),
    ("https://r.io/v2/", "https://s.net/c//d?sig=%2b%2B", "https://s.net/c//d?sig=%2b%2B"),
  ])
  func referencesAreResolved(base: String, reference: String, result: String) {
    #expect(URLReference.resolve(base: base, reference: reference) == result)
  }

  @Test(arguments: [
    ("https://Registry.IO/v2/", "registry.io", 443, "registry.io"),
    ("https://registry.io:443/", "registry.io", 443, "registry.io"),
    ("http://registry.io:443/", "registry.io", 443, "registry.io:443"),
    ("http://[::1]:5000/", "[::1]", 5000, "[::1]:5000"), ("http://[::1]/", "[::1]", 80, "[::1]"),
    ("https://u:p@h.io:8443/x", "h.io", 8443, "h.io:8443"), ("https://h.io:/x", "h.io", 443, "h.io"),
  ])
  func hostsAndPortsAreFound(text: String, host: String, port: Int, place: String) {
    let url = URLReference(text)
    #expect(url.host == host)
    #expect(url.port == port)
    #expect(url.hostAndPort == place)
  }

  @Test(arguments: ["https://", "https:///x", "https://h:99999/", "https://h:x/", "https://[::1]x/", "/v2/", "a:b"])
  func whatHasNoPlaceSaysSo(_ text: String) { #expect(URLReference(text).hostAndPort == nil) }

  @Test(arguments: [
    ("http://localhost:5000/", true), ("http://127.0.0.1/", true), ("http://127.8.9.1:80/", true),
    ("http://[::1]:1/", true), ("http://a.localhost/", true), ("http://localhost.example.com/", false),
    ("http://127.0.0.1.example.com/", false), ("http://10.0.0.1/", false), ("http://u@localhost@evil.io/", false),
  ])
  func loopbackIsKnown(text: String, isLoopback: Bool) { #expect(URLReference(text).isLoopback == isLoopback) }

  @Test func insecureHostsAreMatchedWithAndWithoutPort() {
    let hosts: InsecureHosts = ["Any.test", "one.test:5000"]
    #expect(hosts.contains(URLReference("http://any.test:1/")))
    #expect(hosts.contains(URLReference("http://one.test:5000/")))
    #expect(!hosts.contains(URLReference("http://one.test/")))
    #expect(!hosts.contains(URLReference("http://sub.any.test/")))
  }
}
