import Foundation

/// A repository made by chance from a seed: images, indexes, nested indexes, shared children, referrers with and without the
/// referrers API, signatures under tags, tags on any of them, and manifests that nothing needs.
public struct RandomRepository: Sendable {
  /// What was made.
  public private(set) var content = MemoryRegistry.Repository()
  private var random: SplitMix64
  private var count = 0

  private static let ociManifest = "application/vnd.oci.image.manifest.v1+json"
  private static let ociIndex = "application/vnd.oci.image.index.v1+json"

  /// Makes a repository. The same seed makes the same one.
  /// - Parameter hasReferrersAPI: nil leaves it to chance.
  public init(seed: UInt64, hasReferrersAPI: Bool? = nil, deletesTags: Bool = false) {
    random = SplitMix64(state: seed)
    let lists = random.next(2) == 0
    content.traits = .init(hasReferrersAPI: hasReferrersAPI ?? lists, deletesTags: deletesTags)
    content.traits.pageSize = 1 + random.next(12)
    let blobs = (0..<4 + random.next(5)).map { _ in content.put(blob: bytes()) }
    var all = (0..<3 + random.next(6)).map { _ in image(blobs) }
    for _ in 0..<random.next(4) { all.append(index(of: all)) }
    for _ in 0..<random.next(3) { all.append(index(of: all)) }
    for _ in 0..<random.next(5) {
      let subject = pick(all)
      all.append(random.next(5) == 0 ? index(of: all, subject: subject) : artifact(blobs, subject: subject))
    }
    if !content.traits.hasReferrersAPI { addReferrersTags() }
    for _ in 0..<random.next(3) {
      let subject = pick(all)
      content.tags["\(subject.replacingOccurrences(of: ":", with: "-")).\(pick(["sig", "att", "sbom"]))"] = image(blobs)
    }
    for number in 0..<2 + random.next(9) { content.tags["t\(number)"] = pick(all) }
  }

  /// A number below a bound, for choices of the test.
  public mutating func next(_ bound: Int) -> Int { random.next(bound) }

  /// One of several.
  public mutating func pick<Element>(_ elements: [Element]) -> Element { elements[random.next(elements.count)] }

  /// Tags that people made: those that are not named after a manifest.
  public static func plainTags(_ repository: MemoryRegistry.Repository) -> [String] {
    repository.tags.keys.filter { !$0.hasPrefix("sha256-") }.sorted()
  }

  /// Everything that tags reach: by the rules of the documentation, written down a second time.
  public static func reached(_ tags: [String], in repository: MemoryRegistry.Repository) -> Set<String> {
    var waiting = tags.compactMap { repository.tags[$0] }
    // A tag that is named after a manifest which is not there stands for itself.
    for (tag, digest) in repository.tags {
      if let subject = subject(of: tag), repository.manifests[subject] == nil { waiting.append(digest) }
    }
    var seen: Set<String> = []
    while let next = waiting.popLast() {
      guard let manifest = repository.manifests[next], seen.insert(next).inserted else { continue }
      waiting += manifest.digests("manifests") + manifest.digests("subject")
      for (digest, other) in repository.manifests where other.digests("subject") == [next] { waiting.append(digest) }
      for (tag, digest) in repository.tags where subject(of: tag) == next { waiting.append(digest) }
    }
    return seen
  }

  /// What a client can see: everything at Azure, elsewhere what tags lead to.
  public static func visible(_ whole: MemoryRegistry.Repository) -> MemoryRegistry.Repository {
    guard !whole.traits.isAzure else { return whole }
    var waiting = Array(whole.tags.values) + whole.tags.keys.compactMap { subject(of: $0) }
    var seen: Set<String> = []
    while let next = waiting.popLast() {
      guard let manifest = whole.manifests[next], seen.insert(next).inserted else { continue }
      waiting += manifest.digests("manifests") + manifest.digests("subject")
      guard whole.traits.hasReferrersAPI else { continue }
      for (digest, other) in whole.manifests where other.digests("subject") == [next] { waiting.append(digest) }
    }
    var content = whole
    content.manifests = whole.manifests.filter { seen.contains($0.key) }
    return content
  }

  private static func subject(of tag: String) -> String? {
    tag.hasPrefix("sha256-") ? "sha256:\(tag.dropFirst(7).prefix { $0 != "." })" : nil
  }

  /// The manifests in an order in which a registry takes them: children before their index.
  public static func inOrder(_ repository: MemoryRegistry.Repository) -> [String] {
    var order: [String] = []
    var seen: Set<String> = []
    func visit(_ digest: String) {
      guard seen.insert(digest).inserted, let manifest = repository.manifests[digest] else { return }
      for child in manifest.digests("manifests") { visit(child) }
      order.append(digest)
    }
    for digest in repository.manifests.keys.sorted() { visit(digest) }
    return order
  }

  private mutating func bytes() -> [UInt8] {
    count += 1
    return Array("blob \(count) \(random.next())".utf8) + [UInt8](repeating: 46, count: random.next(200))
  }

  private mutating func descriptor(ofBlob digest: String, _ type: String) -> String {
    #"{"mediaType":"\#(type)","digest":"\#(digest)","size":\#(content.blobs[digest]?.count ?? 0)}"#
  }

  private func descriptor(of digest: String) -> String {
    let manifest = content.manifests[digest]
    return
      #"{"mediaType":"\#(manifest?.mediaType ?? "")","digest":"\#(digest)","size":\#(manifest?.bytes.count ?? 0)}"#
  }

  private mutating func image(_ blobs: [String]) -> String {
    let config = content.put(blob: Array(#"{"os":"linux","architecture":"amd64","n":"\#(random.next())"}"#.utf8))
    let layers = (0..<1 + random.next(3)).map { _ in
      descriptor(ofBlob: pick(blobs), "application/vnd.oci.image.layer.v1.tar")
    }
    let text = """
      {"schemaVersion":2,"mediaType":"\(Self.ociManifest)",\
      "config":\(descriptor(ofBlob: config, "application/vnd.oci.image.config.v1+json")),\
      "layers":[\(layers.joined(separator: ","))]}
      """
    return content.put(manifest: Array(text.utf8), mediaType: Self.ociManifest)
  }

  private mutating func artifact(_ blobs: [String], subject: String) -> String {
    let config = content.put(blob: Array("{}".utf8))
    let text = """
      {"schemaVersion":2,"mediaType":"\(Self.ociManifest)","artifactType":"application/x.n\(random.next())",\
      "config":\(descriptor(ofBlob: config, "application/vnd.oci.empty.v1+json")),\
      "layers":[\(descriptor(ofBlob: pick(blobs), "application/x.note"))],"subject":\(descriptor(of: subject))}
      """
    return content.put(manifest: Array(text.utf8), mediaType: Self.ociManifest)
  }

  private mutating func index(of all: [String], subject: String? = nil) -> String {
    let children = (0..<1 + random.next(4)).map { _ in descriptor(of: pick(all)) }
    let about = subject.map { ",\"subject\":\(descriptor(of: $0))" } ?? ""
    let text = """
      {"schemaVersion":2,"mediaType":"\(Self.ociIndex)","annotations":{"n":"\(random.next())"},\
      "manifests":[\(children.joined(separator: ","))]\(about)}
      """
    return content.put(manifest: Array(text.utf8), mediaType: Self.ociIndex)
  }

  /// The lists that clients keep where the registry has none (distribution-spec, "Referrers Tag Schema").
  private mutating func addReferrersTags() {
    var found: [String: [String]] = [:]
    for (digest, manifest) in content.manifests.sorted(by: { $0.key < $1.key }) {
      if let subject = manifest.digests("subject").first { found[subject, default: []].append(digest) }
    }
    for (subject, referrers) in found {
      let entries = referrers.map { descriptor(of: $0) }.joined(separator: ",")
      let text = #"{"schemaVersion":2,"mediaType":"\#(Self.ociIndex)","manifests":[\#(entries)]}"#
      content.put(
        manifest: Array(text.utf8), mediaType: Self.ociIndex,
        tag: subject.replacingOccurrences(of: ":", with: "-"))
    }
  }
}

/// A small generator of random numbers with a seed (Steele, Lea and Flood: "Fast Splittable Pseudorandom Number Generators").
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts from a seed.
  public init(state: UInt64) { self.state = state }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 to `bound` - 1.
  public mutating func next(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }
}
