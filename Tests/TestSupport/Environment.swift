import Foundation

/// Environments for programs under test, in which nothing of the developer's own settings is left.
public enum Environment {
  /// `PATH` and `LANG` alone: for tools that keep nothing in the home folder.
  public static var minimal: [String: String] {
    ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "LANG": "C.UTF-8"]
  }

  /// An environment whose home, XDG folders, Docker and Azure settings are folders inside `directory`, which are created.
  /// No proxies, no variables of Azure.
  /// - Parameter extra: variables to add or replace.
  public static func isolated(
    in directory: TemporaryDirectory, extra: [String: String] = [:]
  ) throws -> [String: String] {
    let home = try directory.makeDirectory("home")
    var variables = minimal
    variables["HOME"] = home
    variables["XDG_CONFIG_HOME"] = try directory.makeDirectory("home/.config")
    variables["XDG_STATE_HOME"] = try directory.makeDirectory("home/.local/state")
    variables["XDG_CACHE_HOME"] = try directory.makeDirectory("home/.cache")
    variables["XDG_DATA_HOME"] = try directory.makeDirectory("home/.local/share")
    variables["XDG_RUNTIME_DIR"] = try directory.makeDirectory("run")
    variables["DOCKER_CONFIG"] = try directory.makeDirectory("home/.docker")
    variables["AZURE_CONFIG_DIR"] = try directory.makeDirectory("home/.azure")
    variables["TMPDIR"] = try directory.makeDirectory("tmp")
    return variables.merging(extra) { $1 }
  }
}
