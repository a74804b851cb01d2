import AcrCore
import OCIRegistry

/// What a repository holds and what refers to what: tags, indexes with their children, images, blobs, subjects with their
/// referrers. Everything that deletes, and everything that shows what belongs together, asks one graph.
///
/// A manifest *reaches* its children, its referrers, the tags that are named after it (`sha256-….sig` and the like) and its
/// subject. The subject is on the list because Azure's registries delete referrers together with their subject.
public struct ArtifactGraph: Sendable {
  /// A reason why the graph may lack something. Nothing is deleted on the word of such a graph.
  public struct Gap: Sendable, Hashable {
    /// What is missing, as a sentence without its full stop.
    public let message: String
  }

  /// What needs a manifest.
  public struct Users: Sendable, Hashable {
    /// The tags that point at it.
    public var tags: [TagName] = []
    /// The indexes that list it.
    public var indexes: [Digest] = []
    /// The manifests that it is about.
    public var subjects: [Digest] = []

    /// True where nothing does.
    public var isEmpty: Bool { tags.isEmpty && indexes.isEmpty && subjects.isEmpty }

    /// `tag:1.0`, `index:sha256:…`, `subject:sha256:…`.
    public var texts: [String] {
      tags.map { "tag:\($0)" } + indexes.map { "index:\($0)" } + subjects.map { "subject:\($0)" }
    }
  }

  /// How the repository is called in messages.
  public let name: String
  /// The manifests, in the order in which they were found.
  public let nodes: [ManifestNode]
  /// What is missing.
  public let gaps: [Gap]
  /// The tags in the registry's order, each with the manifest it points at.
  public let tags: [(tag: TagName, digest: Digest)]
  /// What the registry's lists tell of times and locks; empty unless it was asked for.
  public let facts: RepositoryFacts

  /// Where each manifest is in ``nodes``.
  let positions: [Digest: Int]
  /// The tags of each manifest.
  let tagsOf: [[TagName]]
  /// By manifest: the children in the graph, each once.
  let children: [[Int]]
  /// By manifest: the indexes that list it.
  let parents: [[Int]]
  /// By manifest: what is about it, by the registry's list, by the manifest itself, or by its tag's name.
  let referrers: [[Int]]
  /// By manifest: what it is about.
  let subjects: [[Int]]

  /// Ties together what was read.
  /// - Parameter listed: by subject, what the registry's lists of referrers name.
  init(
    name: String, nodes: [ManifestNode], tags: [(tag: TagName, digest: Digest)], listed: [Digest: [Digest]],
    gaps: [Gap], facts: RepositoryFacts = RepositoryFacts()
  ) {
    self.facts = facts
    self.name = name
    self.nodes = nodes
    self.tags = tags
    self.gaps = gaps
    var positions: [Digest: Int] = [:]
    for (position, node) in nodes.enumerated() { positions[node.digest] = position }
    var tagsOf = Array(repeating: [TagName](), count: nodes.count)
    var children = Array(repeating: [Int](), count: nodes.count)
    var parents = children
    var about: [(subject: Int, referrer: Int)] = []
    for (tag, digest) in tags {
      guard let position = positions[digest] else { continue }
      tagsOf[position].append(tag)
      if let subject = tag.subjectDigest.flatMap({ positions[$0] }) { about.append((subject, position)) }
    }
    for (position, node) in nodes.enumerated() {
      var seen: Set<Int> = []
      for child in node.children {
        guard let found = positions[child.digest], seen.insert(found).inserted else { continue }
        children[position].append(found)
        parents[found].append(position)
      }
      if let subject = node.subject.flatMap({ positions[$0] }) { about.append((subject, position)) }
      for referrer in listed[node.digest] ?? [] {
        if let found = positions[referrer] { about.append((position, found)) }
      }
    }
    var referrers = Array(repeating: [Int](), count: nodes.count)
    var subjects = referrers
    var seen: Set<[Int]> = []
    // Some registries resolve `sha256-HEX` to the image of that digest itself.
    for (subject, referrer) in about where subject != referrer && seen.insert([subject, referrer]).inserted {
      referrers[subject].append(referrer)
      subjects[referrer].append(subject)
    }
    self.positions = positions
    self.tagsOf = tagsOf
    self.children = children
    self.parents = parents
    self.referrers = referrers
    self.subjects = subjects
  }

  /// The manifest of a digest; nil where the graph has none.
  public func node(_ digest: Digest) -> ManifestNode? { positions[digest].map { nodes[$0] } }

  /// The tags that point at a manifest.
  public func tags(of digest: Digest) -> [TagName] { positions[digest].map { tagsOf[$0] } ?? [] }

  /// What is about a manifest, each once: signatures, attestations and other referrers, not the index that only lists them.
  public func referrers(of digest: Digest) -> [ManifestNode] {
    guard let position = positions[digest] else { return [] }
    var seen: Set<Int> = [position]
    var found: [ManifestNode] = []
    for referrer in referrers[position] {
      let members = isReferrersList(referrer) ? children[referrer] : [referrer]
      for member in members where seen.insert(member).inserted { found.append(nodes[member]) }
    }
    return found
  }

  /// What needs a manifest directly.
  public func users(of digest: Digest) -> Users {
    guard let position = positions[digest] else { return Users() }
    return Users(
      tags: tagsOf[position], indexes: indexes(of: position).map { nodes[$0].digest },
      subjects: subjects[position].map { nodes[$0].digest })
  }

  /// The indexes that list a manifest as a part, without those that stand for a list of referrers.
  func indexes(of position: Int) -> [Int] { parents[position].filter { !isReferrersList($0) } }

  /// True for the index under the tag `sha256-HEX` that stands for a subject's list of referrers.
  func isReferrersList(_ position: Int) -> Bool {
    guard nodes[position].kind == .index, !subjects[position].isEmpty else { return false }
    let tags = tagsOf[position]
    return !tags.isEmpty && tags.allSatisfy { $0.isReferrersList }
  }

  /// Refuses a graph that may lack something.
  /// - Parameter refused: what is not done for it, for example `nothing is deleted`.
  /// - Throws: ``AcrError`` of kind `conflict`.
  public func requireWhole(_ refused: String) throws(AcrError) {
    guard let first = gaps.first else { return }
    throw AcrError(
      .conflict, "\(name) could not be read completely, so \(refused): \(first.message)",
      help: "have the repository repaired, or delete what is damaged by its digest with `manifest delete --force`",
      notes: gaps.dropFirst().prefix(5).map(\.message))
  }
}

extension TagName {
  /// True for `sha256-HEX`, the tag of an index that lists the referrers of a digest (distribution-spec, "Referrers Tag
  /// Schema"); false for what cosign writes.
  var isReferrersList: Bool { subjectDigest != nil && !name.contains(".") }
}
