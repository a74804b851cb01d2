import AcrCore
import AcrLanguage

extension Builtins {
  static let versionFunctions: [Function] = [
    Function(
      "semver", 1...1, "text", "The parts of a version (major, minor, patch, prerelease, build); null for other text"
    ) {
      call in
      guard let version = SemanticVersion(try call.string(0)) else { return .null }
      return .record(
        Record([
          "major": .int(version.major), "minor": .int(version.minor), "patch": .int(version.patch),
          "prerelease": version.prerelease.isEmpty
            ? .null : .string(version.prerelease.joined(separator: ".")),
          "build": version.build.map(Value.string) ?? .null,
        ]))
    },
    Function(
      "semver-match", 2...2, "text, range", "Whether a text is a version in a range such as `>=1.2 <2` or `^1.4`"
    ) { call in
      let range = try VersionRange(try call.string(1))
      guard let version = SemanticVersion(try call.string(0)) else { return .bool(false) }
      return .bool(range.contains(version))
    },
    Function("ref", 1...1, "text", "The parts of an image reference: registry, repository, tag, digest") { call in
      let reference = try ImageReference(try call.string(0))
      return .record(
        Record([
          "registry": .string("\(reference.registry)"), "repository": .string(reference.repository.name),
          "tag": reference.tag.map { .string("\($0)") } ?? .null,
          "digest": reference.digest.map { .string("\($0)") } ?? .null,
        ]))
    },
  ]
}
