import AcrSystem
import AcrCore
import OCIRegistry

/// One upload in progress: a file that grows, and its hash as far as it got.
actor UploadFile {
  /// The name in the upload's address.
  nonisolated let id: String
  /// The repository it is for.
  nonisolated let repository: RepositoryName
  /// The file.
  nonisolated let path: String
  private let file: OpenFile
  /// Nil after a restart: the hash of what is there is then computed at the end.
  private var hasher: DigestHasher?
  /// The number of bytes received.
  private(set) var count: Int64
  private var isBusy = false

  init(id: String, repository: RepositoryName, folder: String) throws {
    self.id = id
    self.repository = repository
    path = "\(folder)/\(id).data"
    count = DiskFile.size(path) ?? 0
    file = try DiskFile.open(creating: path)
    hasher = count == 0 ? DigestHasher() : nil
  }

  /// Adds a piece.
  func append(_ bytes: [UInt8]) throws {
    try file.write(bytes)
    hasher?.update(bytes)
    count += Int64(bytes.count)
  }

  /// Lets one request write at a time.
  /// - Throws: ``ErrorReply`` `BLOB_UPLOAD_INVALID` when another one is writing.
  func begin() throws {
    guard !isBusy else {
      throw ErrorReply(.registry(.conflict, "BLOB_UPLOAD_INVALID", "another request is writing to this upload"))
    }
    isBusy = true
  }

  /// Ends what ``begin()`` began.
  func end() { isBusy = false }

  /// The digest of all bytes received, which are then on the disk.
  func digest(_ algorithm: Digest.Algorithm) throws -> Digest {
    try file.synchronize()
    if algorithm == .sha256, let hasher { return hasher.finalize() }
    var whole = DigestHasher(algorithm)
    while whole.count < count {
      let piece = try file.read(at: whole.count, count: 1 << 20)
      if piece.isEmpty { break }
      whole.update(piece)
    }
    return whole.finalize()
  }
}

/// The uploads of one registry. They outlive a restart: their files and repositories are on the disk.
actor UploadTable {
  private let folder: String
  private var uploads: [String: UploadFile] = [:]

  /// Opens the table in a folder, with the uploads that an earlier process left.
  init(folder: String) {
    self.folder = folder
    for name in DiskFile.names(in: folder) where name.hasSuffix(".json") {
      let id = String(name.dropLast(5))
      guard let bytes = try? DiskFile.read("\(folder)/\(name)"), let document = try? JSONValue(parsing: bytes),
        let repository = document["repository"]?.string.flatMap({ try? RepositoryName($0) })
      else { continue }
      uploads[id] = try? UploadFile(id: id, repository: repository, folder: folder)
    }
  }

  /// Opens an upload.
  func start(_ repository: RepositoryName) throws -> UploadFile {
    let id = UUIDText.random()
    let document: JSONValue = ["repository": .string(repository.name)]
    try DiskFile.replace("\(folder)/\(id).json", with: Array(document.text.utf8), isDurable: false)
    let upload = try UploadFile(id: id, repository: repository, folder: folder)
    uploads[id] = upload
    return upload
  }

  /// An upload by its id, if it is for this repository.
  func upload(_ id: String, in repository: RepositoryName) -> UploadFile? {
    uploads[id].flatMap { $0.repository == repository ? $0 : nil }
  }

  /// Forgets an upload and removes what is left of it.
  func remove(_ id: String) {
    uploads[id] = nil
    try? DiskFile.remove("\(folder)/\(id).data")
    try? DiskFile.remove("\(folder)/\(id).json")
  }

  /// The number of uploads in progress.
  var count: Int { uploads.count }
}
