import AcrCore
import AcrHTTP
import HTTPTypes
import Synchronization

extension RegistryRepository {
  public func hasBlob(_ digest: Digest) async throws -> Bool {
    let call = blobCall(.head, digest)
    let response = try await client.send(call)
    switch response.status {
    case 200: return true
    case 404: return false
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
    var call = blobCall(.get, descriptor.digest)
    call.headers[.acceptEncoding] = "identity"
    if offset > 0 { call.headers[.range] = "bytes=\(offset)-" }
    let response = try await client.send(call)
    if offset > 0 {
      try await checkRange(response, call, descriptor, from: offset)
    } else if response.status != 200 {
      throw await client.failure(response, to: call)
    }
    let expected = descriptor.size - offset
    let announced = response.headers.first("Content-Length").flatMap { WireSize(digits: $0) }
    if let announced, announced != expected {
      var error = rangeFailure(
        response, .invalid, "Unexpected length of body in response: \(announced) bytes instead of \(expected)",
        descriptor)
      if offset > 0 { error.code = RangeFailure.code }
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
    _ response: TransportResponse, _ call: RegistryCall, _ descriptor: Descriptor, from offset: Int64
  ) async throws {
    let code = RangeFailure.code
    let notCompliant = "The remote server may not be RFC 7233 compliant: it answered a range from byte \(offset)"
    switch response.status {
    case 206:
      guard let range = response.headers.first("Content-Range") else {
        throw rangeFailure(response, .invalid, "\(notCompliant) without `Content-Range`", descriptor, code)
      }
      guard let given = WireRange(contentRange: range),
        given == WireRange(first: offset, last: (descriptor.size - 1).bytes)
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
