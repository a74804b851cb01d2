import AcrDocuments
import AcrLanguage
import ImportCore
import TestSupport
import Testing

@testable import AcrCommands

@Suite("Files of rules for purge")
struct PurgeRulesFileTests {
  /// What is wrong, as `line:column message`.
  private func problems(_ text: String) -> [String] {
    DocumentKind.problems(of: Source(name: "rules.yaml", text: text)).map { found in
      let place = found.source?.position(of: found.span?.start ?? 0) ?? (line: 0, column: 0)
      return "\(place.line):\(place.column) \(found.message)" + (found.label.map { " (\($0))" } ?? "")
    }
  }

  @Test("every key is read")
  func whole() throws {
    let source = Source(
      name: "rules.yaml",
      text: """
        acrsh: purge-rules
        max-share: 30%
        rules:
          - keep: {tag: [release-*, "/^hold-/", ">=2 <3"]}
            name: releases
          - keep: {version: 1.x, prerelease: false, newest: 10, group: minor}
          - keep: {newest: 3, group: "/^([a-z]+)-/", order: time}
          - delete: {repository: dev/*, untagged: true, older-than: 7d, newer-than: 90d}
          - delete: {platform: [linux/arm64], artifact-type: "application/*", annotation: {team: [a, b]}}
          - delete: {larger-than: 2GiB, smaller-than: 10GB, locked: false, quarantined: true, used-by: index}
          - delete: {digest: "sha256:\(String(repeating: "a", count: 64))"}
          - keep: {digests-file: in-use.txt}
          - delete: {tag: pr-*, except-newest: 2, order: version}
          - delete: all
        """)
    let reader = DocumentReader(try Document(source))
    let file = PurgeRulesFile(reader)
    try reader.finish()
    #expect(file.maxShare == 0.3)
    #expect(file.rules.count == 10)
    #expect(file.rules.map(\.name).prefix(2) == ["releases", "rule 2"])
    #expect(
      file.rules.map(\.action) == [.keep, .keep, .keep, .delete, .delete, .delete, .delete, .keep, .delete, .delete])
    #expect(file.rules.map(\.conditions.count) == [1, 2, 0, 4, 3, 5, 1, 0, 1, 0])
    #expect(file.rules[1].newest?.count == 10 && file.rules[1].newest?.isOlder != nil)
    #expect(file.rules[2].newest?.isOlder == nil)
  }

  @Test(
    "what is wrong is found with its place, all of it at once",
    arguments: [
      ("rules: []", ["1:1 the file does not say what it is for"]),
      ("- a", ["1:1 the file does not say what it is for"]),
      (
        "acrsh: purge-rule\nrules: []",
        ["1:8 `purge-rule` is no kind of file that acrsh reads (did you mean `purge-rules`?)"]
      ),
      ("acrsh: purge-rules", ["1:1 a file of rules needs `rules`"]),
      (
        "acrsh: purge-rules\nrules:\n  - kep: all\n  - {keep: all, delete: all}\n  - keep:\n  - delete: {}\n",
        [
          "3:5 a rule has no key `kep` (did you mean `keep`?)", "3:5 a rule needs `keep` or `delete`",
          "4:5 a rule keeps or deletes, and this one says both", "5:5 `keep` says of nothing what it is",
          "6:13 the rule has no condition",
        ]
      ),
      (
        "acrsh: purge-rules\nrules:\n  - delete: {older: 30d}\n  - delete: {older-than: 30}\n",
        [
          "3:14 a rule has no key `older` (did you mean `order`?)", "3:13 the rule has no condition",
          "4:26 `older-than` is a time such as `30d`, `12h` or `90s`, and this is `30`",
          "4:13 the rule has no condition",
        ]
      ),
      (
        "acrsh: purge-rules\nrules:\n  - delete: {untagged: true, tag: a}\n  - delete: all\n  - keep: {tag: b}\n",
        [
          "3:24 `untagged` and `tag` never hold together",
          "5:5 this rule is never reached: the rule above fits everything",
        ]
      ),
      (
        "acrsh: purge-rules\nrules:\n  - keep: {except-newest: 3}\n  - delete: {tag: a, group: minor}\n",
        [
          "3:27 a rule to keep has no `except-newest`", "3:11 the rule has no condition",
          "4:29 `group` says nothing without `except-newest`",
        ]
      ),
      (
        "acrsh: purge-rules\nrules:\n  - keep: {tag: '/(/'}\n  - keep: {newest: 1, group: teams}\n",
        ["3:17 `(` is not a regular expression: expected ')'", "4:30 `teams` is no group"]
      ),
      (
        "acrsh: purge-rules\nrules:\n  - keep: {used-by: indx, platform: arm64}\n",
        ["3:21 `used-by` cannot be `indx` (did you mean `index`?)", "3:37 `arm64` is not a platform"]
      ),
    ])
  func problems(_ text: String, _ expected: [String]) {
    #expect(problems(text).sorted() == expected.sorted())
  }

  @Test("digests are found in a file of any form, and a file without one is refused")
  func digests() throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    do {
      let (a, b) = (String(repeating: "a", count: 64), String(repeating: "b", count: 64))
      let pods = try directory.write(
        Array(#"{"items":[{"imageID":"docker-pullable://r.example.com/app@sha256:\#(a)"},{"imageID":""}]}"#.utf8),
        to: "pods.json")
      #expect(try DigestList.read(pods).map(\.hex) == [a])
      let list = try directory.write(Array("sha256:\(a)\nsha256:\(b)\nsha256:short\n".utf8), to: "list.txt")
      #expect(Set(try DigestList.read(list).map(\.hex)) == [a, b])
      let empty = try directory.write(Array("none yet\n".utf8), to: "empty.txt")
      #expect(throws: (any Error).self) { try DigestList.read(empty) }
    }
  }
}
