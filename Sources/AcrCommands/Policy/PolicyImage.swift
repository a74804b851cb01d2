import AcrCore
import ImportCore
import OCIRegistry

/// What a policy asks of an image itself.
struct PolicyImage: Sendable {
  let root: FetchedManifest
  let store: any ArtifactSource
  let engine: DirectImport
  let limit: TransferLimit

  var name: String { "\(store.displayName)@\(root.digest)" }

  /// Whether a requirement is met that needs no signature.
  func check(_ requirement: ImportPolicy.Requirement, isNamedByDigest: Bool) async throws -> PolicyGate.Finding {
    let key = requirement.name
    func met(_ detail: String) -> PolicyGate.Finding { .init(requirement: key, problem: nil, detail: detail) }
    func failed(_ problem: String, _ help: String? = nil) -> PolicyGate.Finding {
      .init(requirement: key, problem: problem, help: help)
    }
    switch requirement {
    case .digest:
      return isNamedByDigest
        ? met("named by its digest")
        : failed(
          "the source is not named by its digest", "its digest is now \(root.digest): name it with `@\(root.digest)`")
    case .platforms(let wanted):
      let found = try await platforms()
      let missing = wanted.filter { platform in !found.contains { platform.includes($0) } }
      let held = found.map(\.description).joined(separator: ", ")
      return missing.isEmpty
        ? met(held)
        : failed(
          "it has no image for \(missing.map(\.description).joined(separator: ", "))",
          held.isEmpty ? nil : "it has \(held)")
    case .size(let most):
      let size = try await engine.size(of: root, in: store)
      return size <= most
        ? met(ByteCount.human(size.bytes))
        : failed("it has \(ByteCount.human(size.bytes)), more than \(ByteCount.human(most.bytes))")
    case .age(let most): return try await age(most, met, failed)
    case .baseImage(let allowed):
      for base in try await baseImages() {
        guard let base else {
          return failed(
            "it does not say what it was built on",
            "it needs the annotation or label `\(Self.baseName)`, which builders such as buildah write")
        }
        guard allowed.contains(where: { $0.matches(base) }) else {
          return failed("it was built on `\(base)`, which is not allowed")
        }
      }
      return met("built on an allowed image")
    case .signature, .attestation, .packages: return met("")
    }
  }

  private func age(
    _ most: Duration, _ met: (String) -> PolicyGate.Finding, _ failed: (String, String?) -> PolicyGate.Finding
  ) async throws -> PolicyGate.Finding {
    guard let created = try await ImageDate.created(.digest(root.digest), in: store) else {
      return failed("it does not say when it was made", nil)
    }
    let age = Timestamp.now().duration(since: created)
    guard age <= most else {
      return failed("it was made \(created), more than \(most.components.seconds / 86_400) days ago", nil)
    }
    // A clock may be wrong by some time; a date of next year is no date.
    guard age >= .seconds(-86_400) else { return failed("it says that it was made in the future: \(created)", nil) }
    return met("made \(created)")
  }

  func platforms() async throws -> [Platform] {
    let image = try ImageManifest(root, name: name)
    if image.kind == .index { return image.images.compactMap(\.platform) }
    return try await configuration(of: image).flatMap(Platform.init(json:)).map { [$0] } ?? []
  }

  private static let baseName = "org.opencontainers.image.base.name"

  /// What each image says it was built on.
  private func baseImages() async throws -> [String?] {
    let image = try ImageManifest(root, name: name)
    if image.kind == .index {
      if let base = Self.annotation(image) { return [base] }
      var found: [String?] = []
      for child in image.images {
        let manifest = try await engine.manifest(child.digest, in: store)
        found.append(try await base(of: try ImageManifest(manifest, name: name)))
      }
      return found
    }
    return [try await base(of: image)]
  }

  private func base(of image: ImageManifest) async throws -> String? {
    if let base = Self.annotation(image) { return base }
    return try await configuration(of: image)?["config"]?["Labels"]?[Self.baseName]?.string
  }

  private static func annotation(_ image: ImageManifest) -> String? {
    image.annotations.last { $0.name == baseName }?.value.string
  }

  func configuration(of image: ImageManifest) async throws -> JSONValue? {
    guard let config = image.config, config.size <= 8 << 20,
      [MediaType.ociConfig, MediaType.dockerConfig].contains(config.mediaType)
    else { return nil }
    let bytes = try await VerifiedBlob(config, from: store, observer: { _ in }).all()
    return try? JSONValue(parsing: bytes, mostValues: Int(WireLimit.values.standard))
  }
}
