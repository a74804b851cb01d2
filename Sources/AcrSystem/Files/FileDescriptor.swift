import AcrCore
import AcrText
import CPlatform

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Calls on descriptors that other code opened: standard streams, pipes, terminals.
public enum FileDescriptor {
  /// Standard input, output and error.
  public static let input: Int32 = STDIN_FILENO
  public static let output: Int32 = STDOUT_FILENO
  public static let error: Int32 = STDERR_FILENO

  /// How often a wait asks whether it is to end, in milliseconds.
  static let sliceMilliseconds: Int32 = 50

  /// Waits until a descriptor can be read from or written to.
  /// - Returns: false where `isStopped` said so first.
  static func wait(_ descriptor: Int32, for events: Int16, isStopped: () -> Bool) -> Bool {
    var waiting = pollfd(fd: descriptor, events: events, revents: 0)
    while poll(&waiting, 1, sliceMilliseconds) <= 0 {
      if isStopped() { return false }
    }
    return true
  }

  /// Writes all bytes, also to a descriptor that does not block.
  /// - Parameter failure: makes the error to throw.
  static func write(
    _ bytes: ArraySlice<UInt8>, to descriptor: Int32, isStopped: () -> Bool = { false },
    failure: (SystemError) -> AcrError
  ) throws(AcrError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { buffer in
        #if canImport(Glibc)
          Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        #elseif canImport(Musl)
          Musl.write(descriptor, buffer.baseAddress, buffer.count)
        #else
          Darwin.write(descriptor, buffer.baseAddress, buffer.count)
        #endif
      }
      if count >= 0 {
        rest = rest.dropFirst(count)
        continue
      }
      let error = SystemError.last
      if error.code == EINTR { continue }
      guard error.wouldBlock else { throw failure(error) }
      guard wait(descriptor, for: Int16(POLLOUT), isStopped: isStopped) else {
        throw AcrError(.cancelled, "writing was stopped")
      }
    }
  }

  /// Writes all bytes to a standard stream, a pipe or a terminal.
  /// - Throws: ``SystemError``; see ``SystemError/isBrokenPipe``.
  public static func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
    var failed: SystemError?
    do throws(AcrError) {
      try write(bytes[...], to: descriptor) { error in
        failed = error
        return error.acrError("cannot write")
      }
    } catch {
      throw failed ?? SystemError(EIO)
    }
  }

  /// Writes a text to a terminal as far as it takes it.
  public static func put(_ text: TerminalText, on descriptor: Int32) { try? write(text.bytes, to: descriptor) }

  /// What a call of `read` gives.
  public enum Piece: Sendable {
    case bytes([UInt8])
    case end
    /// Nothing is there now, of a descriptor that does not block.
    case nothing
    case failed(SystemError)
  }

  /// Reads what is there, up to so many bytes.
  public static func read(_ descriptor: Int32, upTo limit: Int = 64 << 10) -> Piece {
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
      count = FileSystem.retrying {
        #if canImport(Glibc)
          Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #elseif canImport(Musl)
          Musl.read(descriptor, buffer.baseAddress, buffer.count)
        #else
          Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
      }
      filled = max(0, count)
    }
    if count > 0 { return .bytes(bytes) }
    if count == 0 { return .end }
    let error = SystemError.last
    return error.wouldBlock ? .nothing : .failed(error)
  }

  /// The next piece of standard input; nil at its end.
  /// - Parameter isStopped: asked every 50 ms while nothing comes; true ends the wait.
  /// - Throws: ``AcrError``: `cancelled` when it was stopped.
  public static func readInput(isStopped: () -> Bool) throws(AcrError) -> [UInt8]? {
    while true {
      guard wait(input, for: Int16(POLLIN), isStopped: isStopped) else {
        throw AcrError(.cancelled, "reading standard input was stopped")
      }
      switch read(input) {
      case .bytes(let piece): return piece
      case .end: return nil
      case .nothing: continue
      case .failed(let error): throw error.acrError("cannot read standard input")
      }
    }
  }

  /// Waits until one of several descriptors can be read from. Negative ones are passed over.
  /// - Parameter milliseconds: how long at most; negative for ever.
  /// - Returns: for each whether it can be read (or has ended); nil when a signal ended the wait.
  public static func wait(forAnyOf descriptors: [Int32], milliseconds: Int32 = -1) -> [Bool]? {
    var waiting = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let count = poll(&waiting, nfds_t(waiting.count), milliseconds)
    if count < 0 { return nil }
    return waiting.map { $0.revents != 0 }
  }

  /// Makes reads and writes return at once when they would wait.
  static func setNonblocking(_ descriptor: Int32) {
    let flags = fcntl(descriptor, F_GETFL)
    _ = fcntl(descriptor, F_SETFL, (flags < 0 ? 0 : flags) | O_NONBLOCK)
  }

  /// Closes a descriptor.
  static func close(_ descriptor: Int32) {
    #if canImport(Glibc)
      _ = Glibc.close(descriptor)
    #elseif canImport(Musl)
      _ = Musl.close(descriptor)
    #else
      _ = Darwin.close(descriptor)
    #endif
  }

  /// The descriptor that a path such as `/dev/stdout` or `/dev/fd/3` names; nil for every other path.
  public static func named(by path: String) -> Int32? {
    switch path {
    case "/dev/stdin": return input
    case "/dev/stdout": return output
    case "/dev/stderr": return error
    default: break
    }
    for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
      return Int32(path.dropFirst(folder.count))
    }
    return nil
  }
}

extension FileDescriptor {
  /// Writes one byte in one call, as signal handlers may.
  static func writeByte(_ byte: UInt8, to descriptor: Int32) -> Bool {
    var byte = byte
    #if canImport(Glibc)
      return Glibc.write(descriptor, &byte, 1) == 1
    #elseif canImport(Musl)
      return Musl.write(descriptor, &byte, 1) == 1
    #else
      return Darwin.write(descriptor, &byte, 1) == 1
    #endif
  }
}
