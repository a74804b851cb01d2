import AcrCore
import AcrSystem
import HTTPTypes
import Synchronization

/// Sends requests with libcurl: one multi handle on one thread of its own, which keeps connections for the next request
/// and speaks HTTP/2 where a server offers it over TLS. libcurl is loaded, and the thread started, with the first request.
public final class CurlTransport: Transport {
  /// What a transport is told once, when it is created.
  public struct Configuration: Sendable {
    /// The value of `User-Agent`, for example `acrsh/1.0`.
    public let userAgent: String
    /// How long finding and reaching a host may take, with its TLS handshake.
    public let connectTimeout: Duration
    /// How long a transfer may go without a byte in either direction. Time in which it waits for this side (for a body
    /// that is not read, or not produced) does not count.
    public let stallTimeout: Duration
    /// The least that a transfer has to bring forward, in bytes of either body, in ``slowTime``; less counts as no progress.
    public let slowBytes: Int64
    /// The time for ``slowBytes``.
    public let slowTime: Duration
    /// What servers may send.
    public let limits: WireLimits
    /// The most connections at one time; more requests wait for one of them.
    public let maximumConnections: Int
    /// The most connections to one host at one time.
    public let maximumConnectionsPerHost: Int
    /// Hosts where plain http is allowed and certificates are not checked.
    public let insecureHosts: InsecureHosts
    /// For tests: does without what libcurl 7.74 lacks.
    var isOldLibrary = false
    /// The PEM file (or folder) with the certificate authorities to trust; nil for the system's own.
    let trustedCertificates: String?
    let trustIsFolder: Bool
    let proxies: ProxySettings

    /// Creates a configuration.
    /// - Parameters:
    ///   - caFile: the PEM file with the certificate authorities to trust; without it `SSL_CERT_FILE`,
    ///     `CURL_CA_BUNDLE` and `REQUESTS_CA_BUNDLE` are looked at, then the system's own are taken.
    ///   - servedLoopback: loopback hosts, as `HOST:PORT`, that the proxy answers for: those of a sandbox. All others are asked
    ///     directly, whatever the variables say.
    ///   - variable: looks up environment variables, for the certificates and for the proxies; there are none unless given.
    public init(
      userAgent: String, connectTimeout: Duration = .seconds(30), stallTimeout: Duration = .seconds(30),
      slowBytes: Int64 = 4096, slowTime: Duration = .seconds(60), limits: WireLimits = .standard,
      maximumConnections: Int = 400, maximumConnectionsPerHost: Int = 200, caFile: String? = nil,
      insecureHosts: InsecureHosts = [], servedLoopback: Set<String> = [], variable: (String) -> String? = { _ in nil }
    ) {
      self.userAgent = userAgent
      self.connectTimeout = connectTimeout
      self.stallTimeout = stallTimeout
      self.slowBytes = slowBytes
      self.slowTime = slowTime
      self.limits = limits
      self.maximumConnections = maximumConnections
      self.maximumConnectionsPerHost = maximumConnectionsPerHost
      self.insecureHosts = insecureHosts
      proxies = ProxySettings(servedLoopback: servedLoopback, variable)
      let names = ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"]
      let trusted = caFile ?? names.compactMap(variable).first { !$0.isEmpty }
      trustedCertificates = trusted
      trustIsFolder = trusted.map(FileSystem.isFolder) ?? false
    }
  }

  private let configuration: Configuration
  private let loop = Mutex<CurlLoop?>(nil)
  /// The schemes, hosts and ports that were found good, by their text: what is known of one is the same for each request.
  private let destinations = Mutex<[String: CurlDestination]>([:])

  /// Creates a transport; nothing is loaded or started yet.
  public init(_ configuration: Configuration) { self.configuration = configuration }

  /// Transfers that still run are finished first, by the thread alone.
  deinit {
    loop.withLock { loop in
      loop?.stop(aborting: false)
      loop?.detach()
    }
  }

  /// Ends every transfer and the thread, and waits for that. Call it before the process exits: OpenSSL frees its tables
  /// then, and a thread in the middle of a transfer would still use them. Requests after it start a new thread.
  public func shutDown() {
    guard let loop = loop.withLock({ $0.take() }) else { return }
    loop.stop(aborting: true)
    loop.join()
  }

  public func send(_ request: TransportRequest) async throws -> TransportResponse {
    let destination = try check(request)
    if Task.isCancelled { throw AcrError.transferCancelled }
    let loop = try self.loop.withLock { loop in
      if let loop { return loop }
      let started = try CurlLoop.start(configuration)
      loop = started
      return started
    }
    let id = loop.makeID()
    let channel = ResponseChannel(loop: loop, id: id)
    var upload: UploadChannel?
    if case .stream(let stream) = request.body { upload = UploadChannel(stream, loop: loop, id: id) }
    let plan = CurlTransfer.Plan(
      id: id, request: request, destination: destination, response: channel, upload: upload)
    guard loop.post(.start(plan)) else { throw AcrError.transferCancelled }
    let head = try await channel.head()
    let body = ResponseBody(pull: { try await channel.next() }, stop: { channel.abandon() })
    return TransportResponse(
      status: head.status, headers: head.headers, url: request.url, body: body, connection: head.connection)
  }

  /// Refuses what must not reach the network.
  private func check(_ request: TransportRequest) throws(AcrError) -> CurlDestination {
    let destination = try destination(of: request)
    for field in request.headers where !CurlTransport.isSafe(field.value) {
      throw AcrError(
        .usage, "the value of the header `\(field.name)` has a line break in it", target: destination.place)
    }
    if let authorization = request.authorization, !CurlTransport.isSafe(authorization.reveal()) {
      throw AcrError(
        .usage, "the value of the header `Authorization` has a line break in it", target: destination.place)
    }
    return destination
  }

  private func destination(of request: TransportRequest) throws(AcrError) -> CurlDestination {
    let origin = request.url.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } ? URLReference.origin(of: request) : nil
    if let origin, let known = destinations.withLock({ $0[origin] }) {
      if known.isLinkLocal, !known.isInsecure, !request.mayReachOwnLink { throw AcrError.ownLink(known.place) }
      return known
    }
    let destination = try newDestination(of: request, isClean: origin != nil)
    if let origin {
      destinations.withLock { known in
        if known.count >= CurlTransport.mostDestinations { known = [:] }
        known[origin] = destination
      }
    }
    return destination
  }

  private static let mostDestinations = 1000

  private func newDestination(of request: TransportRequest, isClean: Bool) throws(AcrError) -> CurlDestination {
    let url = URLReference(request.url)
    let isHTTP = url.scheme == "https" || url.scheme == "http"
    guard isClean, isHTTP, let place = url.hostAndPort, let host = url.host, let port = url.port else {
      throw AcrError(.usage, "`\(url.hasUserInfo ? "…" : url.publicText)` is not an http or https URL")
    }
    if url.hasUserInfo {
      throw AcrError(
        .usage, "the URL for `\(place)` holds a user or password", help: "give credentials on their own", target: place)
    }
    let isInsecure = configuration.insecureHosts.contains(url)
    if url.isLinkLocal, !request.mayReachOwnLink, !isInsecure { throw AcrError.ownLink(place) }
    if url.scheme == "http", !url.isLinkLocal, !configuration.insecureHosts.allowPlainHTTP(to: url) {
      throw AcrError(
        .usage, "plain http to `\(place)` is not allowed, since anyone on the way could read and change it",
        help: "use https, or allow it for this host: --insecure-registry \(place)", target: place)
    }
    return CurlDestination(
      place: place, placeWithPort: "\(host):\(port)", proxy: configuration.proxies.proxy(for: url),
      isInsecure: isInsecure, isLinkLocal: url.isLinkLocal)
  }

  /// A line break in a value would start a header field of its own (RFC 9110, 5.5).
  private static func isSafe(_ value: String) -> Bool {
    value.utf8.allSatisfy { $0 != 0x0D && $0 != 0x0A && $0 != 0 }
  }
}

/// Where requests go: a scheme, a host and a port, and how this transport deals with them.
struct CurlDestination: Sendable {
  /// The host, with its port where that is not the scheme's own.
  let place: String
  /// The same with the port in any case.
  let placeWithPort: String
  /// The proxy on the way, which may hold a password.
  let proxy: Secret?
  /// True where plain http is allowed and certificates are not checked.
  let isInsecure: Bool
  /// True for addresses of the own link, which only some requests may reach.
  let isLinkLocal: Bool
}
