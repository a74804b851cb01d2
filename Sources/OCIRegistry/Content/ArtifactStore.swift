import AcrCore
import Synchronization

/// Where artifacts come from: one repository of a registry, or an OCI layout folder.
public protocol ArtifactSource: Sendable {
  /// Which store it is.
  var id: StoreID { get }

  /// How the store is named in messages: `docker.io/library/alpine` or `oci:PATH`.
  var displayName: String { get }

  /// What the store may make this program do.
  var limits: WireLimits { get }

  /// Reads a manifest and checks its bytes against the digest, where one is known.
  /// - Throws: ``AcrError`` of kind `not-found` with the nearest tag in its help, `auth`, `denied`, `invalid`, …
  func manifest(_ selector: ManifestSelector) async throws -> FetchedManifest

  /// The digest behind a tag without reading the manifest (a HEAD, which Docker Hub does not count as a pull);
  /// nil when the tag does not exist.
  func digest(of tag: TagName) async throws -> Digest?

  /// Opens a blob for reading from `offset` on. The bytes are not checked here: the copier hashes what it passes on.
  func blob(_ descriptor: Descriptor, from offset: Int64) async throws -> BlobReader

  /// Opens a part of a blob; no more than it is asked for. `range` lies inside of the blob.
  /// - Throws: ``AcrError`` with the code ``RangeFailure/code`` where the store gives no parts.
  func blob(_ descriptor: Descriptor, in range: Range<Int64>) async throws -> BlobReader

  /// How many bytes a blob has; nil for one that is not there.
  func blobSize(_ digest: Digest) async throws -> WireSize?

  /// The error for a blob whose bytes have another digest.
  func wrongBytes(of descriptor: Descriptor, found: Digest) -> AcrError

  /// All tags, page by page in the store's order; nil at the end. An unknown repository throws `not-found`.
  func tagPages() -> PageReader<TagName>

  /// The same for what is deleted because the list lacks it: an answer that does not say which tags there are throws
  /// `invalid`, where ``tagPages()`` takes it for an empty list.
  func completeTagPages() -> PageReader<TagName>

  /// The manifests that name `digest` as their subject, by the referrers API or its fallback tag.
  func referrers(of digest: Digest) async throws -> [Descriptor]

  /// The same as far as the store lists them itself; nil where they stand under tags (``TagName/subjectDigest``).
  func listedReferrers(of digest: Digest) async throws -> [Descriptor]?
}

extension ArtifactSource {
  /// For stores without their own limits.
  public var limits: WireLimits { .standard }

  /// For stores behind a network.
  public func wrongBytes(of descriptor: Descriptor, found: Digest) -> AcrError {
    AcrError(
      .invalid,
      "the blob \(descriptor.digest) of \(displayName) has the digest \(found): its bytes changed in transit",
      help: "nothing was stored under that digest; try again, and tell the registry's operator if it persists")
  }

  /// For stores that always know.
  public func completeTagPages() -> PageReader<TagName> { tagPages() }

  /// For stores that list them.
  public func listedReferrers(of digest: Digest) async throws -> [Descriptor]? { try await referrers(of: digest) }
}

/// Where artifacts go to.
public protocol ArtifactTarget: ArtifactSource {
  /// Tells whether a blob is there (HEAD).
  func hasBlob(_ digest: Digest) async throws -> Bool

  /// Tells whether a manifest is there (HEAD by digest).
  func hasManifest(_ digest: Digest) async throws -> Bool

  /// Asks for an upload of a blob. `mountFrom` names repositories of the same registry that may hold it: the answer is
  /// then perhaps ``UploadStart/mounted``, and nothing needs to be sent.
  func startUpload(_ descriptor: Descriptor, mountFrom: RepositoryName?) async throws -> UploadStart

  /// True where a small blob shall be tried to be sent by ``sendAtOnce(_:bytes:)``: the store takes it so, or it is the
  /// first one, which finds out. Each true answer is followed by that call.
  func beginsSendingAtOnce() -> Bool

  /// Opens an upload and sends the whole blob in the same request.
  /// - Returns: ``UploadStart/mounted`` where the store has the blob now; else the upload that is open, without the bytes.
  ///   Nil where the store did not understand: it is to be asked in the usual way.
  func sendAtOnce(_ descriptor: Descriptor, bytes: [UInt8]) async throws -> UploadStart?

  /// Sends a whole blob in one request (PUT) and ends the upload.
  func finish(_ upload: BlobUpload, _ descriptor: Descriptor, bytes: [UInt8]) async throws

  /// Streams a blob (PATCH), then ends the upload (PUT with the digest). The registry checks the digest; so does the
  /// caller, who throws from `body` when the bytes are not those of the digest, so that the upload is never ended.
  func finish(_ upload: BlobUpload, _ descriptor: Descriptor, body: BlobBody) async throws

  /// The same for the rest of a blob, of which the store has the first `offset` bytes. `body` holds what follows them.
  func finish(_ upload: BlobUpload, _ descriptor: Descriptor, from offset: Int64, body: BlobBody) async throws

  /// How far an upload came that broke; nil where it cannot be gone on with.
  func progress(of upload: BlobUpload) async throws -> UploadProgress?

  /// Gives up an upload (DELETE of the session); never throws, since it is only tidying.
  func cancel(_ upload: BlobUpload) async

  /// Writes a manifest under its digest or under a tag.
  func putManifest(_ manifest: FetchedManifest, as selector: ManifestSelector) async throws

  /// Notes that many manifests will be written. Until the batch ends, a folder may keep entries beside its index.
  func beginBatch() async

  /// Ends a batch: when the last one ends, the store is complete for every reader. Also called after a failure.
  func endBatch() async throws
}

extension ArtifactTarget {
  /// For stores where nothing is saved by it.
  public func beginsSendingAtOnce() -> Bool { false }

  /// For stores where nothing is saved by it.
  public func sendAtOnce(_ descriptor: Descriptor, bytes: [UInt8]) async throws -> UploadStart? { nil }

  /// For stores that cannot go on with a broken upload.
  public func finish(
    _ upload: BlobUpload, _ descriptor: Descriptor, from offset: Int64, body: BlobBody
  ) async throws {
    guard offset == 0 else { throw AcrError(.usage, "\(displayName) cannot resume an upload") }
    try await finish(upload, descriptor, body: body)
  }

  /// For stores that write each manifest at once.
  public func beginBatch() async {}

  /// For stores that write each manifest at once.
  public func endBatch() async throws {}

  /// For stores that cannot go on with a broken upload.
  public func progress(of upload: BlobUpload) async throws -> UploadProgress? { nil }
}

/// Which manifest: by tag or by digest.
public enum ManifestSelector: Hashable, Sendable, CustomStringConvertible {
  case tag(TagName)
  case digest(Digest)

  /// The text that stands in the URL.
  public var description: String {
    switch self {
    case .tag(let tag): tag.name
    case .digest(let digest): digest.description
    }
  }
}

/// A manifest as it came: its exact bytes, since its digest is over them.
public struct FetchedManifest: Sendable, Equatable {
  /// The exact bytes.
  public let bytes: [UInt8]
  /// The media type, from the answer's `Content-Type` or the document itself.
  public let mediaType: String
  /// The digest of the bytes, computed here.
  public let digest: Digest

  /// Creates a manifest from parts that belong together.
  public init(bytes: [UInt8], mediaType: String, digest: Digest) {
    self.bytes = bytes
    self.mediaType = mediaType
    self.digest = digest
  }
}

/// A blob being read.
public struct BlobReader: Sendable {
  /// The number of bytes to come, when the store said so.
  public let length: Int64?
  /// The next piece, nil at the end.
  public let next: @Sendable () async throws -> [UInt8]?

  /// Creates a reader.
  public init(length: Int64?, next: @escaping @Sendable () async throws -> [UInt8]?) {
    self.length = length
    self.next = next
  }
}

extension BlobReader {
  /// The first so many bytes of what is left.
  public func limited(to count: Int64) -> BlobReader {
    let left = Remainder(count)
    return BlobReader(length: min(count, length ?? count)) {
      let room = left.current
      guard room > 0, let piece = try await next() else { return nil }
      left.take(Int64(piece.count))
      return piece.count > room ? Array(piece.prefix(Int(room))) : piece
    }
  }

  private final class Remainder: Sendable {
    private let count: Mutex<Int64>
    init(_ count: Int64) { self.count = Mutex(count) }
    var current: Int64 { count.withLock { $0 } }
    func take(_ amount: Int64) { count.withLock { $0 -= amount } }
  }
}

/// A blob being written: its length and what gives the next piece.
public struct BlobBody: Sendable {
  /// The number of bytes.
  public let length: Int64
  /// The next piece, nil at the end.
  public let next: @Sendable () async throws -> [UInt8]?

  /// Creates a body.
  public init(length: Int64, next: @escaping @Sendable () async throws -> [UInt8]?) {
    self.length = length
    self.next = next
  }
}

/// The answer to a request to upload a blob.
public enum UploadStart: Sendable {
  /// The blob is in the repository now; nothing needs to be sent.
  case mounted
  /// Send it here.
  case session(BlobUpload)
}

/// An upload in progress. What `location` means is the store's own affair (an URL, a file).
public struct BlobUpload: Sendable {
  /// Where the next request of this upload goes.
  public var location: String
  /// What a person should know about it: a sentence.
  public var note: String?

  /// Creates a session.
  public init(location: String) { self.location = location }
}

/// How far an upload came.
public struct UploadProgress: Sendable {
  /// The upload, where it goes on.
  public var session: BlobUpload
  /// How many bytes the store has of it.
  public var count: Int64

  /// Creates an answer.
  public init(session: BlobUpload, count: Int64) {
    self.session = session
    self.count = count
  }
}
