import AcrCore
import AcrHTTP
import Glibc
import HTTPTypes

/// Azure Arc's proof that a program may have the machine's tokens: it must be able to read a file that only privileged
/// users and members of a group can. The first request is answered with 401 and the file's path.
struct ArcChallenge: Sendable {
  let context: IdentityContext

  private static let longestKey = 4096

  /// Sends the first request and reads the file it is answered with.
  /// - Returns: the value of `Authorization` for the second request.
  /// - Throws: ``AcrError``: `denied` where the file may not be read, `invalid` where the answer is not Arc's. The path
  ///   comes from a server, so it is held to the agent's own folder.
  func authorization(for request: TransportRequest) async throws -> Secret {
    let answer: IdentityAnswer
    do {
      answer = try await context.send(request)
    } catch let error as AcrError where error.kind == .network || error.kind == .timeout {
      throw AcrError(
        error.kind, "the agent of Azure Arc does not answer", help: "check that it runs: azcmagent show",
        target: error.target, notes: [error.message])
    }
    guard answer.status == 401 else {
      throw AcrError(
        .invalid, "the agent of Azure Arc answered \(answer.status) instead of a challenge",
        help: "check the agent: azcmagent show",
        status: answer.status)
    }
    let start = "Basic realm="
    guard let field = answer.headers[.wwwAuthenticate], field.lowercased().hasPrefix(start.lowercased()) else {
      throw AcrError(.invalid, "the agent of Azure Arc sent no challenge with a key file", status: answer.status)
    }
    var path = String(field.dropFirst(start.count))
    if path.hasPrefix("\""), path.hasSuffix("\""), path.count > 1 { path = String(path.dropFirst().dropLast()) }
    return Secret("Basic \(try key(at: path))")
  }

  private func key(at path: String) throws(AcrError) -> String {
    let folder = context.endpoints.arcTokenFolder.withoutTrailingSlashes
    let name = path.hasPrefix("\(folder)/") ? path.dropFirst(folder.count + 1) : ""
    guard !name.isEmpty, !name.contains("/"), name.hasSuffix(".key") else {
      throw AcrError(
        .invalid, "the agent of Azure Arc names a key file that is not a `.key` file in `\(folder)`",
        help: "something other than the agent may be answering in its place")
    }
    // A link could lead to any file, and its content would go to whoever answers at the agent's port.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      var error = PrivateFile.failure("cannot read Azure Arc's key file `\(path)`")
      if error.kind == .denied { error.help = "become a member of the group `himds`, or run as root" }
      throw error
    }
    defer { close(descriptor) }
    var information = stat()
    guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG,
      information.st_size <= ArcChallenge.longestKey
    else {
      throw AcrError(
        .invalid, "Azure Arc's key file `\(path)` is no plain file of \(ArcChallenge.longestKey) bytes or less")
    }
    let bytes = try PrivateFile.contents(of: descriptor, path: path, upTo: ArcChallenge.longestKey)
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Questions to the file system.
enum FileSystem {
  /// True for anything of that name.
  static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The first program of that name in the folders of `PATH`.
  static func program(_ name: String, path: String?) -> String? {
    let folders = (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").filter { $0.hasPrefix("/") }
    return folders.lazy.map { "\($0)/\(name)" }.first { candidate in
      var information = stat()
      return access(candidate, X_OK) == 0 && stat(candidate, &information) == 0
        && information.st_mode & S_IFMT == S_IFREG
    }
  }
}
