import CPlatform

/// A pipe whose read end becomes readable when another thread has something to tell, so that it can be waited for together
/// with a keyboard or a child.
public final class WakePipe: Sendable {
  /// Readable after ``wake()``; -1 when the process has no descriptors left.
  public let descriptor: Int32
  private let writeEnd: Int32

  /// Makes the pipe.
  public init() {
    var ends: [Int32] = [-1, -1]
    if acr_pipe(&ends) == 0 {
      for end in ends { FileDescriptor.setNonblocking(end) }
    } else {
      ends = [-1, -1]
    }
    (descriptor, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    guard descriptor >= 0 else { return }
    FileDescriptor.close(descriptor)
    FileDescriptor.close(writeEnd)
  }

  /// Makes the read end readable.
  public func wake() {
    // A full pipe already says that there is something.
    _ = FileDescriptor.writeByte(0, to: writeEnd)
  }

  /// Takes what made it readable.
  public func drain() { while case .bytes = FileDescriptor.read(descriptor, upTo: 64) {} }
}
