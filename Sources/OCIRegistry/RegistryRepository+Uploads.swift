import AcrCore
import AcrHTTP
import HTTPTypes

extension RegistryRepository {
  /// Opens an upload, with the wish to mount in the same request: a registry that cannot mount opens the upload anyway, so
  /// asking first with HEAD would only cost a request.
  public func startUpload(_ descriptor: Descriptor, mountFrom: RepositoryName?) async throws -> UploadStart {
    guard let mountFrom else { return .session(try await openUpload(descriptor)) }
    var path = URLText.adding("mount", descriptor.digest.description, to: "blobs/uploads/")
    path = URLText.adding("from", mountFrom.name, to: path)
    let call = uploadCall(.post, path, descriptor, mountFrom: mountFrom)
    do {
      let answer = try await client.answer(call, [201, 202])
      return answer.status == 201 ? .mounted : .session(try session(after: answer, call))
    } catch let error as AcrError where [.auth, .denied, .notFound, .invalid].contains(error.kind) {
      // The other repository may be closed to us or gone; that must not keep the blob from being sent.
      return .session(try await openUpload(descriptor))
    }
  }

  /// Sends a blob in one PUT. Some registries refuse that for larger blobs (Azure with 413, Docker Hub with 400); these get
  /// the same bytes with PATCH and PUT in a new upload.
  public func finish(_ upload: UploadSession, _ descriptor: Descriptor, bytes: [UInt8]) async throws {
    var call = finishCall(upload, descriptor)
    call.headers = [.contentType: "application/octet-stream"]
    call.body = .bytes(bytes)
    do {
      try check(try await client.answer(call, [200, 201, 202, 204]), descriptor)
    } catch let error as AcrError where Self.mayWantStream(error) {
      await cancel(upload)
      try await patch(try await openUpload(descriptor), descriptor, body: .bytes(bytes))
    }
  }

  public func finish(_ upload: UploadSession, _ descriptor: Descriptor, body: BlobBody) async throws {
    try await patch(upload, descriptor, body: .stream(BodyStream(length: body.length, next: body.next)))
  }

  public func cancel(_ upload: UploadSession) async {
    let call = call(
      .delete, .url(upload.location), purpose: "giving up an upload to `\(displayName)`", subject: "the upload")
    _ = try? await client.send(call)
  }

  private static func mayWantStream(_ error: AcrError) -> Bool {
    error.status == 413 || (error.status == 400 && error.code != "DIGEST_INVALID")
  }

  private func openUpload(_ descriptor: Descriptor) async throws -> UploadSession {
    let call = uploadCall(.post, "blobs/uploads/", descriptor)
    return try session(after: try await client.answer(call, [202]), call)
  }

  private func patch(_ upload: UploadSession, _ descriptor: Descriptor, body: RequestBody) async throws {
    let purpose = "sending the blob \(descriptor.digest.short) to `\(displayName)`"
    var call = call(.patch, .url(upload.location), purpose: purpose, subject: "the upload to `\(displayName)`")
    call.headers = [.contentType: "application/octet-stream"]
    call.body = body
    let answer = try await client.answer(call, [200, 201, 202, 204])
    // Each answer may move the upload; the newest address counts.
    let next = answer.headers.first("Location") == nil ? upload : try session(after: answer, call)
    try check(try await client.answer(finishCall(next, descriptor), [200, 201, 202, 204]), descriptor)
  }

  private func uploadCall(
    _ method: HTTPRequest.Method, _ path: String, _ descriptor: Descriptor, mountFrom: RepositoryName? = nil
  ) -> RegistryCall {
    call(
      method, path, purpose: "starting the upload of the blob \(descriptor.digest.short) to `\(displayName)`",
      subject: "the repository `\(displayName)`", mountFrom: mountFrom)
  }

  private func finishCall(_ upload: UploadSession, _ descriptor: Descriptor) -> RegistryCall {
    call(
      .put, .url(URLText.adding("digest", descriptor.digest.description, to: upload.location)),
      purpose: "finishing the upload of the blob \(descriptor.digest.short) to `\(displayName)`",
      subject: "the upload to `\(displayName)`")
  }

  /// The `Location` of an answer, made absolute and otherwise left as it is: it may hold a signature over its own text.
  private func session(after answer: RegistryAnswer, _ call: RegistryCall) throws(AcrError) -> UploadSession {
    guard let location = answer.headers.first("Location") else {
      throw RegistryFailure.malformed(answer, to: call, client.host, "no `Location` to send the blob to")
    }
    return UploadSession(location: URLReference.resolve(base: answer.url, reference: location))
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
