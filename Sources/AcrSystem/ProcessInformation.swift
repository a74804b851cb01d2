import CPlatform

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// This process: its environment, its program, its user.
public enum ProcessInformation {
  /// All variables of the environment.
  public static var environment: [String: String] {
    var result: [String: String] = [:]
    guard var next = acr_environment() else { return result }
    while let entry = next.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        result[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      next += 1
    }
    return result
  }

  /// One variable of the environment; nil where it is not set.
  public static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// The path of the running program; nil where the system does not tell.
  public static var programPath: String? {
    let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      let length = buffer.withMemoryRebound(to: CChar.self) { acr_program_path($0.baseAddress, $0.count) }
      count = max(0, length)
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  /// The user id that permissions are checked against.
  public static var user: UInt32 { geteuid() }

  /// How many files and connections the process may have open; nil where there is no limit.
  public static var openFileLimit: Int? {
    let limit = sysconf(Int32(_SC_OPEN_MAX))
    return limit < 0 ? nil : limit
  }

  /// The process's id.
  public static var identifier: Int32 { getpid() }
}
