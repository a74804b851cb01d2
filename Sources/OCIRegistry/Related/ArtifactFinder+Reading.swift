import AcrCore

extension ArtifactFinder {
  /// Reads the manifests that were found, each once, and tells what they carry.
  func read(_ found: [Found]) async throws -> RelatedArtifacts {
    var seen: Set<[Digest]> = []
    let wanted = found.filter { seen.insert([$0.subject.digest, $0.digest]).inserted }
    let budget = WireBudget(store.limits, for: "what is about `\(store.displayName)`")
    let answers = try await parallel(wanted) { try await answer($0, budget) }
    var result = RelatedArtifacts()
    for answer in answers {
      switch answer {
      case .items(let items): result.items += items
      case .note(let note): result.notes.append(note)
      }
    }
    return result
  }

  private enum Answer: Sendable {
    case items([RelatedArtifact])
    case note(String)
  }

  private func answer(_ found: Found, _ budget: WireBudget) async throws -> Answer {
    let name = "`\(store.displayName)@\(found.digest.short)`"
    guard let manifest = try await manifest(found.digest) else {
      return .note("\(found.place.rawValue): \(name) is listed and does not exist")
    }
    try budget.take(1, of: .manifests)
    try budget.take(manifest.bytes.count, of: .memory)
    let model: ImageManifest
    do throws(AcrError) {
      model = try ImageManifest(manifest, name: "\(store.displayName)@\(manifest.digest)")
    } catch {
      return .note(error.message)
    }
    switch found.place {
    case .referrersAPI, .fallbackTag:
      // A registry can list what it likes: the manifest itself says what it is about.
      guard let subject = model.subject?.digest else {
        return .note("\(name) is listed as a referrer, and names no subject")
      }
      guard subject == found.subject.digest else {
        return .note("\(name) is listed as a referrer of \(found.subject.digest.short), and is about \(subject.short)")
      }
    case .index, .signatureTag, .attestationTag, .sbomTag: break
    }
    return .items(Self.items(of: model, found))
  }

  /// What a manifest carries: one artifact for each signature or statement, or one for the manifest.
  static func items(of model: ImageManifest, _ found: Found) -> [RelatedArtifact] {
    let type = model.artifactType ?? model.config.map(\.mediaType).flatMap { $0 == MediaType.empty ? nil : $0 }
    let layers = model.layers.filter { $0.mediaType != MediaType.empty }
    let several = layers.count > 1 ? layers.filter { RelatedType.isContents($0.mediaType) } : []
    let contents: [Descriptor?] =
      several.isEmpty ? [layers.count == 1 ? layers[0] : nil] : several.prefix(mostContents).map { $0 }
    return contents.map { item in
      let annotations = (item?.annotations ?? []) + model.annotations
      func annotation(_ name: String) -> String? { annotations.first { $0.name == name }?.value.string }
      let predicate = RelatedType.predicateType(annotations)
      return RelatedArtifact(
        kind: RelatedType.kind(
          artifactType: type, contents: item?.mediaType, predicateType: predicate,
          isMessageSignature: annotation("dev.sigstore.bundle.content") == "message-signature"),
        place: found.place, subject: found.subject.digest, platform: found.subject.platform, digest: found.digest,
        artifactType: type, predicateType: predicate, created: annotation("org.opencontainers.image.created"),
        annotations: model.annotations, contents: item, size: item?.size ?? layers.map(\.size).total)
    }
  }
}
