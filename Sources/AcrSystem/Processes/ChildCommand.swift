/// What to run, and with what.
public struct ChildCommand: Sendable {
  /// Where one of the three standard streams of a program leads.
  public enum Stream: Sendable {
    /// To this process.
    case pipe
    /// To nothing.
    case null
    /// To where this process's own leads.
    case inherited
  }

  /// A path, or a name that is looked up in the folders of `PATH`.
  public var program: String
  /// Its arguments, without the program's own name.
  public var arguments: [String]
  /// Its whole environment; nil for that of this process.
  public var environment: [String: String]?
  /// The folder it starts in; nil for that of this process. A relative path of the program counts from this process's.
  public var folder: String?
  /// A process group of its own: ^C at the terminal does not reach it, and ending it ends what it has started, too.
  public var hasOwnGroup = false
  /// False for a program that ends by itself when this process does: it is not ended with the process.
  public var endsWithProcess = true
  /// Its standard streams.
  public var input = Stream.pipe
  public var output = Stream.pipe
  public var errors = Stream.pipe

  /// Creates a command with pipes for all three streams.
  public init(_ program: String, _ arguments: [String] = [], environment: [String: String]? = nil) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
  }
}

/// What a program left behind.
public struct ChildResult: Sendable {
  /// The exit code of a program that ^C ended.
  public static let interrupted: Int32 = 130

  /// What it wrote to standard output, as far as that was a pipe.
  public var output: [UInt8] = []
  /// What it wrote to standard error, as far as that was a pipe.
  public var errors: [UInt8] = []
  /// The exit code; 128 and the number for a program that a signal ended.
  public var exitCode: Int32 = 0
}
