import AcrCore
import AzureRegistry
import OCIRegistry

extension SourceReader {
  /// The article's three errors (wire facts, 8), in the words that ``RegistryRepository/blob(_:from:)`` begins with.
  private static let findings = [
    "The remote server may not be RFC 7233 compliant", "Unexpected response status code",
    "Unexpected length of body in response",
  ]
  /// A larger blob is not read to its end for this.
  private static let largestProbe: Int64 = 1 << 20

  /// Asks for a part of a blob, as the service does: the smallest one of the image, from its second byte on.
  func checkRanges(_ root: ImageManifest) async throws -> PreflightCheck {
    do {
      var image = root
      var depth = 0
      while let child = SourceReader.simplest(image.manifests) {
        depth += 1
        guard depth <= WireLimits.standard.count(.nesting) else { break }
        image = try ImageManifest(try await store.manifest(.digest(child.digest)), name: store.displayName)
      }
      let blobs = image.blobs.filter { $0.size > 1 && !$0.isForeign }
      guard let blob = blobs.min(by: { $0.size < $1.size }) else {
        return .skipped(.ranges, "the image has no blob large enough to be read in parts")
      }
      let reader = try await store.blob(blob, from: 1)
      if blob.size <= SourceReader.largestProbe { while try await reader.next() != nil {} }
      return .passed(.ranges, "the source answers requests for parts of blobs")
    } catch let error as AcrError {
      try Preflight.passOnCancellation(error)
      return found(error)
    }
  }

  /// The child that is read with the fewest requests: an image rather than an index, and the one with the smallest document.
  private static func simplest(_ children: [Descriptor]) -> Descriptor? {
    let indexes = [MediaType.ociIndex, MediaType.dockerList]
    let images = children.filter { !indexes.contains($0.mediaType) }
    return (images.isEmpty ? children : images).min { $0.size < $1.size }
  }

  private func found(_ error: AcrError) -> PreflightCheck {
    let isFinding = SourceReader.findings.contains(where: error.message.hasPrefix)
    // Busy and failing servers say nothing about what they can.
    let isPassing = error.status == 429 || (error.status ?? 0) >= 500 || error.kind == .network
    guard isFinding, !isPassing || error.message.hasPrefix("Unexpected length") else {
      return .warning(.ranges, "part of a blob could not be requested: \(error.message)")
    }
    var failure = error
    failure.kind = .server
    failure.help = "--engine direct reads whole blobs; or import from a registry that answers ranges"
    return .failed(.ranges, failure)
  }
}
