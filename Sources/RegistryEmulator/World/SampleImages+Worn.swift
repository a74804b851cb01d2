import AcrCore
import OCIRegistry

/// A repository that needs cleaning, for trying `purge`: releases, builds and feature branches of many ages, a tag that was
/// moved and left its image behind, a signature, a lock.
extension SampleImages {
  /// The tags with their ages in days. Those of the same image share a line.
  private static let wornTags: [(tags: [String], days: Int)] = [
    (["hold-audit"], 300), (["release-1.0", "1.0.0"], 200), (["release-1.1", "1.1.0"], 150), (["1.1.1"], 120),
    (["build-101"], 90), (["build-102"], 60), (["feature-login"], 45), (["2.0.0-rc.1"], 40), (["2.0.0"], 35),
    (["build-103"], 20), (["feature-search"], 12), (["2.0.1"], 9), (["feature-cart"], 3), (["build-104"], 2),
  ]

  /// Makes the repository.
  func makeWorn(_ repository: RepositoryName) async throws {
    let linux = Platform(os: "linux", architecture: "amd64")
    for (tags, days) in SampleImages.wornTags {
      let image = try await image("worn-\(tags[0])", repository, linux, layers: [24_000], base: "worn-base")
      let names = try tags.map { text throws(AcrError) in try TagName(text) }
      try await store.putManifest(image, in: repository, tags: names)
      if tags == ["build-101"] {
        var locked = ChangeableAttributes()
        locked.deleteEnabled = false
        _ = try await store.setAttributes(locked, of: .tag(names[0]), in: repository)
      }
      try await store.age([image.digest], tags: names, in: repository, days: days)
      if tags == ["build-102"] {
        let about = try await attach(to: image, repository)
        try await store.age([about], tags: [], in: repository, days: days)
      }
    }
    // `latest` was built twice: the index of the first build lost its tag.
    for (seed, days) in [("worn-first", 50), ("worn-second", 1)] {
      let made = try await index(
        seed, repository, .latest, Array(SampleImages.manyPlatforms.prefix(2)), layer: 12_000)
      try await store.age(made, tags: [.latest], in: repository, days: days)
    }
  }
}

extension RegistryStore {
  /// Makes tags and manifests look as if they were pushed so many days ago.
  func age(_ digests: [Digest], tags: [TagName], in name: RepositoryName, days: Int) throws {
    let time = Timestamp.now().adding(seconds: -Int64(days) * 86_400)
    try setTimes(of: digests, tags: tags, in: name, to: time)
  }
}
