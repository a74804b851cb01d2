import AcrCore
import AcrSystem
import CCurl
import HTTPTypes

extension CurlTransfer {
  /// Sets up the handle.
  /// - Returns: the list of header fields, which must live as long as the transfer.
  func applyOptions(
    _ configuration: CurlTransport.Configuration, _ errorText: UnsafeMutablePointer<CChar>
  ) -> UnsafeMutablePointer<curl_slist>? {
    if !handle.isPrepared { prepare(configuration) }
    knowsSends = handle.knowsSends
    set(CURLOPT_URL, plan.request.url)
    let proxy = plan.destination.proxy?.reveal() ?? ""
    if handle.proxy != proxy {
      set(CURLOPT_PROXY, proxy)
      handle.proxy = proxy
    }
    let isInsecure = plan.destination.isInsecure
    if handle.isInsecure != isInsecure {
      set(CURLOPT_SSL_VERIFYPEER, isInsecure ? 0 : 1)
      set(CURLOPT_SSL_VERIFYHOST, isInsecure ? 0 : 2)
      handle.isInsecure = isInsecure
    }
    applyBody()

    let me = Unmanaged.passUnretained(self).toOpaque()
    for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA] {
      check(acr_curl_easy_setopt_pointer(handle.pointer, option, me), option.rawValue)
    }
    check(
      acr_curl_easy_setopt_pointer(handle.pointer, CURLOPT_ERRORBUFFER, errorText), CURLOPT_ERRORBUFFER.rawValue)
    check(
      acr_curl_easy_setopt_address_callback(handle.pointer, addressCallback, me), CURLOPT_OPENSOCKETFUNCTION.rawValue)
    if knowsSends {
      let option = CURLoption(UInt32(ACR_CURLOPT_PREREQDATA))
      check(acr_curl_easy_setopt_pointer(handle.pointer, option, me), option.rawValue)
    }
    // libcurl sends a request again by itself when a kept connection was closed without an answer. Where it does not ask
    // before, a request that must not be sent twice gets a connection of its own.
    if !knowsSends, !plan.request.isIdempotent { set(CURLOPT_FRESH_CONNECT, 1) }

    let list = makeHeaderList()
    check(acr_curl_easy_setopt_list(handle.pointer, CURLOPT_HTTPHEADER, list), CURLOPT_HTTPHEADER.rawValue)
    return list
  }

  /// 7.80.0, the first that calls back before a request is sent.
  private static let firstVersionWithPrerequest: UInt32 = 0x07_50_00

  /// Sets what is the same for every transfer.
  private func prepare(_ configuration: CurlTransport.Configuration) {
    set(CURLOPT_NOSIGNAL, 1)
    // Without it, removing a transfer waits for the name resolution that is under way.
    _ = setLong(ACR_CURLOPT_QUICK_EXIT, 1)
    if configuration.isOldLibrary || setString(ACR_CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK {
      check(setLong(ACR_CURLOPT_PROTOCOLS, ACR_CURLPROTO_HTTP_HTTPS), UInt32(ACR_CURLOPT_PROTOCOLS))
    }
    set(CURLOPT_PATH_AS_IS, 1)
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Monotonic.milliseconds(configuration.connectTimeout)))
    set(CURLOPT_HTTP_CONTENT_DECODING, 0)
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
    set(CURLOPT_USERAGENT, configuration.userAgent)
    set(CURLOPT_NOPROXY, configuration.proxies.exceptions)
    if let file = configuration.trustedCertificates {
      set(configuration.trustIsFolder ? CURLOPT_CAPATH : CURLOPT_CAINFO, file)
    }
    setCallback(CURLOPT_WRITEFUNCTION, writeCallback)
    setCallback(CURLOPT_HEADERFUNCTION, headerCallback)
    setCallback(CURLOPT_READFUNCTION, readCallback)
    check(acr_curl_easy_setopt_seek_callback(handle.pointer, seekCallback), CURLOPT_SEEKFUNCTION.rawValue)
    if !configuration.isOldLibrary, acr_curl_version() >= CurlTransfer.firstVersionWithPrerequest {
      handle.knowsSends = acr_curl_easy_setopt_prerequest_callback(handle.pointer, prerequestCallback) == CURLE_OK
    }
    handle.isPrepared = setupError == nil
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
      check(
        acr_curl_easy_setopt_offset(handle.pointer, CURLOPT_INFILESIZE_LARGE, curl_off_t(length)),
        CURLOPT_INFILESIZE_LARGE.rawValue)
      let isStream = plan.upload != nil
      hint(CURLOPT_UPLOAD_BUFFERSIZE, isStream ? 128 * 1024 : Int(min(max(length, 16 * 1024), 64 * 1024)))
      set(CURLOPT_CUSTOMREQUEST, method.rawValue)
    } else if method == .head {
      set(CURLOPT_NOBODY, 1)
    } else {
      set(CURLOPT_HTTPGET, 1)
      if method != .get { set(CURLOPT_CUSTOMREQUEST, method.rawValue) }
    }
    hint(CURLOPT_BUFFERSIZE, plan.request.expectsMuch ? 128 * 1024 : 16 * 1024)
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

  private func set(_ option: CURLoption, _ value: Int) {
    check(acr_curl_easy_setopt_long(handle.pointer, option, value), option.rawValue)
  }

  /// Sizes of buffers: libcurl refuses them for a handle whose buffer is in use, and then keeps the one it has.
  private func hint(_ option: CURLoption, _ value: Int) { _ = acr_curl_easy_setopt_long(handle.pointer, option, value) }

  private func set(_ option: CURLoption, _ value: String) {
    check(acr_curl_easy_setopt_string(handle.pointer, option, value), option.rawValue)
  }

  private func setCallback(_ option: CURLoption, _ callback: @escaping acr_curl_data_callback) {
    check(acr_curl_easy_setopt_data_callback(handle.pointer, option, callback), option.rawValue)
  }

  /// Options that not every version has; the result is the caller's to look at.
  private func setLong(_ option: Int, _ value: Int) -> CURLcode {
    acr_curl_easy_setopt_long(handle.pointer, CURLoption(UInt32(option)), value)
  }

  private func setString(_ option: Int, _ value: String) -> CURLcode {
    acr_curl_easy_setopt_string(handle.pointer, CURLoption(UInt32(option)), value)
  }

  /// A transfer whose options libcurl does not take is not started: it would do something else than is meant.
  private func check(_ code: CURLcode, _ option: UInt32) {
    guard code != CURLE_OK, setupError == nil else { return }
    setupError = .missingOption(option, version: String(cString: acr_curl_version_text()))
  }
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
  guard let transfer = transfer(context) else { return 0 }
  return transfer.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}

private let readCallback: acr_curl_data_callback = { bytes, size, count, context in
  guard let transfer = transfer(context) else { return Int(CURL_READFUNC_ABORT) }
  return transfer.sendBody(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
}

private let seekCallback: acr_curl_seek_callback = { context, offset, _ in
  guard offset == 0, let transfer = transfer(context), transfer.rewindBody() else { return CURL_SEEKFUNC_FAIL }
  return CURL_SEEKFUNC_OK
}

private let addressCallback: acr_curl_address_callback = { context, address in
  guard let transfer = transfer(context), let address else { return 0 }
  return transfer.mayConnect(to: String(cString: address)) ? 1 : 0
}

private let prerequestCallback: acr_curl_prerequest_callback = { context, address, _, port, _ in
  guard let transfer = transfer(context) else { return Int32(ACR_CURL_PREREQFUNC_ABORT) }
  let text = address.map { String(cString: $0) } ?? ""
  let isAllowed = transfer.willSend(to: text, port: Int(port))
  return Int32(isAllowed ? ACR_CURL_PREREQFUNC_OK : ACR_CURL_PREREQFUNC_ABORT)
}
