import Glibc

/// What glibc adds to `posix_spawn` (2.34 and later). Swift's Glibc module is built without `_GNU_SOURCE` and lacks it.
enum SpawnExtensions {
  /// `POSIX_SPAWN_SETSID` of `<spawn.h>`: the child leads a new session.
  static let newSessionFlag: Int32 = 0x80

  /// `posix_spawn_file_actions_addclosefrom_np`: closes every descriptor from `lowest` on.
  static func addCloseFrom(_ lowest: Int32, to actions: inout posix_spawn_file_actions_t) throws(TestSupportError) {
    typealias Function = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
    let code = unsafeBitCast(try find("posix_spawn_file_actions_addclosefrom_np"), to: Function.self)(&actions, lowest)
    guard code == 0 else { throw TestSupportError.system("addclosefrom", code) }
  }

  /// `posix_spawn_file_actions_addchdir_np`: changes the working directory.
  static func addChangeDirectory(_ path: String, to actions: inout posix_spawn_file_actions_t) throws(TestSupportError)
  {
    typealias Function =
      @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>) -> Int32
    let code = unsafeBitCast(try find("posix_spawn_file_actions_addchdir_np"), to: Function.self)(&actions, path)
    guard code == 0 else { throw TestSupportError.system("addchdir", code) }
  }

  private static func find(_ name: String) throws(TestSupportError) -> UnsafeMutableRawPointer {
    guard let symbol = dlsym(nil, name) else { throw TestSupportError("the C library has no \(name)") }
    return symbol
  }
}
