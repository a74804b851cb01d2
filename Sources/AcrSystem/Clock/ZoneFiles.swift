import AcrCore

/// The zones of the system's time zone database.
public enum ZoneFiles {
  /// Where the database may be.
  private static let folders = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo"]
  /// No file of the database comes near it.
  private static let longest = 256 << 10

  /// The rules of a zone such as `Europe/Berlin`; nil where the database has none of that name.
  /// - Throws: ``AcrError`` of kind `not-found` where there is no database.
  public static func rules(named name: String) throws(AcrError) -> ZoneRules? {
    guard isName(name) else { return nil }
    let known = folders.filter(FileSystem.isFolder)
    guard !known.isEmpty else {
      throw AcrError(
        .notFound, "this machine has no time zone database",
        help: "install the package `tzdata`, or give an offset such as `+02:00`")
    }
    for folder in known {
      guard let bytes = try? FileSystem.read("\(folder)/\(name)", upTo: longest) else { continue }
      return ZoneRules(tzif: bytes, name: name)
    }
    return nil
  }

  /// The machine's own zone: the variable `TZ`, else `/etc/localtime`, else UTC.
  /// - Parameter setting: the value of `TZ`.
  public static func local(_ setting: String?) -> ZoneRules {
    if let setting {
      let name = setting.hasPrefix(":") ? String(setting.dropFirst()) : setting
      if name.isEmpty { return .utc }
      if name.hasPrefix("/") { return file(name) ?? .utc }
      if let rules = (try? rules(named: name)) ?? nil { return rules }
      return ZoneRules(posix: name) ?? .utc
    }
    return file("/etc/localtime") ?? .utc
  }

  private static func file(_ path: String) -> ZoneRules? {
    guard let bytes = try? FileSystem.read(path, upTo: longest) else { return nil }
    return ZoneRules(tzif: bytes, name: "local")
  }

  /// Letters, digits, `_`, `-`, `+` and `/`, as all names of the database: nothing that leads out of its folder.
  private static func isName(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count <= 4 && name.utf8.count <= 64
      && parts.allSatisfy { part in
        !part.isEmpty
          && part.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
              || [0x5F, 0x2D, 0x2B].contains($0)
          }
      }
  }
}
