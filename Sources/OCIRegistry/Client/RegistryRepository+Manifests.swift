import AcrCore
import AcrHTTP
import AcrText
import HTTPTypes

extension RegistryRepository {
  public func manifest(_ selector: ManifestSelector) async throws -> FetchedManifest {
    let call = manifestCall(.get, selector)
    let answer = try await client.document(call)
    guard answer.status == 200 else {
      let error = await client.failure(answer, to: call)
      guard answer.status == 404, case .tag(let tag) = selector else { throw error }
      throw await explainMissing(tag, error)
    }
    return try check(answer, call, selector)
  }

  public func digest(of tag: TagName) async throws -> Digest? {
    let call = manifestCall(.head, .tag(tag))
    let response = try await client.send(call)
    switch response.status {
    case 404: return nil
    case 200:
      if let digest = response.headers.digest { return digest }
    // Some registries know no HEAD for manifests; others answer it without a digest (older ECR).
    case 400, 405, 501: break
    default: throw await client.failure(response, to: call)
    }
    do {
      return try await manifest(.tag(tag)).digest
    } catch let error as AcrError where error.kind == .notFound {
      return nil
    }
  }

  public func hasManifest(_ digest: Digest) async throws -> Bool {
    let call = manifestCall(.head, .digest(digest))
    let response = try await client.send(call)
    switch response.status {
    case 200: return true
    case 404: return false
    default: throw await client.failure(response, to: call)
    }
  }

  /// Writes a manifest. Where the registry does not keep track of subjects itself, the manifest is added to the fallback
  /// tag of its subject (distribution-spec, "Pushing Manifests with Subject").
  public func putManifest(_ manifest: FetchedManifest, as selector: ManifestSelector) async throws {
    let answer = try await put(manifest, as: selector)
    guard answer.headers.first(.ociSubject) == nil,
      let model = try? ImageManifest(manifest, name: describe(selector)), let subject = model.subject
    else { return }
    try await addToFallbackTag(manifest, model, subject: subject.digest)
  }

  /// Deletes a tag and leaves its manifest (distribution-spec 1.1, "Deleting tags").
  /// - Returns: false where the registry deletes no tags alone.
  public func deleteTag(_ tag: TagName) async throws -> Bool {
    var call = manifestCall(.delete, .tag(tag))
    call.purpose = "deleting the tag `\(describe(.tag(tag)))`"
    let response = try await client.send(call)
    switch response.status {
    case 200, 202, 204, 404: return true
    case 400, 405, 501: return false
    default: throw await client.failure(response, to: call)
    }
  }

  /// Deletes a manifest with every tag of it.
  /// - Throws: ``AcrError``: `denied` where the registry deletes nothing; and what registries throw.
  public func deleteManifest(_ digest: Digest) async throws {
    var call = manifestCall(.delete, .digest(digest))
    call.purpose = "deleting the manifest `\(describe(.digest(digest)))`"
    let response = try await client.send(call)
    switch response.status {
    case 200, 202, 204, 404: return
    case 405:
      throw AcrError(
        .denied, "\(client.host) does not allow deletion", status: 405, target: client.host.name)
    default: throw await client.failure(response, to: call)
    }
  }

  func put(_ manifest: FetchedManifest, as selector: ManifestSelector) async throws -> RegistryAnswer {
    var call = manifestCall(.put, selector)
    call.headers = [.contentType: manifest.mediaType]
    call.body = .bytes(manifest.bytes)
    call.purpose = "writing the manifest `\(describe(selector))`"
    call.subject = "the repository `\(displayName)`"
    let answer = try await client.answer(call, [200, 201, 202, 204])
    if let digest = answer.headers.digest, digest.algorithm == manifest.digest.algorithm, digest != manifest.digest {
      throw RegistryFailure.adding(
        answer, code: nil, client.host,
        to: AcrError(
          .invalid,
          "\(client.host) stored the manifest `\(describe(selector))` as \(digest) instead of \(manifest.digest)"))
    }
    return answer
  }

  private static let acceptedManifests = MediaType.acceptedManifests.joined(separator: ", ")

  private func manifestCall(_ method: HTTPRequest.Method, _ selector: ManifestSelector) -> RegistryCall {
    var call = call(
      method, "manifests/\(selector)", purpose: "reading the manifest `\(describe(selector))`",
      subject: "`\(describe(selector))`", headers: [.accept: RegistryRepository.acceptedManifests])
    if method == .get || method == .head { call.redirects = .registryAPI }
    return call
  }

  private func check(
    _ answer: RegistryAnswer, _ call: RegistryCall, _ selector: ManifestSelector
  ) throws(AcrError) -> FetchedManifest {
    let type = answer.headers.mediaType.flatMap { MediaType.isManifest($0) ? $0 : nil }
    guard let mediaType = type ?? answer.json.flatMap(ImageManifest.mediaType(of:)) else {
      throw RegistryFailure.malformed(answer, to: call, client.host, "something that is not a manifest")
    }
    guard mediaType != MediaType.dockerSchema1, mediaType != MediaType.dockerSchema1Signed else {
      throw AcrError(
        .invalid, "`\(describe(selector))` is a Docker schema 1 manifest, which registries no longer accept",
        help: "pull and push it with a current Docker, or build it again: both write a current manifest",
        target: client.host.name)
    }
    // The requested digest must hold; the one in the header must too, since a proxy may have changed either.
    var expected: [(digest: Digest, source: String)] = []
    if case .digest(let digest) = selector { expected.append((digest, "the requested digest is")) }
    if let digest = answer.headers.digest { expected.append((digest, "the registry announced")) }
    for (digest, source) in expected {
      let actual = Digest.of(answer.bytes, digest.algorithm)
      guard actual == digest else {
        throw RegistryFailure.adding(
          answer, code: nil, client.host,
          to: AcrError(
            .invalid, "the manifest `\(describe(selector))` came with the digest \(actual), and \(source) \(digest)",
            help: "the registry or something before it changed the manifest; it was not used"))
      }
    }
    let digest = expected.first?.digest ?? Digest.of(answer.bytes)
    return FetchedManifest(bytes: answer.bytes, mediaType: mediaType, digest: digest)
  }

  /// Adds what might have been meant. Looking for it must not fail, nor read a long list to the end.
  private func explainMissing(_ tag: TagName, _ error: AcrError) async -> AcrError {
    var error = error
    let pages = tagPages()
    var names: [String] = []
    do {
      for _ in 0..<3 {
        guard let page = try await pages.next() else { break }
        names += page.map(\.name)
      }
    } catch let failure as AcrError where failure.kind == .notFound {
      error.help = "the registry has no repository `\(name)`, or you may not read it"
      return error
    } catch {}
    let near = Suggestion.near(tag.name, in: names)
    if !near.isEmpty {
      error.help = "did you mean \(near.map { "`\($0)`" }.joined(separator: ", "))?"
    } else if !names.isEmpty {
      error.help = "see its tags with `list-metadata \(displayName)`"
    }
    return error
  }
}

extension HTTPFields {
  /// `Docker-Content-Digest`; nil when it is missing or of an algorithm this client does not compute.
  var digest: Digest? { first(.dockerContentDigest).flatMap { try? Digest($0) } }
}
