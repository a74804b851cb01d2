import AcrCore
import AcrHTTP
import HTTPTypes
import Synchronization

extension RegistryRepository {
  public func hasBlob(_ digest: Digest) async throws -> Bool { try await head(digest) != nil }

  public func blobSize(_ digest: Digest) async throws -> WireSize? {
    guard let response = try await head(digest) else { return nil }
    guard let size = response.headers.first(.contentLength).flatMap({ WireSize(digits: $0) }) else {
      throw AcrError(
        .invalid, "\(client.host) does not say how long the blob \(digest.short) of `\(displayName)` is",
        status: response.status, target: client.host.name)
    }
    return size
  }

  /// The answer for a blob that is there.
  private func head(_ digest: Digest) async throws -> TransportResponse? {
    let call = blobCall(.head, digest)
    let response = try await client.send(call)
    switch response.status {
    case 200: return response
    case 404: return nil
    default: throw await client.failure(response, to: call)
    }
  }

  /// Opens a blob. Reading from the middle uses a range (RFC 9110, section 14), and each way in which a server can fail at
  /// that has its own sentence: those of Azure's import service, so that they can be looked up.
  ///
  /// A server may lawfully answer a range with 200 and the whole body. It is told here as "may not be RFC 7233 compliant":
  /// reading on from the start would silently give the wrong bytes.
  public func blob(_ descriptor: Descriptor, from offset: Int64) async throws -> BlobReader {
    // A range that starts at the end would be answered with 416.
    guard descriptor.size > offset || offset == 0 else { return BlobReader(length: 0) { nil } }
    return try await blob(descriptor, from: offset, to: nil)
  }

  public func blob(_ descriptor: Descriptor, in range: Range<Int64>) async throws -> BlobReader {
    guard !range.isEmpty else { return BlobReader(length: 0) { nil } }
    let isWhole = range.lowerBound == 0 && descriptor.size == range.upperBound
    return try await blob(descriptor, from: range.lowerBound, to: isWhole ? nil : range.upperBound)
  }

  /// Blobs of up to so many bytes need no large buffer.
  private static let shortBlob: Int64 = 1 << 20

  /// - Parameter end: the byte behind the last one; nil for the blob's end.
  private func blob(_ descriptor: Descriptor, from offset: Int64, to end: Int64?) async throws -> BlobReader {
    var call = blobCall(.get, descriptor.digest)
    call.headers[.acceptEncoding] = "identity"
    call.expectsMuch = descriptor.size > RegistryRepository.shortBlob
    let isPart = offset > 0 || end != nil
    if isPart { call.headers[.range] = "bytes=\(offset)-\(end.map { String($0 - 1) } ?? "")" }
    let response = try await client.send(call)
    if isPart {
      let last = end.map { WireSize(clamping: $0) } ?? descriptor.size
      try await checkRange(response, call, descriptor, from: offset, to: last)
    } else if response.status != 200 {
      throw await client.failure(response, to: call)
    }
    let expected = (end.map { WireSize(clamping: $0) } ?? descriptor.size) - offset
    let announced = response.headers.first(.contentLength).flatMap { WireSize(digits: $0) }
    if let announced, announced != expected {
      var error = rangeFailure(
        response, .invalid, "Unexpected length of body in response: \(announced) bytes instead of \(expected)",
        descriptor)
      if isPart { error.code = RangeFailure.code }
      throw error
    }
    return reader(response, descriptor, expected: expected.bytes)
  }

  private func blobCall(_ method: HTTPRequest.Method, _ digest: Digest) -> RegistryCall {
    var call = call(
      method, "blobs/\(digest)", purpose: "reading the blob \(digest.short) of `\(displayName)`",
      subject: "the blob \(digest) in `\(displayName)`")
    call.redirects = .content
    return call
  }

  private func reader(_ response: TransportResponse, _ descriptor: Descriptor, expected: Int64) -> BlobReader {
    let received = Mutex<Int64>(0)
    return BlobReader(length: expected) {
      let piece = try await response.body.next()
      let total = received.withLock { count in
        count += Int64(piece?.count ?? 0)
        return count
      }
      // Too short a body may be a broken connection, which is worth another try; too long a one never is.
      guard total <= expected, piece != nil || total == expected else {
        throw rangeFailure(
          response, total > expected ? .invalid : .network,
          "Unexpected length of body in response: \(total > expected ? "more than" : "only \(total) of") \(expected) bytes",
          descriptor)
      }
      return piece
    }
  }

  private func checkRange(
    _ response: TransportResponse, _ call: RegistryCall, _ descriptor: Descriptor, from offset: Int64, to end: WireSize
  ) async throws {
    let code = RangeFailure.code
    let notCompliant = "The remote server may not be RFC 7233 compliant: it answered a range from byte \(offset)"
    switch response.status {
    case 206:
      guard let range = response.headers.first(.contentRange) else {
        throw rangeFailure(response, .invalid, "\(notCompliant) without `Content-Range`", descriptor, code)
      }
      guard let given = WireRange(contentRange: range),
        given == WireRange(first: offset, last: (end - 1).bytes)
      else {
        let shown = ServerText.cleaned(range, limit: 60, without: response.sent)
        throw rangeFailure(response, .invalid, "\(notCompliant) with `Content-Range: \(shown)`", descriptor, code)
      }
    case 200:
      throw rangeFailure(response, .invalid, "\(notCompliant) with the whole blob", descriptor, code)
    default:
      var error = await client.failure(response, to: call)
      error.notes.insert(error.message, at: 0)
      error.message =
        "Unexpected response status code \(response.status) to a range from byte \(offset) of the blob "
        + "\(descriptor.digest.short) of `\(displayName)`"
      if [400, 405, 416, 501].contains(response.status) { error.code = code }
      throw error
    }
  }

  private func rangeFailure(
    _ response: TransportResponse, _ kind: ErrorKind, _ message: String, _ descriptor: Descriptor, _ code: String? = nil
  ) -> AcrError {
    AcrError(
      kind, "\(message) (the blob \(descriptor.digest.short) of `\(displayName)`)", status: response.status, code: code,
      target: URLText.host(response.url) ?? client.host.name)
  }
}

/// Servers that do not give a part of a blob.
public enum RangeFailure {
  /// The code of errors that say so: such a blob can still be read from its start.
  public static let code = "RANGE_NOT_SERVED"
}
