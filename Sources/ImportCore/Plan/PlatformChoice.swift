import AcrCore
import OCIRegistry

/// An exact choice of an index's platforms: no more and no less than those that were named.
public struct PlatformChoice: Sendable, Equatable {
  /// The platforms, as they were named.
  public let platforms: [Platform]

  /// Creates a choice.
  public init(_ platforms: [Platform]) { self.platforms = platforms }

  /// Reads `linux/arm64` or `linux/arm/v7`.
  /// - Throws: ``AcrError`` of kind `usage`.
  public static func platform(_ text: String) throws(AcrError) -> Platform {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard (2...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else {
      throw AcrError(
        .usage, "`\(text)` is not a platform", help: "write it as OS/ARCHITECTURE, for example `linux/arm64`")
    }
    return Platform(os: parts[0], architecture: parts[1], variant: parts.count == 3 ? parts[2] : nil)
  }

  /// The index without the other platforms. Attestations stay with the manifests they are about.
  /// - Parameter name: how the index is called in messages.
  /// - Returns: the index as it is where it holds nothing else.
  /// - Throws: ``AcrError``: `not-found` for a platform that the index does not have; `invalid` for a document that is none.
  public func trim(_ root: FetchedManifest, name: String) throws(AcrError) -> FetchedManifest {
    let image = try ImageManifest(root, name: name)
    var kept: Set<Digest> = []
    for platform in platforms {
      let matching = image.manifests.filter { child in child.platform.map { platform.includes($0) } ?? false }
      guard !matching.isEmpty else {
        let held = image.manifests.compactMap(\.platform).filter { $0.os != "unknown" }.map(\.description)
        throw AcrError(
          .notFound, "\(name) has no image for \(platform)",
          help: held.isEmpty ? nil : "it has \(held.joined(separator: ", "))")
      }
      kept.formUnion(matching.map(\.digest))
    }
    for child in image.manifests {
      let subject = child.annotation("vnd.docker.reference.digest")
      if let subject = subject.flatMap({ try? Digest($0) }), kept.contains(subject) { kept.insert(child.digest) }
    }
    guard kept.count < Set(image.manifests.map(\.digest)).count else { return root }
    return try PlatformChoice.keeping(kept, of: root, name: name)
  }

  private static func keeping(
    _ kept: Set<Digest>, of root: FetchedManifest, name: String
  ) throws(AcrError) -> FetchedManifest {
    guard let members = (try? JSONValue(parsing: root.bytes))?.members else {
      throw AcrError(.invalid, "the index `\(name)` is not a JSON object")
    }
    let trimmed = members.map { member in
      guard member.name == "manifests" else { return member }
      let items = (member.value.array ?? []).filter { item in
        item["digest"]?.string.flatMap { try? Digest($0) }.map { kept.contains($0) } ?? false
      }
      return JSONValue.Member(member.name, .array(items))
    }
    let bytes = Array(JSONValue.object(trimmed).text.utf8)
    return FetchedManifest(bytes: bytes, mediaType: root.mediaType, digest: .of(bytes, root.digest.algorithm))
  }
}
