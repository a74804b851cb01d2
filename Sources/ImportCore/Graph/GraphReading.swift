import AcrCore
import OCIRegistry

/// A graph while it is being read.
struct GraphReading {
  /// A manifest that is to be read.
  struct Want: Sendable {
    /// Why it is wanted, which decides what its absence means.
    enum Origin: Sendable {
      /// A tag points at it.
      case tag(TagName)
      /// An index lists it.
      case child(of: Digest, Platform?)
      /// A list of the registry names it.
      case listed
      /// It is named as a subject, or by a list that is not always up to date: it may be missing.
      case optional
    }

    let selector: ManifestSelector
    let origin: Origin
    var size: WireSize?
    var depth = 0

    init(_ selector: ManifestSelector, _ origin: Origin, size: WireSize? = nil, depth: Int = 0) {
      self.selector = selector
      self.origin = origin
      self.size = size
      self.depth = depth
    }
  }

  let name: String
  private let budget: WireBudget
  var tags: [(tag: TagName, digest: Digest)] = []
  var waiting: [Want] = []
  var gaps: [ArtifactGraph.Gap] = []
  var facts = RepositoryFacts()
  private(set) var nodes: [ManifestNode] = []
  private var factory: NodeFactory
  private var begun: Set<Digest> = []
  private var positions: [Digest: Int] = [:]
  private var listed: [Digest: [Digest]] = [:]

  init(name: String, budget: WireBudget, annotations: Set<String> = []) {
    self.name = name
    self.budget = budget
    factory = NodeFactory(budget, annotations: annotations)
  }

  /// The graph of what was read.
  func graph() -> ArtifactGraph {
    ArtifactGraph(name: name, nodes: nodes, tags: tags, listed: listed, gaps: gaps, facts: facts)
  }

  /// A manifest that was read.
  func node(_ digest: Digest) -> ManifestNode? { positions[digest].map { nodes[$0] } }

  /// True for a manifest of the graph.
  func isKnown(_ digest: Digest) -> Bool { positions[digest] != nil }

  /// Notes that a manifest is going to be read; false where it was before.
  mutating func begin(_ digest: Digest) -> Bool { begun.insert(digest).inserted }

  /// Adds a manifest that came.
  mutating func take(_ manifest: FetchedManifest, _ want: Want) throws {
    if case .tag(let tag) = want.selector {
      tags.append((tag, manifest.digest))
      // Another tag may have brought it.
      guard begin(manifest.digest) else { return }
    }
    try add(manifest, want.origin, depth: want.depth)
  }

  /// Notes that a manifest did not come.
  mutating func miss(_ want: Want, _ error: AcrError) {
    let isMissing = error.kind == .notFound
    switch want.origin {
    // A tag that was deleted since the list was made, and a subject that is gone, are as they should be.
    case .tag where isMissing && want.selector.isTag, .optional where isMissing: return
    case .child(let index, let platform) where isMissing:
      let image = platform.map { "the manifest for \($0)" } ?? "the manifest"
      note(gap: "the index \(index.short) lists \(image) \(want.selector), which does not exist")
    default: note(gap: error.message)
    }
  }

  /// Adds a manifest with what it refers to.
  mutating func add(_ manifest: FetchedManifest, _ origin: Want.Origin, depth: Int) throws {
    let image: ImageManifest
    do throws(AcrError) {
      image = try ImageManifest(manifest, name: "\(name)@\(manifest.digest)")
    } catch {
      note(gap: error.message)
      return
    }
    let node = try factory.node(manifest, image)
    try add(node)
    let isReferrersList = if case .tag(let tag) = origin { tag.isReferrersList } else { false }
    for child in node.children where begin(child.digest) {
      guard depth < budget.limits.count(.nesting) else {
        note(gap: budget.limits.exceeded(.nesting, by: "`\(name)@\(node.digest)`").message)
        break
      }
      let origin: Want.Origin = isReferrersList ? .optional : .child(of: node.digest, child.platform)
      waiting.append(Want(.digest(child.digest), origin, size: child.size, depth: depth + 1))
    }
    if let subject = node.subject, begin(subject) { waiting.append(Want(.digest(subject), .optional)) }
  }

  /// Adds a manifest; one that was only listed is replaced.
  /// - Throws: ``AcrError`` of kind `invalid` where the budget is used up.
  mutating func add(_ node: ManifestNode) throws(AcrError) {
    if let position = positions[node.digest] {
      nodes[position] = node
      return
    }
    try budget.take(1, of: .manifests)
    positions[node.digest] = nodes.count
    nodes.append(node)
  }

  /// Adds what a list names as being about a manifest.
  mutating func note(_ found: [Descriptor], about subject: Digest) {
    var seen: Set<Digest> = []
    let new = found.filter { seen.insert($0.digest).inserted }
    listed[subject, default: []] += new.map(\.digest)
    for referrer in new where begin(referrer.digest) {
      waiting.append(Want(.digest(referrer.digest), .listed, size: referrer.size))
    }
  }

  /// Notes that something is missing.
  mutating func note(gap message: String) {
    // The first few tell what is wrong.
    if gaps.count < 100 { gaps.append(.init(message: message)) }
  }
}

extension ManifestSelector {
  fileprivate var isTag: Bool { if case .tag = self { true } else { false } }
}
