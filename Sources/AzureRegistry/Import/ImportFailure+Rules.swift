import AcrCore
import OCIRegistry

extension ImportFailure {
  /// One kind of failure: its error, or nil for failures of other kinds.
  typealias Rule = @Sendable (Facts) -> AcrError?

  /// The kinds, the more particular ones first.
  static let rules: [Rule] = [
    linkedAuthorization, unknownSource, missingTargets, existingTag, firewall, deniedTarget, dockerAbuseLimit,
    pullLimit, tooMany,
    missingScope, unauthorized, unknownImage, missingDigest, tooManyManifests, brokenBlobs, unreachable,
  ]

  /// Whoever asks has no right on a source that is named by its id.
  @Sendable private static func linkedAuthorization(_ facts: Facts) -> AcrError? {
    guard facts.code == "LinkedAuthorizationFailed" || facts.says("on the linked scope(s)") else { return nil }
    let client = facts.between("client '", "'").map { "`\($0)`" } ?? "this account"
    return AcrError(
      .denied,
      "the source refused: \(client) may import into `\(facts.target.name)`, and may not read \(facts.source.name)",
      help:
        "ask the owner of \(facts.source.name) for the role `\(AzureRole.reader)` and for \(facts.source.pullRole) there"
    )
  }

  /// The resource manager says the same of both sides, and only names the one that it means.
  @Sendable private static func unknownSource(_ facts: Facts) -> AcrError? {
    guard facts.code == "ResourceNotFound", case .registry(let id, _) = facts.source, facts.says(id.description) else {
      return nil
    }
    return AcrError(
      .notFound, "there is no registry with the source's id `\(id)`",
      help: "check the id; or name the source by its host: --source HOST/REPOSITORY:TAG")
  }

  @Sendable private static func missingTargets(_ facts: Facts) -> AcrError? {
    guard facts.says("missing property", "targettags") else { return nil }
    return AcrError(.usage, "the import names no target", help: "name one: --image REPOSITORY:TAG")
  }

  @Sendable private static func existingTag(_ facts: Facts) -> AcrError? {
    guard facts.says("already exists in target registry") else { return nil }
    let tag = facts.between("Tag ", " already exists").map { "`\($0)`" } ?? "the tag"
    return AcrError(
      .conflict, "the target refused: \(tag) exists in `\(facts.target.loginServer)` already, and nothing was copied",
      help: "--force moves the tag")
  }

  /// `client with IP '…' is not allowed access`: the registry's firewall.
  @Sendable private static func firewall(_ facts: Facts) -> AcrError? {
    guard facts.says("client with ip") else { return nil }
    let address = facts.between("client with IP '", "'").map { " (its address is \($0))" } ?? ""
    let message = "the source refused: the firewall of \(facts.source.name) does not let the service in\(address)"
    switch facts.source {
    case .registry:
      return AcrError(
        .denied, message,
        help: "let trusted services pass the firewall of \(facts.source.name): set `networkRuleBypassOptions` to "
          + "`AzureServices`")
    case .host:
      return AcrError(
        .denied, message,
        help: "name an Azure registry by its id (--registry ID), so that the service comes as a trusted one, or allow "
          + "the address")
    }
  }

  @Sendable private static func deniedTarget(_ facts: Facts) -> AcrError? {
    guard facts.says("access to ", " denied") else { return nil }
    let host = facts.between("Access to ", " denied") ?? facts.target.loginServer.name
    return AcrError(
      .denied, "the target refused: `\(host)` does not let the service in",
      help: "let trusted services pass its firewall: set `networkRuleBypassOptions` to `AzureServices`")
  }

  // MARK: Limits of the source

  @Sendable private static func dockerAbuseLimit(_ facts: Facts) -> AcrError? {
    guard facts.says("hap429") else { return nil }
    return AcrError(
      .throttled, "the source refused: Docker Hub is rate-limiting Azure's addresses",
      help: "try again later, or give a Docker account: --username USER --password PASSWORD")
  }

  @Sendable private static func pullLimit(_ facts: Facts) -> AcrError? {
    guard facts.says("pull rate limit") else { return nil }
    if case .host(_, let user, true) = facts.source {
      return AcrError(
        .throttled,
        "the source refused: \(user.map { "`\($0)`" } ?? "the account") has reached its pull limit at \(facts.source.name)",
        help: "try again in some hours, or use an account with a higher pull limit")
    }
    return AcrError(
      .throttled,
      "the source refused: the anonymous pull limit of \(facts.source.name) is used up for Azure's addresses",
      help: "use your own pull limit: --username USER --password PASSWORD")
  }

  @Sendable private static func tooMany(_ facts: Facts) -> AcrError? {
    guard facts.says("429 too many requests") || facts.says("toomanyrequests") else { return nil }
    return AcrError(
      .throttled, "the source refused: \(facts.source.name) is rate-limiting requests", help: "try again later")
  }

  // MARK: Sign-in at the source

  /// registry.redhat.io and others leave the scope out of their challenge, and the service then asks for none.
  @Sendable private static func missingScope(_ facts: Facts) -> AcrError? {
    guard facts.says("unauthorized", "access to the requested resource is not authorized") else { return nil }
    return AcrError(
      .auth, "the source refused: \(facts.source.name) uses a sign-in method that Azure does not support",
      help: "use --engine direct: acrsh supports this method")
  }

  @Sendable private static func unauthorized(_ facts: Facts) -> AcrError? {
    guard facts.says("unauthorized") else { return nil }
    return refusedPull(of: facts.between("\"Name\":\"", "\""), at: facts.source)
  }

  /// The source does not let anybody pull who comes as the import does.
  static func refusedPull(of repository: String?, at source: Source) -> AcrError {
    let what = repository.map { "`\($0)` in \(source.name)" } ?? source.name
    switch source {
    case .registry:
      return AcrError(
        .denied,
        "the source refused: this account may see \(source.name), and may not pull \(repository.map { "`\($0)`" } ?? "from it")",
        help: "ask its owner for the role \(source.pullRole)")
    case .host(let host, let user, true):
      let owner = user.map { "the user `\($0)`" } ?? "the access token"
      return AcrError(
        .auth, "the source refused: \(owner) may not pull \(what)",
        help: "check the password, and whether \(owner) may pull there"
          + (host == .dockerHub ? "; repositories of Docker Hub without an owner are called library/NAME" : ""))
    case .host(let host, _, false):
      if host == .dockerHub, let repository, !repository.contains("/") {
        return AcrError(
          .auth, "the source refused: there is no public repository \(what)",
          help: "Docker Hub's own images are in `library`: --source docker.io/library/\(repository)")
      }
      return AcrError(
        .auth, "the source refused: anonymous requests may not pull \(what)",
        help:
          "give credentials for it: --username USER --password PASSWORD; or check the name, since registries answer "
          + "like this to unknown ones, too")
    }
  }

  // MARK: The image

  @Sendable private static func unknownImage(_ facts: Facts) -> AcrError? {
    guard facts.says("manifest_unknown") || facts.says("name_unknown") || facts.says("notfound not found") else {
      return nil
    }
    return AcrError(
      .notFound, "the source \(facts.source.name) has no such image",
      help: "check the repository and the tag: repository show-tags --name \(facts.source.name.filter { $0 != "`" }) "
        + "--repository REPOSITORY")
  }

  @Sendable private static func missingDigest(_ facts: Facts) -> AcrError? {
    guard facts.says("docker-content-digest") else { return nil }
    return AcrError(
      .invalid, "the source \(facts.source.name) does not report the digests of its manifests, which Azure needs",
      help: "--engine direct: acrsh computes them itself")
  }

  /// The article's limit.
  @Sendable private static func tooManyManifests(_ facts: Facts) -> AcrError? {
    guard facts.says("maximum number of manifests") else { return nil }
    return AcrError(
      .usage, "the image has more manifests than the service imports, which is 50",
      help: "--engine direct has no such limit; or import one platform by its digest")
  }

  /// The article's three errors about ranges, and the older text for all of them.
  @Sendable private static func brokenBlobs(_ facts: Facts) -> AcrError? {
    let phrases: [(phrase: String, meaning: String)] = [
      ("rfc 7233", "it does not answer requests for parts of a blob as RFC 7233 says"),
      ("unexpected response status code", "it answers requests for parts of a blob with an unexpected status"),
      ("unexpected length of body", "it sends more or less of a blob than requested"),
      ("error copying blobs", "its blobs could not be copied"),
    ]
    guard let found = phrases.first(where: { facts.says($0.phrase) }) else { return nil }
    return AcrError(
      .server, "the source \(facts.source.name) cannot be read by the service: \(found.meaning)",
      help: "try again; if it stays so, --engine direct reads whole blobs")
  }

  @Sendable private static func unreachable(_ facts: Facts) -> AcrError? {
    guard facts.says("could not be reached") else { return nil }
    return AcrError(
      .network, "the service cannot reach the source \(facts.source.name)",
      help: "check its name; if only this network reaches it, import with --engine direct")
  }
}
