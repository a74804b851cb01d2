import AcrCore
import ArtifactTrust
import ImageContents
import ImportCore
import OCIRegistry

/// Looks at images by a policy before anything of them is copied.
struct PolicyGate: Sendable {
  /// One requirement, and whether it is met.
  struct Finding: Sendable {
    /// The key of the requirement in the file, `source` for the choice of a rule.
    let requirement: String
    /// What is wrong; nil where it is met.
    let problem: String?
    /// What was found where it is met.
    var detail = ""
    var help: String?
  }

  /// What a policy says of an image.
  struct Verdict: Sendable {
    /// The image's digest.
    let digest: Digest
    /// The rule that is for it; nil where none is.
    let rule: String?
    /// What was looked at.
    let findings: [Finding]

    var isAccepted: Bool { findings.allSatisfy { $0.problem == nil } }
  }

  let policy: ImportPolicy
  let engine: DirectImport
  let limit: TransferLimit

  /// Checks the source of an import.
  /// - Returns: the same import of exactly the digest that was checked.
  /// - Throws: ``AcrError`` of kind `rejected` with the rule, and what the source throws.
  func accept(_ request: ImportRequest) async throws -> ImportRequest {
    let verdict = try await verdict(on: request.source)
    if let error = error(verdict, request.source.displayName) { throw error }
    return request.pinned(to: verdict.digest)
  }

  /// The error for an image that is not accepted; nil for one that is.
  func error(_ verdict: Verdict, _ name: String) -> AcrError? {
    let problems = verdict.findings.filter { $0.problem != nil }
    guard let first = problems.first, let problem = first.problem else { return nil }
    let by = verdict.rule.map { "the rule `\($0)` of `\(policy.path)`" } ?? "`\(policy.path)`"
    return AcrError(
      .rejected, "`\(name)` is refused by \(by): \(problem)", help: first.help, code: first.requirement,
      notes: problems.dropFirst().map { "\($0.requirement): \($0.problem ?? "")" } + ["digest: \(verdict.digest)"])
  }

  /// Looks at a source.
  func verdict(on source: ImportSource) async throws -> Verdict {
    // A source that is pinned already was named by a tag before.
    let isNamedByDigest = source.name == nil && { if case .digest = source.selector { true } else { false } }()
    let name = source.store.displayName
    let root = try await Self.root(source, engine)
    guard let rule = policy.rule(for: name) else {
      return Verdict(
        digest: root.digest, rule: nil,
        findings: [
          Finding(
            requirement: "source", problem: "no rule is for `\(name)`",
            help: "add a rule with `source: \(name)`; a last rule with `source: \"*\"` is for all others")
        ])
    }
    switch rule.decision {
    case .allow:
      return Verdict(digest: root.digest, rule: rule.name, findings: [Finding(requirement: "allow", problem: nil)])
    case .refuse(let reason):
      return Verdict(digest: root.digest, rule: rule.name, findings: [Finding(requirement: "refuse", problem: reason)])
    case .require(let requirements):
      let image = PolicyImage(root: root, store: source.store, engine: engine, limit: limit)
      var findings: [Finding] = []
      for requirement in requirements where !requirement.isSigned {
        findings.append(try await image.check(requirement, isNamedByDigest: isNamedByDigest))
      }
      findings += try await signed(requirements, root, source.store)
      return Verdict(digest: root.digest, rule: rule.name, findings: findings)
    }
  }

  /// The manifest, read once in a session: the import finds it there.
  static func root(_ source: ImportSource, _ engine: DirectImport) async throws -> FetchedManifest {
    let digest: Digest?
    switch source.selector {
    case .digest(let known): digest = known
    case .tag(let tag): digest = try await source.store.digest(of: tag)
    }
    guard let digest else { return try await source.store.manifest(source.selector) }
    return try await engine.manifest(digest, in: source.store)
  }

  /// Signatures and attestations are read once for all requirements.
  private func signed(
    _ requirements: [ImportPolicy.Requirement], _ root: FetchedManifest, _ store: any ArtifactSource
  ) async throws -> [Finding] {
    let demands = requirements.compactMap { requirement -> (String, TrustDemand)? in
      switch requirement {
      case .signature(let demand), .attestation(let demand): (requirement.name, demand)
      default: nil
      }
    }
    guard !demands.isEmpty else { return [] }
    let rules = requirements.compactMap { if case .packages(let rules) = $0 { rules } else { nil } }
    let result = try await ImageVerifier(store: store).verify(
      ImageUnderTest(root, in: store.displayName), demands.map(\.1))
    let findings = zip(demands, result.verdicts).map { entry, verdict in
      guard let accepted = verdict.accepted.first else {
        let error = TrustReport.error(verdict, image: store.displayName, entry.1)
        let reasons = verdict.rejected.prefix(3).map { "\($0.failure.message)" }.joined(separator: "; ")
        return Finding(
          requirement: entry.0,
          problem: verdict.rejected.isEmpty
            ? "it has no \(TrustReport.wanted(entry.1))"
            : "no \(TrustReport.wanted(entry.1)) is accepted: \(reasons)", help: error.help)
      }
      return Finding(requirement: entry.0, problem: nil, detail: TrustReport.signer(accepted.signature))
    }
    let statements = result.verdicts.flatMap { $0.accepted.compactMap(\.signature.statement) }
    return findings + rules.map { Self.packages($0, statements) }
  }

  /// Looks at the packages of all SBOMs that were accepted.
  private static func packages(_ rules: PackageRules, _ statements: [InTotoStatement]) -> Finding {
    let key = "packages"
    var count = 0
    var isThere = false
    for statement in statements where RelatedType.kind(ofPredicate: statement.predicateType) == .sbom {
      do throws(AcrError) {
        let list = try PackageList(statement.predicate, in: "the signed SBOM")
        isThere = true
        count += list.packages.count
        let problems = rules.problems(list)
        if !problems.isEmpty { return Finding(requirement: key, problem: problems.joined(separator: "; ")) }
      } catch {
        return Finding(requirement: key, problem: error.message, help: error.help)
      }
    }
    return isThere
      ? Finding(requirement: key, problem: nil, detail: "\(count) packages")
      : Finding(requirement: key, problem: "no signed SBOM was accepted, and packages are looked for in it")
  }
}

extension ImportRequest {
  /// The same import of exactly this digest, which was looked at; its source keeps its name.
  func pinned(to digest: Digest) -> ImportRequest {
    var pinned = self
    pinned.source.name = source.displayName
    pinned.source.isTagImplied = false
    pinned.source.selector = .digest(digest)
    return pinned
  }
}

extension ImportPolicy.Requirement {
  /// True for what is looked for among signatures and attestations.
  var isSigned: Bool {
    switch self {
    case .signature, .attestation, .packages: true
    default: false
    }
  }
}
