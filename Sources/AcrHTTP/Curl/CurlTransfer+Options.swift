import AcrCore
import CCurl
import HTTPTypes

extension CurlTransfer {
  /// Sets up the handle.
  /// - Returns: the list of header fields, which must live as long as the transfer.
  func applyOptions(
    _ configuration: CurlTransport.Configuration, _ errorText: UnsafeMutablePointer<CChar>
  ) -> UnsafeMutablePointer<curl_slist>? {
    set(CURLOPT_NOSIGNAL, 1)
    // Without it, removing a transfer waits for the name resolution that is under way.
    set(CURLOPT_QUICK_EXIT, 1)
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_URL, plan.request.url)
    set(CURLOPT_PATH_AS_IS, 1)
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Monotonic.milliseconds(configuration.connectTimeout)))
    set(CURLOPT_HTTP_CONTENT_DECODING, 0)
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
    set(CURLOPT_USERAGENT, configuration.userAgent)
    set(CURLOPT_PROXY, plan.proxy?.reveal() ?? "")
    set(CURLOPT_NOPROXY, configuration.proxies.exceptions)
    applyTrust(configuration)
    applyBody()

    let me = Unmanaged.passUnretained(self).toOpaque()
    for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA, CURLOPT_PREREQDATA] {
      _ = acr_curl_easy_setopt_pointer(handle, option, me)
    }
    _ = acr_curl_easy_setopt_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
    _ = acr_curl_easy_setopt_data_callback(handle, CURLOPT_WRITEFUNCTION, writeCallback)
    _ = acr_curl_easy_setopt_data_callback(handle, CURLOPT_HEADERFUNCTION, headerCallback)
    _ = acr_curl_easy_setopt_data_callback(handle, CURLOPT_READFUNCTION, readCallback)
    _ = acr_curl_easy_setopt_seek_callback(handle, seekCallback)
    _ = acr_curl_easy_setopt_prerequest_callback(handle, prerequestCallback)

    let list = makeHeaderList()
    _ = acr_curl_easy_setopt_list(handle, CURLOPT_HTTPHEADER, list)
    return list
  }

  private func applyTrust(_ configuration: CurlTransport.Configuration) {
    let isInsecure = configuration.insecureHosts.contains(plan.url)
    set(CURLOPT_SSL_VERIFYPEER, isInsecure ? 0 : 1)
    set(CURLOPT_SSL_VERIFYHOST, isInsecure ? 0 : 2)
    if let file = configuration.trustedCertificates {
      set(configuration.trustIsFolder ? CURLOPT_CAPATH : CURLOPT_CAINFO, file)
    }
  }

  private func applyBody() {
    let method = plan.request.method
    var length: Int64?
    switch plan.request.body {
    case .empty: length = [.post, .put, .patch].contains(method) ? 0 : nil
    case .bytes(let bytes): length = Int64(bytes.count)
    case .stream(let stream): length = stream.length ?? -1
    }
    if let length {
      set(CURLOPT_UPLOAD, 1)
      _ = acr_curl_easy_setopt_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(length))
      let isStream = plan.upload != nil
      set(CURLOPT_UPLOAD_BUFFERSIZE, isStream ? 256 * 1024 : Int(min(max(length, 16 * 1024), 64 * 1024)))
      set(CURLOPT_CUSTOMREQUEST, method.rawValue)
    } else if method == .head {
      set(CURLOPT_NOBODY, 1)
    } else {
      set(CURLOPT_HTTPGET, 1)
      if method != .get { set(CURLOPT_CUSTOMREQUEST, method.rawValue) }
    }
    // Only `GET` fetches blobs. Of a large buffer only the pages that are used become real memory.
    set(CURLOPT_BUFFERSIZE, method == .get ? 256 * 1024 : 16 * 1024)
  }

  private func makeHeaderList() -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    func add(_ line: String) { list = acr_curl_slist_append(list, line) ?? list }
    let request = plan.request
    for field in request.headers where !CurlTransfer.framingFields.contains(field.name) {
      // libcurl's way to write a field without a value is a semicolon; `Name:` would remove it.
      add(field.value.isEmpty ? "\(field.name.rawName);" : "\(field.name.rawName): \(field.value)")
    }
    if let authorization = request.authorization { add("Authorization: \(authorization.reveal())") }
    if request.headers[.acceptEncoding] == nil { add("Accept-Encoding: identity") }
    // Waiting for `100 Continue` costs a round trip, and a second with servers that never send it.
    add("Expect:")
    return list
  }

  /// Fields that belong to the transport, which knows the body and the host.
  private static let framingFields: Set<HTTPField.Name> = [.contentLength, .transferEncoding, .expect]

  private func set(_ option: CURLoption, _ value: Int) { _ = acr_curl_easy_setopt_long(handle, option, value) }

  private func set(_ option: CURLoption, _ value: String) { _ = acr_curl_easy_setopt_string(handle, option, value) }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
  context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
}

private let writeCallback: acr_curl_data_callback = { bytes, size, count, context in
  guard let transfer = transfer(context) else { return 0 }
  let isTaken = transfer.receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
  return isTaken ? size * count : Int(CURL_WRITEFUNC_PAUSE)
}

private let headerCallback: acr_curl_data_callback = { bytes, size, count, context in
  transfer(context)?.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
  return size * count
}

private let readCallback: acr_curl_data_callback = { bytes, size, count, context in
  guard let transfer = transfer(context) else { return Int(CURL_READFUNC_ABORT) }
  return transfer.sendBody(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
}

private let seekCallback: acr_curl_seek_callback = { context, offset, _ in
  guard offset == 0, let transfer = transfer(context), transfer.rewindBody() else { return CURL_SEEKFUNC_FAIL }
  return CURL_SEEKFUNC_OK
}

private let prerequestCallback: acr_curl_prerequest_callback = { context, address, _, port, _ in
  guard let transfer = transfer(context) else { return CURL_PREREQFUNC_ABORT }
  let text = address.map { String(cString: $0) } ?? ""
  return transfer.willSend(to: text, port: Int(port)) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}
