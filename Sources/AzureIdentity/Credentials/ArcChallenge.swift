import AcrSystem
import AcrCore
import AcrHTTP
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
    do throws(AcrError) {
      let file = try OpenFile(reading: path, followsLinks: false)
      return String(decoding: try file.readAll(upTo: ArcChallenge.longestKey), as: UTF8.self)
    } catch {
      var error = error
      error.message = "Azure Arc's key file cannot be used: \(error.message)"
      if error.kind == .denied { error.help = "become a member of the group `himds`, or run as root" }
      throw error
    }
  }
}
