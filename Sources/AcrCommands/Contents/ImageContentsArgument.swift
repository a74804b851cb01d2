import AcrCore
import AcrRuntime
import ImageContents
import ImportCore
import OCIRegistry

extension ImageArgument.Chosen {
  /// The files of the image, with the session's cache of listings.
  func files(_ session: CommandContext) -> ImageFiles {
    let store = store
    return ImageFiles(
      name: "`\(name)`", layers: model.layers, store: store, cache: session.listings, limits: store.limits
    ) { layer in
      let blob = VerifiedBlob(layer, from: store, observer: { _ in })
      return { try await blob.next() }
    }
  }
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
