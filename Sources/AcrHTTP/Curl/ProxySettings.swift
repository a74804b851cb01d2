import AcrCore

/// The proxies of the environment, by curl's rules: `https_proxy`, `http_proxy` and `all_proxy` with the lower-case name
/// first, except that `HTTP_PROXY` does not count, since CGI programs get a client's `Proxy` header under that name.
struct ProxySettings: Sendable {
  /// The hosts to reach directly, in the form libcurl reads itself.
  let exceptions: String
  private let https: Secret?
  private let http: Secret?

  /// Reads the variables.
  init(_ variable: (String) -> String?) {
    func first(_ names: String...) -> Secret? {
      names.lazy.compactMap(variable).first { !$0.isEmpty }.map(Secret.init)
    }
    let any = first("all_proxy", "ALL_PROXY")
    https = first("https_proxy", "HTTPS_PROXY") ?? any
    http = first("http_proxy") ?? any
    exceptions = variable("no_proxy") ?? variable("NO_PROXY") ?? ""
  }

  /// The proxy for a URL, which may hold a password; nil where the URL is asked directly.
  /// `exceptions` are not looked at: libcurl matches them.
  func proxy(for url: URLReference) -> Secret? {
    if url.isLoopback || url.isLinkLocal { return nil }
    return url.scheme == "https" ? https : http
  }

  /// The host and port of a proxy, which messages may show.
  static func place(of proxy: Secret) -> String {
    let text = proxy.reveal()
    let url = URLReference(text.contains("://") ? text : "http://\(text)")
    guard let host = url.host else { return "proxy" }
    return url.port.map { "\(host):\($0)" } ?? host
  }
}
