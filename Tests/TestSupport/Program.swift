import Foundation

/// A program to run: what, with which arguments, environment and input.
///
/// The environment is clean unless the caller says otherwise: see ``Environment``.
public struct Program: Sendable {
  /// The absolute path of the executable, or its name, which is looked up in `PATH`.
  public var executable: String
  /// The arguments, without the program's own name.
  public var arguments: [String]
  /// The whole environment of the program.
  public var environment: [String: String]
  /// The working directory; nil is that of the test run.
  public var directory: String?
  /// What the program reads from standard input.
  public var input: [UInt8] = []

  /// Describes a program.
  /// - Parameter environment: the whole environment; nil is `PATH` and `LANG` alone.
  public init(
    _ executable: String, _ arguments: [String] = [], environment: [String: String]? = nil, directory: String? = nil,
    input: String = ""
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment ?? Environment.minimal
    self.directory = directory
    self.input = Array(input.utf8)
  }

  /// Starts the program and does not wait.
  public func start() throws -> RunningProgram { try RunningProgram(self) }

  /// Runs the program to its end.
  /// - Throws: ``TestSupportError`` when it does not end in time; it is killed then, and the error shows what it wrote.
  public func run(timeout: Duration = .seconds(60)) async throws -> ProgramResult {
    let program = try start()
    guard let result = try await program.wait(timeout: timeout) else {
      program.send(SIGKILL)
      let result = try await program.wait(timeout: .seconds(10))
      throw TestSupportError(
        "\(executable) did not end within \(timeout)\n\(result?.output ?? "")\n\(result?.errorOutput ?? "")")
    }
    return result
  }

  /// Runs the program and insists on exit code 0.
  /// - Throws: ``TestSupportError`` with the standard error of a program that failed.
  @discardableResult
  public func succeed(timeout: Duration = .seconds(60)) async throws -> ProgramResult {
    let result = try await run(timeout: timeout)
    guard result.exitCode == 0 else {
      throw TestSupportError(
        "\(executable) \(arguments.joined(separator: " ")): exit code \(result.exitCode)\n\(result.errorOutput)")
    }
    return result
  }

  /// The absolute path of a program.
  /// - Throws: ``TestSupportError`` that names the Debian package, where one is given.
  static func locate(_ name: String, package: String? = nil) throws -> String {
    if name.contains("/") { return name }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let folders = path.split(separator: ":").map(String.init) + ["/usr/bin", "/bin", "/usr/sbin", "/sbin"]
    for folder in folders where access("\(folder)/\(name)", X_OK) == 0 { return "\(folder)/\(name)" }
    throw TestSupportError("the program \(name) is not installed\(package.map { ": apt-get install \($0)" } ?? "")")
  }
}
