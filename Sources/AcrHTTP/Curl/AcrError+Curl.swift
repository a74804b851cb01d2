import AcrCore
import AcrSystem
import CCurl

/// What is known about a transfer that libcurl gave up.
struct CurlFailure {
  var code: CURLcode
  /// `host`, or `host:port` where the port is not the scheme's own.
  var place: String
  var placeWithPort: String
  /// Host and port of the proxy that was used, never its password.
  var proxy: String?
  /// The proxy's answer to `CONNECT`; 0 where there was none.
  var proxyStatus: Int
  var systemError: Int32
  /// libcurl's own words. They can hold the proxy's URL, so only those about TLS are shown.
  var text: String
  var connectTimeout: Duration
  var hasHead: Bool
  var received: Int64
  var expected: WireSize?

  /// True where trying again cannot help.
  var isPermanent: Bool {
    switch code {
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: true
    default: proxyStatus == 407
    }
  }
}

/// The sentences for everything that can go wrong between here and a server.
extension AcrError {
  static let transferCancelled = AcrError(.cancelled, "the request was cancelled")

  /// An address that is only good for metadata services, which no request but theirs is meant for.
  static func ownLink(_ host: String) -> AcrError {
    AcrError(
      .denied, "`\(host)` is a link-local address, where cloud metadata services answer",
      help: "if it is a registry, allow it: --insecure-registry \(host)", target: host)
  }

  /// A server that goes on without getting anywhere.
  static func tooSlow(host: String, bytes: Int64, time: Duration) -> AcrError {
    AcrError(
      .timeout, "less than \(ByteCount.human(bytes)) was transferred to or from `\(host)` in \(time.inSeconds)",
      help: "check the connection and try again", target: host)
  }

  /// An option that libcurl does not take, without which nothing is sent.
  static func missingOption(_ option: UInt32, version: String) -> AcrError {
    AcrError(
      .network, "libcurl \(version) does not take the option \(option), which acrsh needs",
      help: "install a newer one: acrsh needs libcurl 7.74 or later")
  }

  static func stalled(host: String, after timeout: Duration) -> AcrError {
    AcrError(
      .timeout, "no data was transferred to or from `\(host)` for \(timeout.inSeconds)",
      help: "check the connection and try again", target: host)
  }

  init(_ failure: CurlFailure) {
    let sentence = AcrError.sentence(failure)
    self.init(sentence.kind, sentence.message, help: sentence.help, target: failure.place)
  }

  private typealias Sentence = (kind: ErrorKind, message: String, help: String?)

  private static func sentence(_ failure: CurlFailure) -> Sentence {
    let place = failure.place
    if failure.proxyStatus >= 300 {
      let help =
        failure.proxyStatus == 407
        ? "put the proxy's user and password into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT"
        : "check the proxy in HTTPS_PROXY, or name hosts to reach directly in NO_PROXY"
      let proxy = failure.proxy ?? "proxy"
      return (.network, "the proxy `\(proxy)` answered \(failure.proxyStatus) when asked for `\(place)`", help)
    }
    switch failure.code {
    case CURLE_COULDNT_RESOLVE_HOST:
      return (.network, "could not resolve `\(place)`", "check the name and the network connection")
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY:
      return (.network, "could not reach the proxy `\(failure.proxy ?? "")`", "check HTTPS_PROXY and NO_PROXY")
    case CURLE_COULDNT_CONNECT:
      return couldNotConnect(failure)
    case CURLE_OPERATION_TIMEDOUT:
      let through = failure.proxy.map { " through the proxy `\($0)`" } ?? ""
      return (
        .timeout, "no connection to `\(failure.placeWithPort)`\(through) within \(failure.connectTimeout.inSeconds)",
        "check the name, the port and firewalls"
      )
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
      return tls(failure)
    case CURLE_URL_MALFORMAT:
      return (.usage, "the URL for `\(place)` cannot be read", nil)
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY:
      return (.network, "`\(place)` does not speak HTTP", "check the port")
    case CURLE_OUT_OF_MEMORY:
      return (.network, "libcurl has no memory for a request to `\(place)`", nil)
    default:
      return broken(failure)
    }
  }

  private static func couldNotConnect(_ failure: CurlFailure) -> Sentence {
    let place = failure.proxy.map { "the proxy `\($0)`" } ?? "`\(failure.placeWithPort)`"
    let error = SystemError(failure.systemError)
    switch error.code {
    case SystemError.connectionRefused.code:
      return (.network, "the connection to \(place) was refused", "check the port, and that a server listens there")
    case 0:
      return (.network, "could not connect to \(place)", "check the name, the port and firewalls")
    default:
      return (.network, "could not connect to \(place): \(error)", "check the name, the port and firewalls")
    }
  }

  private static func tls(_ failure: CurlFailure) -> Sentence {
    let place = failure.place
    let text = failure.text
    switch failure.code {
    case CURLE_SSL_CACERT_BADFILE:
      return (
        .usage, "the file of trusted certificates cannot be read", "check --ca-file, SSL_CERT_FILE and CURL_CA_BUNDLE"
      )
    case CURLE_SSL_CONNECT_ERROR:
      let isPlain = text.contains("wrong version number") || text.contains("packet length too long")
      return (
        .network, "the TLS handshake with `\(place)` failed\(text.isEmpty ? "" : ": \(text)")",
        isPlain ? "if the registry speaks plain http, name it with --insecure-registry \(place)" : nil
      )
    default:
      if text.contains("expired") {
        return (.network, "the TLS certificate of `\(place)` has expired", "the server's owner has to renew it")
      }
      if text.contains("not yet valid") {
        return (.network, "the TLS certificate of `\(place)` is not valid yet", "check this machine's clock")
      }
      if text.contains("subject name") || text.contains("host name") {
        return (
          .network, "the TLS certificate of `\(place)` is for another host name: \(text)", "check the host's name"
        )
      }
      return (
        .network, "the TLS certificate of `\(place)` is not trusted\(text.isEmpty ? "" : ": \(text)")",
        "name the file with its certificate authority: --ca-file FILE, or SSL_CERT_FILE in the environment"
      )
    }
  }

  private static func broken(_ failure: CurlFailure) -> Sentence {
    let place = failure.place
    guard failure.hasHead else {
      return (.network, "the connection to `\(place)` broke before it answered", "try again")
    }
    let amount =
      failure.expected.map { "got \(failure.received) of \($0) bytes" } ?? "got \(failure.received) bytes and no end"
    return (.network, "the connection to `\(place)` broke in the middle of the answer (\(amount))", "try again")
  }
}

extension Duration {
  /// `30 s`, `0.5 s`: for messages.
  var inSeconds: String {
    let milliseconds = Monotonic.milliseconds(self)
    if milliseconds % 1000 == 0 { return "\(milliseconds / 1000) s" }
    return "\(ByteCount.fixed(Double(milliseconds) / 1000, decimals: milliseconds % 100 == 0 ? 1 : 3)) s"
  }
}
