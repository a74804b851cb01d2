import Foundation

/// The executables that were built together with the tests.
public enum BuiltProducts {
  /// The folder of the running test binary, where SwiftPM puts the executables too.
  public static func directory() throws -> String {
    let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return (path as NSString).deletingLastPathComponent
  }

  /// The path of an executable product.
  /// - Throws: ``TestSupportError`` when it was not built, which happens when no test target depends on it.
  public static func executable(_ name: String) throws -> String {
    let path = "\(try directory())/\(name)"
    guard access(path, X_OK) == 0 else {
      throw TestSupportError("\(path) is not there: run `swift build --product \(name)`")
    }
    return path
  }

  /// The shell under test with an isolated environment (``Environment/isolated(in:extra:)``) in `directory`.
  public static func acrsh(
    _ arguments: [String] = [], in directory: TemporaryDirectory, environment extra: [String: String] = [:],
    input: String = ""
  ) throws -> Program {
    Program(
      try executable("acrsh"), arguments, environment: try Environment.isolated(in: directory, extra: extra),
      directory: directory.path, input: input)
  }
}
