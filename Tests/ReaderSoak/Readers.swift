import AcrCore
import ArtifactTrust
import ImageContents
import OCIRegistry

/// A reader with its good input, and what is done with changed input. It refuses by the errors of its room, and by nothing else.
struct Reader {
  let samples: [[UInt8]]
  /// Whether changes get a right check sum.
  var isSummed = false
  let read: ([UInt8], inout CaseGenerator) async throws -> Void

  /// The kinds, in the order in which they are run.
  static let kinds: [String: [String]] = [
    "layers": ["tar", "gzip", "zstd", "table", "spdx", "cyclonedx", "provenance"],
    "trust": ["der", "cms", "cbor", "cose", "jws", "dsse", "bundle", "root"],
  ]

  static func named(_ kind: String, _ samples: Samples) async throws -> Reader? {
    switch kind {
    case "tar": Reader(samples: try await samples.archives(), isSummed: true, read: layer)
    case "gzip": Reader(samples: try await samples.compressed("gzip", [["-c"], ["-c", "-1"]]), read: layer)
    case "zstd":
      Reader(
        samples: try await samples.compressed("zstd", [["-cq"], ["-cq", "-19", "--check"], ["-cq", "--no-check"]]),
        read: layer)
    case "table":
      Reader(samples: Samples.tables) { bytes, _ in
        _ = try TableOfContents.listing(bytes, name: "it", budget: ContentBudget(for: "it"))
      }
    case "spdx": Reader(samples: Samples.spdx, read: packages)
    case "cyclonedx": Reader(samples: Samples.cycloneDX, read: packages)
    case "provenance":
      Reader(samples: Samples.provenance) { bytes, random in
        guard let document = try? JSONValue(parsing: bytes) else { return }
        let type = "https://slsa.dev/provenance/v\(random.below(2) == 0 ? "1" : "0.2")"
        _ = try Provenance(document, type: type, in: "it")
      }
    case "der":
      Reader(samples: try samples.certificates()) { bytes, _ in
        _ = try? TrustKey(file: bytes)
        _ = try? PEMText.blocks(bytes, "the text", allowsOtherText: true)
        let certificate = try TrustCertificate(der: bytes)
        _ = (certificate.isSelfSigned, certificate.purposes, certificate.authority)
        _ = try SignerIdentity(certificate)
      }
    case "cms":
      Reader(samples: try samples.timestamps()) { bytes, _ in
        _ = try? TimestampToken(token: bytes)
        let token = try TimestampToken(response: bytes)
        for der in token.message.certificates.prefix(4) {
          guard let certificate = try? TrustCertificate(der: der) else { continue }
          _ = token.isSigned(by: certificate)
        }
      }
    case "cbor":
      Reader(samples: try samples.cose()) { bytes, _ in _ = try CBORValue(parsing: bytes, "the value") }
    case "cose":
      Reader(samples: try samples.cose()) { bytes, _ in _ = try NotaryEnvelope(bytes, mediaType: "application/cose") }
    case "jws":
      Reader(samples: try samples.jws()) { bytes, _ in _ = try NotaryEnvelope(bytes, mediaType: "application/jose+json")
      }
    case "dsse":
      Reader(samples: try samples.envelopes()) { bytes, _ in
        _ = try? InTotoStatement(parsing: bytes)
        _ = try DSSEEnvelope(parsing: bytes).statement()
      }
    case "bundle": try bundles(samples)
    case "root":
      Reader(samples: try samples.trustedRoots()) { bytes, _ in _ = try TrustedRoot(parsing: bytes) }
    default: nil
    }
  }

  /// Bundles are verified, too: none of them is for another artifact.
  private static func bundles(_ samples: Samples) throws -> Reader {
    let verifier = SigstoreVerifier(
      .signers([SignerRule(identity: .glob("*"), issuer: .glob("*"))]),
      root: try TrustedRoot(parsing: samples.trustedRoot()))
    let artifact = SignedMessage(try samples.artifact())
    let other = SignedMessage(Array("another artifact".utf8))
    return Reader(samples: try samples.bundles()) { bytes, random in
      let bundle = try SigstoreBundle(parsing: bytes)
      if random.below(8) == 0 { _ = try? verifier.verify(bundle, of: artifact) }
      guard (try? verifier.verify(bundle, of: other)) == nil else { throw WrongVerdict() }
    }
  }

  private static func packages(_ bytes: [UInt8], _ random: inout CaseGenerator) async throws {
    guard let document = try? JSONValue(parsing: bytes) else { return }
    _ = try PackageList(document, in: "it")
  }

  /// Reads a layer that comes in pieces, and puts an image of it together.
  private static func layer(_ bytes: [UInt8], _ random: inout CaseGenerator) async throws {
    let size = 1 + random.below(3000)
    let layer = Descriptor(mediaType: "application/octet-stream", digest: .of([]), size: Int64(bytes.count))
    let reader = LayerReader(budget: ContentBudget(for: "the image")) { _ in
      let pieces = Pieces(bytes, size)
      return { await pieces.next() }
    }
    let listing = try await reader.listing(of: layer, name: "the layer", isHashed: random.below(4) == 0)
    var tree = FileTree()
    tree.apply(listing)
    tree.apply(listing)
    guard let files = tree.files() else { return }
    for file in files where file.path.isEmpty { throw WrongVerdict() }
  }
}

/// A reader said what cannot be.
struct WrongVerdict: Error {}

/// Bytes that come in pieces.
private actor Pieces {
  private let bytes: [UInt8]
  private let size: Int
  private var position = 0

  init(_ bytes: [UInt8], _ size: Int) {
    self.bytes = bytes
    self.size = size
  }

  func next() -> [UInt8]? {
    guard position < bytes.count else { return nil }
    let end = min(bytes.count, position + size)
    defer { position = end }
    return Array(bytes[position..<end])
  }
}
