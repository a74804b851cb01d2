import AcrCore
import AcrSystem

/// The folder's index: read when it has changed, written by one for all.
extension OCILayout {
  /// The index as it is now, with entries that are not in the file yet.
  /// - Throws: ``AcrError``: `not-found` when there is no folder, `invalid` when it is no layout.
  func index() throws(AcrError) -> OCILayoutIndex { try withIndex { $0 } }

  /// Looks into the index without a copy of it.
  func withIndex<Result: Sendable>(_ body: (OCILayoutIndex) -> Result) throws(AcrError) -> Result {
    try state.content.withLock { content throws(AcrError) in body(try load(&content)) }
  }

  /// Notes that more will be written, so that the index need not be written for each manifest.
  public func beginBatch() async {
    state.content.withLock { content in
      content.batches += 1
      if content.batches == 1 { content.hasRecovered = false }
    }
  }

  /// Ends what ``beginBatch()`` began. After the last one the index has all entries.
  public func endBatch() async throws {
    let isLast = state.content.withLock { content in
      content.batches -= 1
      return content.batches == 0 && (content.log != nil || !content.unwritten.isEmpty)
    }
    guard isLast else { return }
    // What was brought before a run is stopped is to be found, too.
    try await Task {
      try await state.turn.run {
        if state.content.withLock({ !$0.unwritten.isEmpty }) { try await writeIndex() }
        let log = state.content.withLock { content -> OCILayoutLog? in
          guard content.batches == 0, content.unwritten.isEmpty else { return nil }
          defer { content.log = nil }
          return content.log
        }
        log?.remove()
      }
    }.value
  }

  /// Adds an entry, and waits until it is on the disk: in the index or, while more is being written, in the log.
  func list(_ change: OCILayoutIndex.Change) async throws {
    let number = try state.content.withLock { content throws(AcrError) in
      _ = try load(&content)
      content.index?.apply(change)
      content.unwritten.append(change)
      content.changeCount += 1
      return content.changeCount
    }
    do {
      try await state.turn.run { try await commit(number) }
    } catch is CancellationError {
      throw AcrError(.cancelled, "waiting for `\(displayName)` was stopped")
    }
  }

  /// Writes all that waits, unless somebody else has written this change along with an own one.
  private func commit(_ number: Int) async throws {
    let logged = state.content.withLock { content -> [OCILayoutIndex.Change]? in
      if content.durableCount >= number { return [] }
      // A short index is written as fast as a log. An index that is written each time it has grown by an eighth costs eight
      // times its length in all.
      let count = content.index?.count ?? 0
      guard content.batches > 0, count >= OCILayoutLog.shortIndex, content.unwritten.count < count / 8 else {
        return nil
      }
      return Array(content.unwritten.dropFirst(content.durableCount - content.firstUnwritten))
    }
    guard let logged else { return try await writeIndex() }
    guard !logged.isEmpty else { return }
    synchronizeBlobs()
    try log().append(logged)
    state.content.withLock { $0.durableCount += logged.count }
  }

  private func log() throws(AcrError) -> OCILayoutLog {
    let (known, base) = state.content.withLock { ($0.log, $0.version) }
    if let known { return known }
    let log = try OCILayoutLog(in: path, base: base)
    state.content.withLock { $0.log = log }
    return log
  }

  /// Replaces the file by one with all entries. Only who has the turn does it.
  private func writeIndex() async throws {
    synchronizeBlobs()
    try await withLock {
      let (bytes, number) = try state.content.withLock { content throws(AcrError) in
        if FileStatus(indexPath)?.version != content.version {
          // Another program has written it meanwhile.
          var index = FileSystem.isThere(indexPath) ? try readIndex().index : OCILayoutIndex()
          for change in content.unwritten { index.apply(change) }
          content.index = index
        }
        return (content.index?.bytes ?? OCILayoutIndex().bytes, content.changeCount)
      }
      try replaceFile(indexPath, with: bytes)
      state.content.withLock { content in
        content.version = FileStatus(indexPath)?.version
        content.unwritten.removeFirst(number - content.firstUnwritten)
        content.durableCount = max(content.durableCount, number)
        content.log?.restart(base: content.version)
      }
    }
  }

  // MARK: Reading

  /// Reads the index of a folder that says it is a layout, unless it is as it was.
  private func load(_ content: inout OCILayoutState.Content) throws(AcrError) -> OCILayoutIndex {
    if let index = content.index, !content.unwritten.isEmpty { return index }
    var version = FileStatus(indexPath)?.version
    if !content.hasRecovered, version != nil {
      content.hasRecovered = true
      recover()
      if content.batches > 0 { removeOldUploads() }
      version = FileStatus(indexPath)?.version
    }
    if let index = content.index, version != nil, version == content.version { return index }
    try checkMarker()
    let (index, found) = try readIndex()
    content.index = index
    content.version = found
    return index
  }

  private func readIndex() throws(AcrError) -> (index: OCILayoutIndex, version: FileStatus.Version) {
    let file = try OpenFile(reading: indexPath)
    let index = try OCILayoutIndex(path: indexPath, bytes: try file.readAll(upTo: 256 << 20))
    return (index, file.status.version)
  }

  private func checkMarker() throws(AcrError) {
    guard FileSystem.isFolder(path) else { throw AcrError(.notFound, "the folder `\(path)` does not exist") }
    guard FileSystem.size(markerPath) != nil else {
      throw AcrError(
        .invalid, "the folder `\(path)` is not an OCI layout: it has no file `oci-layout`",
        help: "`skopeo copy IMAGE oci:\(path):TAG` and `import IMAGE oci:\(path):TAG` make one in a new folder")
    }
    let marker = try FileSystem.read(markerPath)
    let version = (try? JSONValue(parsing: marker))?["imageLayoutVersion"]?.string
    guard let version, version.hasPrefix("1.") else {
      throw AcrError(
        .invalid, "`\(markerPath)` states the layout version `\(version ?? "")`, and only versions 1.x are supported")
    }
  }

  /// Removes what was half written when its run was killed, at least a day ago: what is younger may be another run's.
  private func removeOldUploads() {
    let day = Timestamp.now().adding(seconds: -86_400)
    for name in FileSystem.names(in: path) ?? [] where name.hasPrefix(TemporaryFile.prefix) {
      guard let status = FileStatus("\(path)/\(name)", followsLinks: false), status.kind == .regular,
        status.modified < day
      else { continue }
      try? FileSystem.remove("\(path)/\(name)")
    }
  }

  /// Puts into the index what runs that were killed had written beside it. Where that cannot be done, the index counts as
  /// it is.
  private func recover() {
    let left = OCILayoutLog.left(in: path)
    guard !left.isEmpty, let folder = try? OpenFile(folder: path) else { return }
    // The others hold it for as long as it takes to write an index.
    var tries = 0
    while (try? folder.lock(waits: false)) != true {
      tries += 1
      guard tries < 200 else { return }
      Clock.sleep(milliseconds: 10)
    }
    guard let (read, version) = try? readIndex() else { return }
    var index = read
    for log in left {
      // What another program has tagged since is newer than what the killed run tagged.
      let isAsBefore = log.base == version.description
      for change in log.changes {
        let isTaken = change.entry.name.map { (try? TagName($0)).flatMap { index.entry(tag: $0) } != nil } ?? false
        if isAsBefore || !isTaken { index.apply(change) }
      }
    }
    guard (try? replaceFile(indexPath, with: index.bytes)) != nil else { return }
    for log in left { try? FileSystem.remove(log.file.path) }
    withExtendedLifetime(folder) {}
  }
}
