import CCurl

/// An easy handle of libcurl that serves one transfer after the other. What is the same for all of them is set once.
final class CurlHandle {
  let pointer: UnsafeMutableRawPointer
  /// True once it has the options that do not change.
  var isPrepared = false
  /// True where libcurl says when it is about to send a request (7.80 and later).
  var knowsSends = false
  /// The proxy that is set; nil before the first.
  var proxy: String?
  /// Whether certificates are not checked; nil before that was set.
  var isInsecure: Bool?

  init?() {
    guard let pointer = acr_curl_easy_init() else { return nil }
    self.pointer = pointer
  }

  /// Takes away what belonged to the last transfer.
  /// - Returns: false where libcurl does not let it go, so that the handle must not be used again.
  func forget() -> Bool {
    guard isPrepared else {
      acr_curl_easy_reset(pointer)
      return true
    }
    // Setting the size frees the buffer of the last upload, which the handle would keep otherwise.
    _ = acr_curl_easy_setopt_long(pointer, CURLOPT_UPLOAD_BUFFERSIZE, 16 * 1024)
    for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA] {
      _ = acr_curl_easy_setopt_pointer(pointer, option, nil)
    }
    // A GET also ends UPLOAD and NOBODY.
    return acr_curl_easy_setopt_long(pointer, CURLOPT_HTTPGET, 1) == CURLE_OK
      && acr_curl_easy_setopt_offset(pointer, CURLOPT_INFILESIZE_LARGE, -1) == CURLE_OK
      && acr_curl_easy_setopt_pointer(pointer, CURLOPT_CUSTOMREQUEST, nil) == CURLE_OK
      && acr_curl_easy_setopt_list(pointer, CURLOPT_HTTPHEADER, nil) == CURLE_OK
      && acr_curl_easy_setopt_pointer(pointer, CURLOPT_ERRORBUFFER, nil) == CURLE_OK
      && acr_curl_easy_setopt_long(pointer, CURLOPT_FRESH_CONNECT, 0) == CURLE_OK
  }
}
