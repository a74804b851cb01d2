import ImportCore

/// The keys of a file of rules, for the reader and for editors.
extension PurgeRulesFile {
  static let fileKeys = [
    DocumentKey("max-share", .share, "how much of a repository may be deleted, at most"),
    DocumentKey("rules", .list(.mapping(ruleKeys)), "the rules; the first that fits decides"),
  ]

  static let ruleKeys = [
    DocumentKey("keep", .either(.choice(["all"]), .mapping(conditionKeys)), "what stays"),
    DocumentKey("delete", .either(.choice(["all"]), .mapping(conditionKeys)), "what is deleted"),
    DocumentKey("name", .text, "what plans and reports call the rule"),
  ]

  static let conditionKeys = [
    DocumentKey("repository", .texts, "repositories whose name fits a pattern: a glob (`dev/*`) or `/expression/`"),
    DocumentKey("tag", .texts, "tags that fit a glob, an `/expression/`, or a range of versions (`>=1.2 <2`)"),
    DocumentKey("version", .texts, "tags that are versions in the range (`1.x`, `^2.1`)"),
    DocumentKey("prerelease", .bool, "tags such as `2.0.0-rc.1`; with `false`, versions that are no prerelease"),
    DocumentKey("untagged", .bool, "manifests without a tag that nothing needs; with `false`, tags"),
    DocumentKey("older-than", .duration, "what was last changed longer ago"),
    DocumentKey("newer-than", .duration, "what was last changed less long ago"),
    DocumentKey("newest", .int, "the newest N tags that the other conditions fit; in rules to keep"),
    DocumentKey("except-newest", .int, "all but the newest N tags; in rules to delete"),
    DocumentKey("group", .text, "counts the newest N in each group, such as one per branch"),
    DocumentKey("order", .choice(["time", "version"]), "what is newest: by time, or by version"),
    DocumentKey("platform", .texts, "images of a platform (`linux/arm64`), and indexes with such an image"),
    DocumentKey("artifact-type", .texts, "artifacts whose type, or whose configuration's media type, fits"),
    DocumentKey("annotation", .names, "manifests whose annotations fit: `{NAME: PATTERN}`"),
    DocumentKey("larger-than", .size, "images that are larger, with everything below them"),
    DocumentKey("smaller-than", .size, "images that are smaller, with everything below them"),
    DocumentKey("locked", .bool, "tags and manifests that are locked, or not"),
    DocumentKey("quarantined", .bool, "what an Azure registry holds in quarantine, which other rules keep; or not"),
    DocumentKey(
      "used-by", .choice(PurgeCondition.Use.allCases.map(\.rawValue)),
      "tags of a manifest that an index lists, that has a subject, or neither"),
    DocumentKey("digest", .texts, "these manifests, and indexes that list them"),
    DocumentKey("digests-file", .text, "every digest in a file of any form"),
  ]
}
