import AcrCore
import AcrRuntime
import ImportCore
import OCIRegistry
import Synchronization

extension MirrorCommand {
  /// What is mirrored to what.
  func pairs(_ call: Call<Parameters>, _ long: LongRun) throws -> [MirrorPair] {
    let (source, target) = (call[\.source] ?? "", call[\.target] ?? "")
    guard call[\.allRepositories] else {
      let chosen: [any DeclaredParameter] = [call.parameters.repositories, call.parameters.exceptRepositories]
      if let flag = chosen.first(where: call.isGiven) {
        throw ArgumentError(flag, AcrError(.usage, "`--\(flag.name)` needs `--all-repositories`"))
      }
      let from = try locate(call.parameters.source) { try place(source, .pull) }
      let to = try locate(call.parameters.target) { try place(target, .push) }
      return [
        MirrorPair(source: from.store, sourceLocation: from.location, target: to.store, targetLocation: to.location)
      ]
    }
    _ = try locate(call.parameters.source) { try registry(source) }
    let (targetHost, prefix) = try locate(call.parameters.target) { try registryWithPrefix(target) }
    let isMeant = try locate(call.parameters.repositories) { () throws(AcrError) in
      try MirrorNames(allow: call[\.repositories], deny: call[\.exceptRepositories]).test()
    }
    return try repositories(of: source, into: targetHost, prefix, long, isMeant)
  }

  func place(
    _ text: String, _ access: Access, _ credentials: [String: Credentials] = [:]
  ) throws -> (store: any ArtifactTarget, location: RepositoryLocation?) {
    if text.hasPrefix("oci:") {
      let path = String(text.dropFirst(4))
      guard !path.isEmpty else { throw AcrError(.usage, "`oci:` needs the path of a layout folder behind it") }
      return session.store(.layout(path: path), try RepositoryName("folder"), access)
    }
    let first = text.prefix { $0 != "/" }
    if access == .push, !RegistryHost.looksLikeHost(first) {
      throw AcrError(
        .usage, "the target `\(text)` does not name its registry",
        help: "write it in full, for example `myregistry.azurecr.io/\(text)`")
    }
    if RegistryHost.looksLikeHost(first), !text.contains("/") {
      throw AcrError(
        .usage, "`\(text)` names a registry but no repository",
        help: "`\(text)/NAME`, or every repository with --all-repositories")
    }
    let image = try ImageReference(text)
    if image.tag != nil || image.digest != nil {
      throw AcrError(
        .usage, "`\(text)` is one image, and `mirror` copies repositories",
        help: "leave out what follows its name, and choose with --tags; `import` copies one image")
    }
    return session.store(
      .registry(image.registry), image.repository, access, credentials: credentials[image.registry.name])
  }

  func registry(_ text: String) throws -> RegistryHost {
    guard !text.contains("/"), !text.hasPrefix("oci:") else {
      throw AcrError(
        .usage, "`\(text)` is not a registry, and --all-repositories needs one", help: "give its host alone")
    }
    return try RegistryHost(text)
  }

  func registryWithPrefix(_ text: String) throws -> (RegistryHost, String?) {
    guard let slash = text.firstIndex(of: "/") else { return (try registry(text), nil) }
    let prefix = String(text[text.index(after: slash)...])
    _ = try RepositoryName(prefix)
    return (try registry(String(text[..<slash])), prefix)
  }
}

/// The lines of a mirror's progress, one for each tag that is being copied, and the rows so far.
final class MirrorProgress: Sendable {
  private let progress: any ImportProgress
  private let state = Mutex<(lines: [String: any ImportProgressLine], rows: [MirrorRow])>(([:], []))

  init(_ progress: any ImportProgress) { self.progress = progress }

  /// What has ended so far.
  var rows: [MirrorRow] { state.withLock { $0.rows } }

  /// So many tags are looked at.
  func expect(_ count: Int) { progress.expect(count) }

  /// Starts the line of a tag.
  func begin(_ target: String) -> ImportObserver {
    let line = progress.start(target)
    state.withLock { $0.lines[target] = line }
    return { line.report($0) }
  }

  /// Ends it.
  func end(_ row: MirrorRow) {
    let line = state.withLock { state in
      state.rows.append(row)
      return state.lines.removeValue(forKey: "\(row.repository):\(row.tag)")
    }
    if let line { return line.finish(row.outcome) }
    // A tag that was unchanged or refused had no line; what is pruned was not expected.
    if ![.deleted, .kept].contains(row.action) { progress.pass(row.outcome) }
  }

  /// Ends those that were cut short.
  func endAll() {
    let lines = state.withLock { state in
      defer { state.lines = [:] }
      return Array(state.lines.values)
    }
    for line in lines { line.finish(nil) }
  }
}
