import Glibc

/// What went wrong in the test kit itself, in words that make sense in a test's failure message.
public struct TestSupportError: Error, CustomStringConvertible {
  /// The sentence to show.
  public let description: String

  /// Creates an error from its sentence.
  public init(_ description: String) { self.description = description }

  /// An error from `errno` after a failed system call.
  static func system(_ call: String, _ code: Int32 = errno) -> TestSupportError {
    TestSupportError("\(call): \(String(cString: strerror(code)))")
  }
}
