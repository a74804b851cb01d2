import AcrCore
import AcrHTTP
import HTTPTypes

extension RegistryRepository {
  /// Opens an upload, and asks to mount the blob in the same request: a registry that cannot mount opens the upload anyway, so
  /// asking first with HEAD would only cost a request.
  public func startUpload(_ descriptor: Descriptor, mountFrom: RepositoryName?) async throws -> UploadStart {
    guard let mountFrom else { return .session(try await openUpload(descriptor)) }
    let isOwn = mountFrom == name
    guard !client.traits.refusesMount, !isOwn || client.traits.findsOwnBlobs != false else {
      if try await hasBlob(descriptor.digest) { return .mounted }
      return .session(try await openUpload(descriptor))
    }
    var path = URLText.adding("mount", descriptor.digest.description, to: "blobs/uploads/")
    path = URLText.adding("from", mountFrom.name, to: path)
    var call = uploadCall(.post, path, descriptor, mountFrom: mountFrom)
    call.finalStatuses = [500, 501]
    do {
      let answer = try await client.answer(call, [201, 202])
      if answer.status == 201 {
        if isOwn { client.traits.findsOwnBlobs = true }
        return .mounted
      }
      let session = try session(after: answer, call)
      // Some registries mount nothing, and would get what they have at each run.
      if isOwn, client.traits.findsOwnBlobs == nil, descriptor.size > RegistryRepository.worthAsking,
        try await hasBlob(descriptor.digest)
      {
        client.traits.findsOwnBlobs = false
        await cancel(session)
        return .mounted
      }
      return .session(session)
    } catch let error as AcrError where [.auth, .denied, .notFound, .invalid].contains(error.kind) {
      // The other repository may be closed to us or gone; that must not keep the blob from being sent.
      return .session(try await openUpload(descriptor))
    } catch let error as AcrError where error.status == 500 || error.status == 501 {
      // Some registries fail at what the specification lets them refuse.
      client.traits.refusesMount = true
      return .session(try await openUpload(descriptor))
    }
  }

  public func beginsSendingAtOnce() -> Bool { client.traits.beginSendingWholeBlob() }

  /// Sends a blob in the POST that opens the upload (distribution-spec, "Single POST"). A registry without that opens the
  /// upload and answers 202, as it would without a body.
  public func sendAtOnce(_ descriptor: Descriptor, bytes: [UInt8]) async throws -> UploadStart? {
    var call = uploadCall(
      .post, URLText.adding("digest", descriptor.digest.description, to: "blobs/uploads/"), descriptor)
    call.headers = [.contentType: "application/octet-stream"]
    call.body = .bytes(bytes)
    call.finalStatuses = [500, 501]
    do {
      let answer = try await client.answer(call, [201, 202])
      let isTaken = answer.status == 201 && Self.names(descriptor.digest, answer)
      client.traits.noteWholeBlob(isTaken: isTaken)
      if isTaken { return .mounted }
      return answer.status == 202 ? .session(try session(after: answer, call)) : nil
    } catch let error as AcrError {
      client.traits.noteWholeBlob(isTaken: false)
      // Whatever it did not like about this request, it gets the usual one.
      guard [.invalid, .notFound, .server, .denied].contains(error.kind) else { throw error }
      return nil
    }
  }

  /// True for an answer that says what it stored: 201 alone could mean anything.
  private static func names(_ digest: Digest, _ answer: RegistryAnswer) -> Bool {
    if let told = answer.headers.digest { return told == digest }
    let location = answer.headers.first(.location).map { URLReference($0).path } ?? ""
    return location.hasSuffix("/blobs/\(digest)")
  }

  /// Blobs of more bytes than this are asked for once more, until the registry has shown that it finds its own.
  private static let worthAsking: Int64 = 4 << 20

  /// Sends a blob in one PUT. Some registries refuse that for larger blobs (Azure with 413, Docker Hub with 400); these get
  /// the same bytes with PATCH and PUT in a new upload.
  public func finish(_ upload: BlobUpload, _ descriptor: Descriptor, bytes: [UInt8]) async throws {
    var call = finishCall(upload, descriptor)
    call.headers = [.contentType: "application/octet-stream"]
    call.body = .bytes(bytes)
    do {
      try check(try await client.answer(call, [200, 201, 202, 204]), descriptor)
    } catch let error as AcrError where Self.mayWantStream(error) {
      await cancel(upload)
      try await patch(try await openUpload(descriptor), descriptor, from: 0, body: .bytes(bytes))
    }
  }

  public func finish(_ upload: BlobUpload, _ descriptor: Descriptor, body: BlobBody) async throws {
    try await finish(upload, descriptor, from: 0, body: body)
  }

  /// Streams a blob, or the rest of one, with PATCH and ends the upload with PUT. A registry that knows no PATCH gets one
  /// PUT, from the next upload on.
  public func finish(
    _ upload: BlobUpload, _ descriptor: Descriptor, from offset: Int64, body: BlobBody
  ) async throws {
    let stream = RequestBody.stream(BodyStream(length: body.length, next: body.next))
    if offset == 0, client.traits.refusesPatch {
      var call = finishCall(upload, descriptor)
      call.headers = [.contentType: "application/octet-stream"]
      call.body = stream
      return try check(try await client.answer(call, [200, 201, 202, 204]), descriptor)
    }
    do {
      try await patch(upload, descriptor, from: offset, body: stream)
    } catch let error as AcrError {
      if error.status == 405 || error.status == 501 { client.traits.refusesPatch = true }
      // A registry that does not take the rest of an upload gets each from its first byte. 409 and the first 416 are no such
      // refusal: the broken request has not ended there yet, or brought more after it was asked how far it came.
      let refusesRest = [400, 404, 413, 416].contains(error.status)
      let isLate = error.status == 416 && !client.traits.wasRefused(upload.location, at: offset)
      if offset > 0, error.code == "DIGEST_INVALID" || refusesRest && !isLate { client.traits.losesPatches = true }
      if offset > 0, refusesRest, error.code == nil || error.status == 400 || error.status == 404 {
        var again = error
        again.code = RegistryRepository.restRefused
        throw again
      }
      throw error
    }
  }

  /// The code of errors for the rest of an upload that the registry did not take: the whole blob is to be sent again.
  public static let restRefused = "BLOB_UPLOAD_INVALID"

  /// Asks how far an upload came (distribution-spec, "Resuming an upload"). docker-registry answers only where the last
  /// request of the upload was complete: it gives up those whose body broke off.
  public func progress(of upload: BlobUpload) async throws -> UploadProgress? {
    guard !client.traits.losesPatches, !client.traits.refusesPatch else { return nil }
    let call = call(
      .get, .url(upload.location), purpose: "asking how far an upload to `\(displayName)` came", subject: "the upload")
    let answer = try await client.document(call)
    guard [200, 202, 204].contains(answer.status) else {
      guard answer.status >= 500 || [401, 403, 429].contains(answer.status) else { return nil }
      throw await client.failure(answer, to: call)
    }
    guard let range = answer.headers.first(.range), let count = Self.count(range) else { return nil }
    let next = answer.headers.first(.location) == nil ? upload : try session(after: answer, call)
    return UploadProgress(session: next, count: count)
  }

  /// Reads `0-99` or `bytes=0-99`: the bytes that are there. `0-0` is what registries say of an empty upload.
  private static func count(_ range: String) -> Int64? {
    guard let range = WireRange(uploadRange: range), range.first == 0 else { return nil }
    return range.last == 0 ? 0 : range.end.bytes
  }

  public func cancel(_ upload: BlobUpload) async {
    let call = call(
      .delete, .url(upload.location), purpose: "giving up an upload to `\(displayName)`", subject: "the upload")
    _ = try? await client.send(call)
  }

  private static func mayWantStream(_ error: AcrError) -> Bool {
    error.status == 413 || (error.status == 400 && error.code != "DIGEST_INVALID")
  }

  private func openUpload(_ descriptor: Descriptor) async throws -> BlobUpload {
    let call = uploadCall(.post, "blobs/uploads/", descriptor)
    return try session(after: try await client.answer(call, [202]), call)
  }

  private func patch(
    _ upload: BlobUpload, _ descriptor: Descriptor, from offset: Int64, body: RequestBody
  ) async throws {
    guard offset == 0 || descriptor.size > offset else {
      // Everything is there; only the end is missing.
      return try check(try await client.answer(finishCall(upload, descriptor), [200, 201, 202, 204]), descriptor)
    }
    let purpose = "sending the blob \(descriptor.digest.short) to `\(displayName)`"
    var call = call(.patch, .url(upload.location), purpose: purpose, subject: "the upload to `\(displayName)`")
    call.headers = [.contentType: "application/octet-stream"]
    if offset > 0 { call.headers[.contentRange] = "\(offset)-\(descriptor.size - 1)" }
    call.body = body
    let answer = try await client.answer(call, [200, 201, 202, 204])
    // Each answer may move the upload; the newest address counts.
    let next = answer.headers.first(.location) == nil ? upload : try session(after: answer, call)
    try check(try await client.answer(finishCall(next, descriptor), [200, 201, 202, 204]), descriptor)
  }

  private func uploadCall(
    _ method: HTTPRequest.Method, _ path: String, _ descriptor: Descriptor, mountFrom: RepositoryName? = nil
  ) -> RegistryCall {
    call(
      method, path, purpose: "starting the upload of the blob \(descriptor.digest.short) to `\(displayName)`",
      subject: "the repository `\(displayName)`", mountFrom: mountFrom)
  }

  private func finishCall(_ upload: BlobUpload, _ descriptor: Descriptor) -> RegistryCall {
    call(
      .put, .url(URLText.adding("digest", descriptor.digest.description, to: upload.location)),
      purpose: "finishing the upload of the blob \(descriptor.digest.short) to `\(displayName)`",
      subject: "the upload to `\(displayName)`")
  }

  /// The `Location` of an answer, made absolute and otherwise left as it is: it may hold a signature over its own text.
  private func session(after answer: RegistryAnswer, _ call: RegistryCall) throws(AcrError) -> BlobUpload {
    guard let location = answer.headers.first(.location) else {
      throw RegistryFailure.malformed(answer, to: call, client.host, "no `Location` to send the blob to")
    }
    try ServerAddress.checkLength(location, namedBy: client.host.name, status: answer.status)
    let target = URLReference.resolve(base: answer.url, reference: location)
    try client.checkAddress(target, namedBy: answer.url)
    return BlobUpload(location: target)
  }

  private func check(_ answer: RegistryAnswer, _ descriptor: Descriptor) throws(AcrError) {
    guard let digest = answer.headers.digest, digest.algorithm == descriptor.digest.algorithm,
      digest != descriptor.digest
    else { return }
    throw RegistryFailure.adding(
      answer, code: nil, client.host,
      to: AcrError(
        .invalid,
        "\(client.host) stored the blob \(descriptor.digest) in `\(displayName)` under another digest, \(digest)"))
  }
}
