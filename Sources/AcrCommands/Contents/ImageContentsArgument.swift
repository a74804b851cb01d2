import AcrCore
import AcrRuntime
import ImageContents
import ImportCore
import OCIRegistry

extension ImageArgument.Chosen {
  /// The files of the image, with the session's cache of listings.
  func files(_ session: CommandContext) -> ImageFiles {
    let (store, progress) = (store, session.progress)
    let config = model.kind == .image ? model.config : nil
    let diffIDs: ImageFiles.DiffIDReader = {
      guard let config, [MediaType.ociConfig, MediaType.dockerConfig].contains(config.mediaType) else { return nil }
      let document = try await ImageConfiguration.read(config, from: store)
      return document["rootfs"]?["diff_ids"]?.array.map { $0.map { $0.string.flatMap { try? Digest($0) } } }
    }
    return ImageFiles(
      name: "`\(name)`", layers: model.layers, store: store, cache: session.listings, limits: store.limits,
      diffIDs: diffIDs
    ) { layer in
      let line = ReadingProgress(layer, "layer", progress)
      let blob = VerifiedBlob(layer, from: store) { line?.report($0) }
      return { try await blob.next() }
    }
  }
}

/// The line of progress of a large blob that is read; it ends with the reading.
final class ReadingProgress: Sendable {
  /// Smaller blobs are read in a moment.
  private static let worthwhile: Int64 = 8 << 20

  private let line: any ImportProgressLine

  /// Starts a line.
  /// - Returns: nil for a small blob.
  init?(_ blob: Descriptor, _ what: String, _ progress: any ImportProgress) {
    guard blob.size >= Self.worthwhile else { return nil }
    line = progress.startReading("reading \(what) \(blob.digest.short)")
    line.report(.planned(manifests: 0, blobs: 1, bytes: blob.size))
  }

  deinit { line.finish(nil) }

  func report(_ event: ImportEvent) { line.report(event) }
}

/// What layers leave out of a list, as a note.
struct LayerNotes {
  private var escaping: [(layer: Int, count: Int)] = []

  mutating func add(_ index: Int, _ listing: LayerListing) {
    if listing.escaping > 0 { escaping.append((index + 1, listing.escaping)) }
  }

  func tell(_ run: RunContext) {
    for (layer, count) in escaping.prefix(5) {
      run.sink.message(
        "note: layer \(layer) has \(count == 1 ? "a path" : "\(count) paths") with `..`, which container runtimes refuse; "
          + "\(count == 1 ? "it is" : "they are") left out")
    }
  }
}
