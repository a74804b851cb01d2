import AcrCore
import Synchronization
import TestSupport

/// A registry in memory that keeps to the distribution specification: it refuses wrong digests and manifests whose parts
/// are missing, and remembers what was tried.
final class HonestRegistry: Sendable {
  /// How clients sign in.
  enum SignIn: CaseIterable, Sendable {
    case none, basic, token, azure
  }

  /// What is in one repository.
  struct Repository: Sendable {
    var tags: [String: String] = [:]
    var manifests: [String: SampleImages.Document] = [:]
    var blobs: [String: [UInt8]] = [:]
  }

  /// The texts that must never be shown.
  struct Secrets: Sendable {
    var user = "soak-user"
    var password: String
    var refreshToken: String
    var accessToken: String
  }

  struct State: Sendable {
    var repositories: [String: Repository] = [:]
    var uploads: [String: [UInt8]] = [:]
    var nextUpload = 1
    /// What no client should have done, such as an upload whose bytes have another digest.
    var wrongs: [String] = []
    /// How many requests changed something.
    var changes = 0
  }

  let signIn: SignIn
  let secrets: Secrets
  /// Whether the referrers API is there.
  let listsReferrers: Bool
  let state: Mutex<State>

  /// So many tags or names are on a page.
  static let pageSize = 3

  init(signIn: SignIn, secrets: Secrets, listsReferrers: Bool, repositories: [String: Repository]) {
    self.signIn = signIn
    self.secrets = secrets
    self.listsReferrers = listsReferrers
    state = Mutex(State(repositories: repositories))
  }

  /// A repository with these tags and all that they need; with what refers to it.
  static func repository(tags: [String: String]) -> Repository {
    let images = SampleImages.shared
    var repository = Repository(tags: tags)
    func add(_ digest: String) {
      guard repository.manifests[digest] == nil, let document = images.manifests[digest] else { return }
      repository.manifests[digest] = document
      let links = Links(document)
      links.manifests.forEach(add)
      for blob in links.blobs { repository.blobs[blob] = images.blobs[blob] }
    }
    tags.values.forEach(add)
    var isGrowing = true
    while isGrowing {
      isGrowing = false
      for document in images.manifests.values where repository.manifests[document.digest] == nil {
        guard let subject = Links(document).subject, repository.manifests[subject] != nil else { continue }
        add(document.digest)
        isGrowing = true
      }
    }
    return repository
  }

  /// What a manifest refers to.
  struct Links {
    var manifests: [String] = []
    var blobs: [String] = []
    var subject: String?
    var artifactType: String?

    init(_ document: SampleImages.Document) {
      guard let json = try? JSONValue(parsing: document.bytes) else { return }
      manifests = json["manifests"]?.array?.compactMap { $0["digest"]?.string } ?? []
      blobs = ([json["config"]] + (json["layers"]?.array ?? [])).compactMap { $0?["digest"]?.string }
      subject = json["subject"]?["digest"]?.string
      artifactType = json["artifactType"]?.string ?? json["config"]?["mediaType"]?.string
    }
  }

  /// Everything a tag needs that is missing, as texts; empty for a sound repository.
  static func missing(in repository: Repository) -> [String] {
    var missing: [String] = []
    var seen: Set<String> = []
    func look(_ digest: String, _ tag: String) {
      guard seen.insert(digest).inserted else { return }
      guard let document = repository.manifests[digest] else {
        missing.append("\(tag) needs the manifest \(digest)")
        return
      }
      let links = Links(document)
      for child in links.manifests { look(child, tag) }
      for blob in links.blobs where repository.blobs[blob] == nil { missing.append("\(tag) needs the blob \(blob)") }
    }
    for (tag, digest) in repository.tags.sorted(by: { $0.key < $1.key }) { look(digest, tag) }
    return missing
  }
}
