import AcrCore
import AcrSystem
import CCurl
import HTTPTypes

/// One request on its way, with its handle. It lives on the loop's thread only; other threads see its channels.
final class CurlTransfer {
  /// What a transfer starts with.
  struct Plan: Sendable {
    let id: UInt64
    let request: TransportRequest
    let destination: CurlDestination
    let response: ResponseChannel
    /// The way of a streamed body; nil for bodies in memory.
    let upload: UploadChannel?
  }

  let plan: Plan
  let handle: CurlHandle
  /// True where something arrived since the last flush; ``CurlNews`` has it then.
  fileprivate(set) var hasNews = false
  /// True once the caller has its outcome.
  private(set) var isFinished = false

  private let configuration: CurlTransport.Configuration
  private let names: HeaderNames
  private let news: CurlNews
  /// Why the handle cannot be used: libcurl does not take an option.
  var setupError: AcrError?
  /// True where libcurl says when it is about to send a request (7.80 and later).
  var knowsSends = false
  private let errorText: UnsafeMutablePointer<CChar>
  /// The header list that libcurl reads during the transfer; freed at its end.
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private let memoryBody: [UInt8]
  private var memoryOffset = 0

  /// Room for the fields of most heads.
  private static let usualFields = 12

  private var status = 0
  private var version = ""
  private var fields = HTTPFields()
  private var hasHead = false
  private var remote: String?
  private var headerBytes: Int64 = 0
  private var received: Int64 = 0

  /// How often libcurl was about to send the request: the second time is after a kept connection turned out dead.
  private var sends = 0
  private var isReceivePaused = false
  private var isSendPaused = false
  private var lastProgress = Monotonic.now()
  private var lastCount: Int64 = 0
  /// Since when the bytes of both bodies are counted, and how many there were then.
  private var slowStart = Monotonic.now()
  private var slowCount: Int64 = 0
  /// Why a callback stopped the transfer.
  private var refusal: AcrError?

  init(
    _ plan: Plan, _ handle: CurlHandle, _ configuration: CurlTransport.Configuration, _ names: HeaderNames,
    _ news: CurlNews
  ) {
    self.names = names
    self.news = news
    self.plan = plan
    self.handle = handle
    self.configuration = configuration
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    if case .bytes(let bytes) = plan.request.body { memoryBody = bytes } else { memoryBody = [] }
    headerList = applyOptions(configuration, errorText)
  }

  deinit { errorText.deallocate() }

  /// Ends both channels, after the handle was taken off the multi handle.
  func finish(_ outcome: Result<Void, any Error>) {
    isFinished = true
    plan.upload?.close()
    plan.response.finish(outcome)
    acr_curl_slist_free_all(headerList)
    headerList = nil
  }

  /// Lets libcurl go on in one direction, and stay paused in the other if it was.
  func resume(receiving: Bool) {
    if receiving { isReceivePaused = false } else { isSendPaused = false }
    lastProgress = Monotonic.now()
    var paused = 0
    if isReceivePaused { paused |= Int(CURLPAUSE_RECV) }
    if isSendPaused { paused |= Int(CURLPAUSE_SEND) }
    _ = acr_curl_easy_pause(handle.pointer, Int32(paused))
  }

  /// Lets libcurl see the end of an answer that came while sending was paused: it has given up sending (as it does for
  /// every status from 300 on) but does not end the transfer before the pause is over.
  func endPauseAfterRefusal() {
    if hasHead, status >= 300, isSendPaused { resume(receiving: false) }
  }

  /// The error for a transfer whose request was sent, of which nothing is waiting for this side, and where no byte has moved
  /// for the time allowed, or too few. libcurl's own limit (`CURLOPT_LOW_SPEED_TIME`) would count the time in which sending
  /// is paused.
  func stall(at now: Duration) -> AcrError? {
    var sent: curl_off_t = 0
    _ = acr_curl_easy_getinfo_offset(handle.pointer, CURLINFO_SIZE_UPLOAD_T, &sent)
    let bodies = Int64(sent) + received
    let count = bodies + headerBytes + Int64(sends)
    let isWaitingForThisSide = !wasSent || isReceivePaused || isSendPaused
    if count != lastCount || isWaitingForThisSide {
      lastCount = count
      lastProgress = now
    }
    let place = plan.destination.place
    if now - lastProgress >= configuration.stallTimeout {
      return .stalled(host: place, after: configuration.stallTimeout)
    }
    if isWaitingForThisSide || bodies - slowCount >= configuration.slowBytes {
      slowStart = now
      slowCount = bodies
    }
    guard now - slowStart >= configuration.slowTime else { return nil }
    return .tooSlow(host: place, bytes: configuration.slowBytes, time: configuration.slowTime)
  }

  /// True where a byte of the request may have reached the server. An older libcurl does not say when it sends; there the
  /// size of the requests it has issued tells.
  private var wasSent: Bool {
    if knowsSends { return sends > 0 }
    var issued = 0
    _ = acr_curl_easy_getinfo_long(handle.pointer, CURLINFO_REQUEST_SIZE, &issued)
    return issued > 0 || hasHead
  }

  /// What libcurl's result means for the caller.
  func outcome(_ code: CURLcode) -> Result<Void, any Error> {
    if let refusal { return .failure(wasSent ? refusal : RequestNotSent(refusal, isPermanent: true)) }
    if code == CURLE_OK, hasHead { return .success(()) }
    if let error = plan.upload?.error { return .failure(error) }
    var systemError = 0
    _ = acr_curl_easy_getinfo_long(handle.pointer, CURLINFO_OS_ERRNO, &systemError)
    var proxyStatus = 0
    _ = acr_curl_easy_getinfo_long(handle.pointer, CURLINFO_HTTP_CONNECTCODE, &proxyStatus)
    let failure = CurlFailure(
      code: code, place: plan.destination.place, placeWithPort: plan.destination.placeWithPort,
      proxy: plan.destination.proxy.map(ProxySettings.place), proxyStatus: proxyStatus,
      systemError: Int32(clamping: systemError),
      text: String(cString: errorText), connectTimeout: configuration.connectTimeout, hasHead: hasHead,
      received: received,
      expected: fields[.contentLength].flatMap { WireSize(digits: $0) })
    let error = AcrError(failure)
    if !wasSent { return .failure(RequestNotSent(error, isPermanent: failure.isPermanent)) }
    return .failure(error)
  }
}

// MARK: What libcurl calls

extension CurlTransfer {
  /// One line of a head, or of the trailer that may follow a chunked body.
  /// - Returns: false to stop the transfer, where there are too many of them.
  func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    headerBytes += Int64(line.count)
    guard headerBytes <= configuration.limits[.headers] else {
      let place = plan.destination.place
      refusal = configuration.limits.exceeded(.headers, by: "the answer of `\(place)`", target: place)
      return false
    }
    if hasHead { return true }
    var content = line[...]
    if content.last == 0x0A { content = content.dropLast() }
    if content.last == 0x0D { content = content.dropLast() }
    if content.isEmpty {
      // 1xx heads come before the real one (RFC 9110, 15.2).
      guard status >= 200 else { return true }
      hasHead = true
      news.add(self)
      let connection = ConnectionInfo(httpVersion: version, remoteAddress: remote ?? connectedAddress)
      plan.response.append(head: ResponseHead(status: status, headers: fields, connection: connection))
    } else if content.starts(with: "HTTP/".utf8) {
      let parts = content.dropFirst(5).split(separator: 0x20, maxSplits: 2).map { String(decoding: $0, as: UTF8.self) }
      version = parts.first ?? ""
      status = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
      fields = HTTPFields()
      fields.reserveCapacity(CurlTransfer.usualFields)
    } else if let colon = content.firstIndex(of: UInt8(ascii: ":")), let name = names.name(content[..<colon]) {
      let value = content[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
      fields.append(HTTPField(name: name, value: String(decoding: value, as: UTF8.self)))
    }
    return true
  }

  /// Bytes of the body; false pauses the transfer, and libcurl gives the same bytes again later.
  func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard plan.response.append(bytes) else {
      isReceivePaused = true
      return false
    }
    received += Int64(bytes.count)
    news.add(self)
    return true
  }

  /// Fills libcurl's buffer with the request's body; the result is what its read callback returns.
  func sendBody(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let upload = plan.upload else {
      let count = min(buffer.count, memoryBody.count - memoryOffset)
      memoryBody.withUnsafeBytes { bytes in
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[memoryOffset..<memoryOffset + count]))
      }
      memoryOffset += count
      return count
    }
    switch upload.read(into: buffer) {
    case .bytes(let count): return count
    case .end: return 0
    case .failed: return Int(CURL_READFUNC_ABORT)
    case .wait:
      isSendPaused = true
      return Int(CURL_READFUNC_PAUSE)
    }
  }

  /// Goes back to the start of the body, for sending it again on a new connection; false where it cannot.
  func rewindBody() -> Bool {
    guard let upload = plan.upload else {
      memoryOffset = 0
      return true
    }
    return upload.isUntouched
  }

  /// Called before a connection is opened; false refuses the address. A name that leads to the own link is as good as the
  /// address itself. Through a proxy, this is the proxy's address, and names are the proxy's to look up.
  func mayConnect(to address: String) -> Bool {
    guard URLReference.isOwnLink(address), !plan.request.mayReachOwnLink,
      !plan.destination.isInsecure
    else { return true }
    refusal = .ownLink(plan.destination.place)
    return false
  }

  /// Called when a connection stands and the request is about to be sent; false stops the transfer. libcurl sends a
  /// request again by itself when a kept connection was closed without an answer; a request that may have been acted on
  /// must not be sent twice (RFC 9110, 9.2.2).
  func willSend(to address: String, port: Int) -> Bool {
    guard sends == 0 || plan.request.isIdempotent else { return false }
    sends += 1
    remote = CurlTransfer.authority(address, port)
    return true
  }

  /// Where the connection leads, as a libcurl knows it that does not call before a request is sent.
  private var connectedAddress: String? {
    var address: UnsafePointer<CChar>?
    var port = 0
    guard acr_curl_easy_getinfo_string(handle.pointer, CURLINFO_PRIMARY_IP, &address) == CURLE_OK,
      acr_curl_easy_getinfo_long(handle.pointer, CURLINFO_PRIMARY_PORT, &port) == CURLE_OK, let address, port > 0
    else { return nil }
    return CurlTransfer.authority(String(cString: address), port)
  }

  private static func authority(_ address: String, _ port: Int) -> String {
    address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
  }
}

/// The transfers that something arrived for since the last flush, each once.
final class CurlNews {
  private var transfers: [CurlTransfer] = []

  func add(_ transfer: CurlTransfer) {
    guard !transfer.hasNews else { return }
    transfer.hasNews = true
    transfers.append(transfer)
  }

  /// Takes them all.
  func take() -> [CurlTransfer] {
    defer { transfers.removeAll(keepingCapacity: true) }
    for transfer in transfers { transfer.hasNews = false }
    return transfers
  }
}
