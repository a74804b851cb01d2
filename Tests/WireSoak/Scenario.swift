/// What a case does with its two registries, as the lines that somebody would type.
enum Scenario: String, CaseIterable, Sendable {
  case importOne, importDigest, importRows, importLayout, importLarge, mirror, mirrorPrune, mirrorAll, mirrorLayout
  case metadata, tree, diff, show, showTags, delete, untag, login
  case serviceImport, serviceRows, azureLists
  case purge, garbage

  /// Texts that a script is made of.
  struct Names {
    let source: String
    let target: String
    /// An empty folder.
    let folder: String
    let indexDigest: String
    /// Where Entra and the resource manager answer, as `http://127.0.0.1:PORT`.
    let azure: String
  }

  /// True where Azure takes part.
  var usesAzure: Bool { [.serviceImport, .serviceRows, .azureLists].contains(self) }

  /// The lines that make the Azure of this case known and sign in to it.
  static func azureStart(_ names: Names) -> [String] {
    [
      "cloud register --name soak --endpoint-active-directory \(names.azure) --endpoint-resource-manager \(names.azure) "
        + "--endpoint-active-directory-resource-id \(names.azure)/",
      "cloud set --name soak",
      "login --service-principal -u \(HonestAzure.client) -p (secret env SOAK_CLIENT_SECRET) --tenant \(HonestAzure.tenant)",
    ]
  }

  /// True where the target may lose something.
  var deletes: Bool { [.mirrorPrune, .mirrorAll, .delete, .untag, .purge].contains(self) }

  /// True where it copies from the source to the target.
  var copies: Bool {
    [
      .importOne, .importDigest, .importRows, .importLarge, .mirror, .mirrorPrune, .mirrorAll, .serviceImport,
      .serviceRows,
    ].contains(self)
  }

  func script(_ names: Names, _ random: inout SeededGenerator) -> String {
    let (source, target) = (names.source, names.target)
    let tag = random.pick(["v1", "v2", "single", "docker", "latest"])
    let jobs = random.pick(["", " --jobs 1", " --jobs 4"])
    let going = random.pick(["", " --keep-going"])
    let asked = random.chance(70) ? target : source
    switch self {
    case .importOne: return "import \(source)/app:\(tag) \(target)/app:\(tag)\(random.pick([" --force", ""]))"
    case .importDigest: return "import \(source)/app@\(names.indexDigest) \(target)/new/app:pinned"
    case .importLarge: return "import \(source)/app:large \(target)/large:large"
    case .importLayout: return "import \(source)/app:\(tag) oci:\(names.folder):\(tag)"
    case .importRows:
      let rows = ["v1", "v2", "single", "docker"].map {
        "{source: \"\(source)/app:\($0)\", image: \"rows/\($0):x\"}"
      }
      let journal = random.pick(["", " --journal \(names.folder)/journal"])
      return "[\(rows.joined(separator: ", "))] | import --name \(target)\(jobs)\(going)\(journal)"
    case .mirror:
      let more = random.pick([
        "", " --tags \"v*\"", " --newest 2", " --platform linux/amd64", " --referrers false", " --dry-run",
      ])
      return "mirror \(source)/app \(target)/app\(jobs)\(going)\(more)"
    case .mirrorPrune: return "mirror \(source)/app \(target)/app --prune --yes\(jobs)\(going)"
    case .mirrorAll: return "mirror \(source) \(target) --all-repositories --prune --yes\(going)"
    case .mirrorLayout: return "mirror \(source)/app oci:\(names.folder)\(jobs)\(going)"
    case .metadata: return "list-metadata \(asked)/app\(random.pick(["", " --top 2", " --orderby time_desc"]))"
    case .tree: return "manifest tree \(asked)/app:\(tag)"
    case .diff:
      return random.pick([
        "diff \(source)/app:\(tag) \(target)/app:v1", "diff \(source)/app \(target)/app --changed",
      ])
    case .show:
      return random.pick([
        "manifest show \(asked)/app:\(tag)", "manifest config \(asked)/app:single",
        "manifest config \(asked)/app:v1 --platform linux/arm64", "repository list --name \(asked)",
        "repository show --name \(asked) --repository app", "repository show --name \(asked) --image app:v1",
      ])
    case .showTags:
      return "repository show-tags --name \(asked) --repository app\(random.pick(["", " --detail"]))"
    case .delete:
      return random.pick([
        "manifest delete \(target)/app:v1 --yes", "manifest delete \(target)/app:v1-amd64 --yes",
        "repository delete --name \(target) --image app:gone --yes",
      ])
    case .untag: return "repository untag --name \(target) --image app:v1-amd64"
    case .serviceImport:
      let more = random.pick([
        " --timeout 4s", " --no-preflight --timeout 4s", " --no-wait", " --timeout 3s", " --force --timeout 4s",
      ])
      return
        "import --name soakreg --source \(source)/app:\(tag) --image service:\(tag) --engine service\(more)"
    case .serviceRows:
      let rows = ["v1", "v2", "single"].map { "{source: \"\(source)/app:\($0)\", image: \"service:\($0)\"}" }
      return "[\(rows.joined(separator: ", "))] | import --name soakreg --engine service --timeout 4s\(going)"
    case .azureLists:
      return random.pick([
        "acr list", "acr show --name soakreg", "acr credential show --name soakreg", "account list", "operation list",
        "preflight --name soakreg --source \(source)/app:v1 --image service:x",
        "list-metadata --registry soakreg --name app",
        "acr login --name soakreg", "acr login --name soakreg --expose-token",
        "repository show-tags --name soakreg --repository app",
        "manifest delete --registry soakreg --name app:v1-amd64 --yes", "token", "whoami",
      ])
    case .login: return "acr login --name \(asked)"
    case .purge:
      return random.pick([
        "purge \(target)/app --tags \"v1-*\" --untagged --yes --max-share 90%", "purge \(target) --keep 2 --yes",
        "purge \(target)/app --older-than 1d --yes --max-share 100%", "purge \(target)/a* --tags v1 --yes --all",
        "acr purge --registry \(target) --filter 'app:^v' --ago 0d --untagged",
      ])
    case .garbage: return "garbage \(asked)\(random.pick(["", "/app", " --by repository", " --by month"]))"
    }
  }
}
