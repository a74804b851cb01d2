import AcrCore
import AcrSystem
import Foundation
import TestSupport
import Testing

@Suite("Files")
struct FileTests {
  @Test("A whole file is read up to a limit, and what is missing, a folder or too long is said")
  func wholeFile() async throws {
    try await withTemporaryDirectory { directory in
      let path = try directory.write(String(repeating: "x", count: 100_000), to: "a")
      #expect(try FileSystem.read(path).count == 100_000)
      #expect(try FileSystem.read(path, upTo: 100_000).count == 100_000)
      #expect(message { _ = try FileSystem.read(path, upTo: 99_999) }?.contains("is longer than") == true)
      #expect(try FileSystem.readIfPresent(directory.path("none")) == nil)
      #expect(
        message { _ = try FileSystem.read(directory.path("none")) } == "there is no file `\(directory.path("none"))`")
      #expect(message { _ = try FileSystem.read(directory.path("")) }?.hasSuffix(": is a directory") == true)
      #expect(message { _ = try FileSystem.read("a\u{0}b") } == "a path cannot contain a NUL character")
      #expect(try FileSystem.read("/dev/null").isEmpty)
      #expect(message { _ = try FileSystem.read("/dev/zero") } == "`/dev/zero` is a device, not a regular file")
    }
  }

  @Test("A named pipe is refused where a regular file is expected, without waiting for a writer")
  func pipeRefused() async throws {
    try await withTemporaryDirectory { directory in
      let path = try namedPipe(directory)
      #expect(message { _ = try FileSystem.read(path) } == "`\(path)` is a named pipe, not a regular file")
    }
  }

  @Test("A named pipe that a person named is read when its writer comes, also while signals arrive")
  func pipeRead() async throws {
    try await withTemporaryDirectory { directory in
      let path = try namedPipe(directory)
      let bytes = try await blocking {
        signal(SIGUSR1) { _ in }
        let reader = pthread_self()
        Thread.detachNewThread {
          for piece in ["one ", "two ", "three"] {
            usleep(20_000)
            pthread_kill(reader, SIGUSR1)
            let file = fopen(path, "w")
            fputs(piece, file)
            fflush(file)
            usleep(20_000)
            // The next piece goes to the same reader only while one writer is there.
            if piece == "one " { Holder.shared.keep(file) } else { fclose(file) }
          }
          Holder.shared.close()
        }
        return try FileSystem.read(path, .anything)
      }
      #expect(String(decoding: bytes, as: UTF8.self) == "one two three")
    }
  }

  @Test("Waiting for a pipe ends when it is stopped")
  func pipeStopped() async throws {
    try await withTemporaryDirectory { directory in
      let path = try namedPipe(directory)
      let asked = Counter()
      let error = try await blocking { kind { _ = try FileSystem.read(path, .anything) { asked.next() > 2 } } }
      #expect(error == .cancelled)
      let written = try await blocking { kind { try FileSystem.replace(path, with: [1]) { asked.next() > 5 } } }
      #expect(written == .cancelled)
    }
  }

  @Test("Replacing keeps the mode, goes through a link, and leaves nothing else behind")
  func replace() async throws {
    try await withTemporaryDirectory { directory in
      let path = try directory.write("old", to: "a")
      chmod(path, 0o640)
      symlink(path, directory.path("link"))
      try FileSystem.replace(directory.path("link"), with: Array("new".utf8))
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
      #expect(FileStatus(path)?.permissions == 0o640)
      #expect(FileStatus(directory.path("link"), followsLinks: false)?.kind == .link)
      try FileSystem.replace(directory.path("x/y/b"), with: [1], .ownerOnly)
      #expect(FileStatus(directory.path("x/y/b"))?.permissions == 0o600)
      #expect(FileStatus(directory.path("x"))?.permissions == 0o700)
      #expect(
        message { try FileSystem.replace(directory.path("no/b"), with: [1]) }?.hasSuffix("does not exist") == true)
      #expect(message { try FileSystem.replace(directory.path("x"), with: [1]) }?.hasSuffix("is a directory") == true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path("")).sorted() == ["a", "link", "x"])
    }
  }

  @Test("Temporary files are removed when they were not moved, and when the process is about to end")
  func temporaryFiles() async throws {
    try await withTemporaryDirectory { directory in
      let folder = directory.path("")
      do { _ = try TemporaryFile(in: folder) }
      #expect(FileSystem.names(in: folder) == [])
      let kept = try TemporaryFile(in: folder)
      #expect(FileSystem.names(in: folder)?.count == 1)
      TemporaryFiles.removeAll()
      #expect(FileSystem.names(in: folder) == [])
      withExtendedLifetime(kept) {}
    }
  }

  @Test("A lock excludes others until the file is closed")
  func lock() async throws {
    try await withTemporaryDirectory { directory in
      let path = try directory.write("", to: "a")
      var first: OpenFile? = try OpenFile(writing: path, .appending)
      let second = try OpenFile(reading: path)
      #expect(try first?.lock() == true)
      #expect(try !second.lock(waits: false))
      first = nil
      #expect(try second.lock(waits: false))
    }
  }

  @Test("A file is foreign where another user owns it or anybody may write to it")
  func foreign() async throws {
    try await withTemporaryDirectory { directory in
      let path = try directory.write("", to: "a")
      chmod(path, 0o644)
      #expect(FileStatus(path)?.foreignWriter() == nil)
      chmod(path, 0o666)
      #expect(FileStatus(path)?.foreignWriter() == "any user can write to it")
      guard geteuid() == 0 else { return }
      chmod(path, 0o644)
      chown(path, 12345, 12345)
      #expect(FileStatus(path)?.foreignWriter() == "it belongs to another user")
      #expect(FileStatus(path)?.foreignWriter(alsoTrusted: 12345) == nil)
    }
  }
}

/// A FILE that stays open for a while.
private final class Holder: @unchecked Sendable {
  static let shared = Holder()
  private var file: UnsafeMutablePointer<FILE>?
  func keep(_ file: UnsafeMutablePointer<FILE>?) { self.file = file }
  func close() { if let file { fclose(file) } }
}

/// Counts calls.
final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0
  func next() -> Int {
    lock.withLock {
      count += 1; return count
    }
  }
}

func namedPipe(_ directory: TemporaryDirectory) throws -> String {
  let path = directory.path("pipe")
  guard mkfifo(path, 0o600) == 0 else { throw CocoaError(.fileWriteUnknown) }
  return path
}

/// The message of the error that `body` throws.
func message(_ body: () throws -> Void) -> String? {
  do { try body() } catch { return (error as? AcrError)?.message ?? "\(error)" }
  return nil
}

/// The kind of the error that `body` throws.
func kind(_ body: () throws -> Void) -> ErrorKind? {
  do { try body() } catch { return (error as? AcrError)?.kind }
  return nil
}

/// Runs what blocks on a thread of its own.
func blocking<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Swift.Result { try work() }) }
  }
}
