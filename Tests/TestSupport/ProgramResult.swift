/// How a program ended, and what it wrote.
public struct ProgramResult: Sendable {
  /// Standard output as text; bytes that are not UTF-8 are replaced.
  public var output: String { String(decoding: outputBytes, as: UTF8.self) }
  /// Standard error as text; bytes that are not UTF-8 are replaced.
  public var errorOutput: String { String(decoding: errorBytes, as: UTF8.self) }
  /// Standard output.
  public let outputBytes: [UInt8]
  /// Standard error.
  public let errorBytes: [UInt8]
  /// How it ended.
  public let ending: Ending

  /// The end of a process.
  public enum Ending: Sendable, Equatable {
    /// It ended by itself with this code.
    case exit(Int32)
    /// A signal ended it.
    case signal(Int32)
  }

  /// The exit code; for a signal 128 and its number, as shells say it.
  public var exitCode: Int32 {
    switch ending {
    case .exit(let code): code
    case .signal(let number): 128 + number
    }
  }
}
