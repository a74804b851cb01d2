import AcrCore

/// The proxies of the environment, by curl's rules: `https_proxy`, `http_proxy` and `all_proxy` with the lower-case name
/// first, except that `HTTP_PROXY` does not count, since CGI programs get a client's `Proxy` header under that name.
struct ProxySettings: Sendable {
  /// The hosts to reach directly, in the form libcurl reads itself.
  let exceptions: String
  private let https: Secret?
  private let http: Secret?
  /// Loopback hosts that are reached through the proxy all the same, as `HOST:PORT`.
  private let servedLoopback: Set<String>

  /// Reads the variables.
  /// - Parameter servedLoopback: the loopback hosts, as `HOST:PORT` in lower case, that the proxy itself answers for.
  ///   Every other loopback host is asked directly.
  init(servedLoopback: Set<String> = [], _ variable: (String) -> String?) {
    self.servedLoopback = servedLoopback
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
    if url.isLinkLocal { return nil }
    if url.isLoopback {
      guard !servedLoopback.isEmpty, let host = url.host, let port = url.port,
        servedLoopback.contains("\(host):\(port)")
      else { return nil }
    }
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
