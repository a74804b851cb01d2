import AcrCore

/// The JSON document in which eStargz and zstd:chunked list the files of a layer.
package enum TableOfContents {
  /// Names that belong to the format, and are no files of the image.
  private static let own: Set<String> = [".prefetch.landmark", ".no.prefetch.landmark", "stargz.index.json"]

  /// Reads the document, one entry at a time.
  /// - Throws: ``AcrError`` of kind `invalid`.
  package static func listing(_ bytes: [UInt8], name: String, budget: ContentBudget) throws(AcrError) -> LayerListing {
    var listing = LayerListing()
    listing.isHashed = true
    try eachEntry(of: bytes, name) { value throws(AcrError) in try add(value, to: &listing, budget) }
    return listing
  }

  /// Goes through the entries of the list, one at a time.
  /// - Throws: ``AcrError`` of kind `invalid` for what is no such document; what `take` throws.
  static func eachEntry(
    of bytes: [UInt8], _ name: String, _ take: (JSONValue) throws(AcrError) -> Void
  ) throws(AcrError) {
    var refusal: AcrError?
    do throws(JSONError) {
      var scanner = JSONScanner(bytes, depthLimit: 16)
      guard try scanner.next() == .objectStart else { throw scanner.failure("expected an object", at: 0) }
      var isFound = false
      while let event = try scanner.next(), event != .objectEnd {
        guard case .key(let key) = event, let value = try scanner.next() else { continue }
        guard key == "entries", value == .arrayStart else {
          _ = try JSONValue(value, in: &scanner)
          continue
        }
        isFound = true
        while let event = try scanner.next(), event != .arrayEnd {
          let value = try JSONValue(event, in: &scanner)
          guard value["name"]?.string != nil, value["type"]?.string != nil else {
            throw scanner.failure("an entry has no name or no type")
          }
          do throws(AcrError) {
            try take(value)
          } catch {
            refusal = error
            throw scanner.failure("refused")
          }
        }
      }
      guard isFound else { throw scanner.failure("there is no list `entries`", at: 0) }
    } catch {
      if let refusal { throw refusal }
      throw AcrError(
        .invalid,
        "the table of contents of \(name) cannot be read: \(error.reason) (line \(error.line), column \(error.column))")
    }
  }

  private static func add(_ value: JSONValue, to listing: inout LayerListing, _ budget: ContentBudget) throws(AcrError)
  {
    guard let name = value["name"]?.string, let type = value["type"]?.string, type != "chunk", !own.contains(name),
      let kind = kinds[type]
    else { return }
    try budget.takeFile()
    var entry = TarEntry()
    entry.path = Array(name.utf8)
    entry.kind = kind
    entry.target = Array((value["linkName"]?.string ?? "").utf8)
    entry.mode = UInt32(truncatingIfNeeded: (value["mode"]?.integer ?? 0) & 0o7777)
    entry.user = value["uid"]?.integer ?? 0
    entry.group = value["gid"]?.integer ?? 0
    entry.modified = (value["modtime"]?.string.flatMap(Timestamp.init(rfc3339:))?.nanoseconds ?? 0) / 1_000_000_000
    entry.size = kind == .file ? max(0, value["size"]?.integer ?? 0) : 0
    // The archive was not read: such an entry is found by its path.
    entry.number = Int(UInt32.max)
    guard listing.append(entry), kind == .file else { return }
    if let digest = value["digest"]?.string.flatMap({ try? Digest($0) }) {
      listing.setHash(hash(digest))
    } else if entry.size == 0 {
      listing.setHash(ContentHash.ofNothing)
    } else {
      listing.isHashed = false
    }
  }

  private static let kinds: [String: FileKind] = [
    "reg": .file, "dir": .folder, "symlink": .link, "hardlink": .hardLink, "char": .character, "block": .block,
    "fifo": .pipe,
  ]

  private static func hash(_ digest: Digest) -> UInt64 {
    let value = UInt64(digest.hex.prefix(16), radix: 16) ?? 0
    return value == 0 ? 1 : value
  }
}
