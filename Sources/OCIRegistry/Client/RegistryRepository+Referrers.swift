import AcrCore
import AcrHTTP
import HTTPTypes

extension RegistryRepository {
  public func referrers(of digest: Digest) async throws -> [Descriptor] {
    try await referrers(of: digest, artifactType: nil)
  }

  /// The manifests that name `digest` as their subject (distribution-spec, "Listing Referrers"). A registry without the
  /// referrers API has them in an index under a tag made from the digest.
  /// - Parameter artifactType: only those of this type; the registry filters where it can.
  public func referrers(of digest: Digest, artifactType: String?) async throws -> [Descriptor] {
    var found: [Descriptor]
    if client.traits.hasReferrersAPI != false,
      let listed = try await askForReferrers(of: digest, artifactType: artifactType)
    {
      found = listed
    } else {
      let place = "the list of referrers of `\(describe(.digest(digest)))`"
      found =
        try await fallbackIndex(of: digest).map { try Self.descriptors($0["manifests"] ?? .null, in: place) } ?? []
    }
    // Whether the registry has filtered (`OCI-Filters-Applied`) or not, doing it again gives the same list.
    if let artifactType { found = found.filter { $0.artifactType == artifactType } }
    return found
  }

  /// False once the registry turned out to list no referrers.
  public var mayListReferrers: Bool { client.traits.hasReferrersAPI != false }

  /// The manifests that name `digest` as their subject, as far as the referrers API tells; nil from a registry without it,
  /// whose referrers stand under tags (``TagName/subjectDigest``). Such a registry is asked once a session.
  public func listedReferrers(of digest: Digest) async throws -> [Descriptor]? {
    let traits = client.traits
    guard traits.hasReferrersAPI == nil, try await traits.referrersContact.begin() else {
      return traits.hasReferrersAPI == false ? nil : try await askForReferrers(of: digest)
    }
    do {
      let found = try await askForReferrers(of: digest)
      traits.referrersContact.end(true)
      return found
    } catch {
      traits.referrersContact.end(false)
      throw error
    }
  }

  /// The referrers by the API; nil where the registry does not know them so. What is no OCI index is no such list
  /// (distribution-spec, "Listing Referrers"): a registry may answer with its web site.
  private func askForReferrers(of digest: Digest, artifactType: String? = nil) async throws -> [Descriptor]? {
    var path = "referrers/\(digest)"
    if let artifactType { path = URLText.adding("artifactType", artifactType, to: path) }
    let place: @Sendable () -> String = { "the list of referrers of `\(describe(.digest(digest)))`" }
    var call = call(
      .get, path, purpose: "reading \(place())", subject: place(), headers: [.accept: MediaType.ociIndex])
    // GHCR leads this question to its web site, at the same host, which then answers 429 for hours.
    call.redirects = .none
    let pages = client.documentPages(call) { document -> [Descriptor]? in
      guard let items = document["manifests"] else { return nil }
      // Most lists are empty.
      return items == .array([]) ? [] : try Self.descriptors(items, in: place())
    }
    var found: [Descriptor] = []
    do {
      guard let first = try await pages.next() else { return [] }
      found = first
    } catch let error as AcrError where Self.meansNoReferrersAPI(error) {
      // A registry that knows the list and not the repository says so with a code of the specification.
      if error.status != 404 || error.code == nil { client.traits.hasReferrersAPI = false }
      return nil
    }
    while let page = try await pages.next() { found += page }
    client.traits.hasReferrersAPI = true
    return found
  }

  private static func meansNoReferrersAPI(_ error: AcrError) -> Bool {
    if error.code == RegistryClient.notAList || error.code == ServerAddress.code { return true }
    guard let status = error.status else { return false }
    return (300..<400).contains(status) || [400, 404, 405, 406, 410, 415, 501].contains(status)
  }

  /// Adds a manifest to the index under its subject's fallback tag, unless it is there.
  func addToFallbackTag(_ manifest: FetchedManifest, _ model: ImageManifest, subject: Digest) async throws {
    try await client.fallbackUpdates.run {
      let index = try await fallbackIndex(of: subject)
      let place = "the fallback tag of `\(describe(.digest(subject)))`"
      let present = try Self.descriptors(index?["manifests"] ?? .null, in: place)
      guard !present.contains(where: { $0.digest == manifest.digest }) else { return }
      var entry: [JSONValue.Member] = [
        .init("mediaType", .string(manifest.mediaType)), .init("digest", .string(manifest.digest.description)),
        .init("size", .integer(Int64(manifest.bytes.count))),
      ]
      if let type = model.artifactType ?? model.config?.mediaType { entry.append(.init("artifactType", .string(type))) }
      if !model.annotations.isEmpty { entry.append(.init("annotations", .object(model.annotations))) }
      let document: JSONValue = [
        "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex),
        "manifests": .array((index?["manifests"]?.array ?? []) + [.object(entry)]),
      ]
      let bytes = Array(document.text.utf8)
      let updated = FetchedManifest(bytes: bytes, mediaType: MediaType.ociIndex, digest: .of(bytes))
      _ = try await put(updated, as: .tag(try TagName(about: subject, .fallbackTag)))
    }
  }

  private func fallbackIndex(of digest: Digest) async throws -> JSONValue? {
    let tag = try TagName(about: digest, .fallbackTag)
    // Some registries (GitLab) resolve `sha256-HEX` to the manifest of that digest itself.
    guard let found = try await self.digest(of: tag), found != digest else { return nil }
    let manifest = try await manifest(.digest(found))
    return try? JSONValue(parsing: manifest.bytes)
  }

  private static func descriptors(_ list: JSONValue, in place: String) throws(AcrError) -> [Descriptor] {
    var found: [Descriptor] = []
    for item in list.array ?? [] { found.append(try Descriptor(json: item, in: place)) }
    return found
  }
}

extension TagName {
  /// The digest that a tag is about: `sha256-HEX` holds its referrers where the registry does not list them itself
  /// (distribution-spec, "Referrers Tag Schema"), `sha256-HEX.sig`, `.att` and `.sbom` are what cosign writes.
  public var subjectDigest: Digest? {
    guard let dash = name.firstIndex(of: "-") else { return nil }
    let rest = name[name.index(after: dash)...]
    return try? Digest("\(name[..<dash]):\(rest.prefix { $0 != "." })")
  }
}
