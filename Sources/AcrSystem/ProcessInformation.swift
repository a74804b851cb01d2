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
  /// Makes freeing memory cheaper where the system's allocator lets itself be told; for programs, at their start.
  public static func tuneAllocator() { acr_tune_allocator() }

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

  /// The name of this machine, as far as it is UTF-8; `localhost` where the system does not tell.
  public static var hostName: String {
    let bytes = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
      let isKnown = buffer.withMemoryRebound(to: CChar.self) { name in
        name.baseAddress.map { gethostname($0, name.count - 1) == 0 } ?? false
      }
      count = isKnown ? buffer.prefix(255).firstIndex(of: 0) ?? 255 : 0
    }
    return bytes.isEmpty ? "localhost" : String(decoding: bytes, as: UTF8.self)
  }

  /// The process's id.
  public static var identifier: Int32 { getpid() }
}
