import AcrCore

/// The JSON document in which eStargz and zstd:chunked list the files of a layer.
enum TableOfContents {
  /// Names that belong to the format, and are no files of the image.
  private static let own: Set<String> = [".prefetch.landmark", ".no.prefetch.landmark", "stargz.index.json"]

  /// Reads the document, one entry at a time.
  /// - Throws: ``AcrError`` of kind `invalid`.
  static func listing(_ bytes: [UInt8], name: String, budget: ContentBudget) throws(AcrError) -> LayerListing {
    do throws(JSONError) {
      var scanner = JSONScanner(bytes, depthLimit: 16)
      guard try scanner.next() == .objectStart else { throw scanner.failure("expected an object", at: 0) }
      var found: LayerListing?
      while let event = try scanner.next(), event != .objectEnd {
        guard case .key(let key) = event, let value = try scanner.next() else { continue }
        guard key == "entries", value == .arrayStart else {
          _ = try JSONValue(value, in: &scanner)
          continue
        }
        found = try entries(&scanner, budget)
      }
      guard let found else { throw scanner.failure("there is no list `entries`", at: 0) }
      return found
    } catch {
      guard error.reason != TableOfContents.tooMany else { throw AcrError(.invalid, "\(name): \(error.reason)") }
      throw AcrError(
        .invalid,
        "the table of contents of \(name) cannot be read: \(error.reason) (line \(error.line), column \(error.column))")
    }
  }

  private static let tooMany = "its table of contents lists more files than `--limit files` allows"

  private static func entries(_ scanner: inout JSONScanner, _ budget: ContentBudget) throws(JSONError) -> LayerListing {
    var listing = LayerListing()
    listing.isHashed = true
    while let event = try scanner.next(), event != .arrayEnd {
      let value = try JSONValue(event, in: &scanner)
      guard let name = value["name"]?.string, let type = value["type"]?.string else {
        throw scanner.failure("an entry has no name or no type")
      }
      guard type != "chunk", !own.contains(name) else { continue }
      guard let kind = kinds[type] else { continue }
      do throws(AcrError) { try budget.takeFile() } catch { throw scanner.failure(tooMany) }
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
      guard listing.append(entry), kind == .file else { continue }
      if let digest = value["digest"]?.string.flatMap({ try? Digest($0) }) {
        listing.setHash(hash(digest))
      } else if entry.size == 0 {
        listing.setHash(ContentHash.ofNothing)
      } else {
        listing.isHashed = false
      }
    }
    return listing
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
