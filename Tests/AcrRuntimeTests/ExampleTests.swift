import AcrCore
import AcrLanguage
import Foundation
import Synchronization
import Testing

@testable import AcrRuntime

/// Whole scripts as people write them, with stand-ins for the registry's commands.
@Suite("Scripts")
struct ExampleTests {
  private struct LoginParameters: ParameterSet {
    let name = Flag<String?>("name", help: "name")
  }

  private struct ImportParameters: ParameterSet {
    let name = Flag<String?>("name", help: "name")
    let source = Flag<String?>("source", help: "source")
    let image = Flag<String?>("image", help: "image")
    let username = Flag<String?>("username", help: "username")
    let password = Flag<Secret?>("password", help: "the password")
    let force = Switch("force", help: "replace")
  }

  private struct UpdateParameters: ParameterSet {
    let name = Flag<String?>("name", help: "name")
    let image = Flag<String?>("image", help: "image")
    let writeEnabled = Flag<Bool?>("write-enabled", help: "w")
    let deleteEnabled = Flag<Bool?>("delete-enabled", help: "d")
  }

  private struct ListParameters: ParameterSet {
    let registry = Flag<String?>("registry", help: "registry")
    let name = Flag<String?>("name", help: "name")
    let allowMissing = Switch("allow-missing", help: "an empty list")
  }

  /// `acr login`, `acr import` (fails for sources that say `busy` the first two times, and always for `bad`),
  /// `acr manifest list-metadata` with a fixed table, and `acr repository update`.
  private static func commands(_ imports: Imports) -> [any Command] {
    [
      TestCommand(Signature("acr login", summary: "Signs in", group: .registry), LoginParameters.self) { _ in .nothing
      },
      TestCommand(
        Signature("acr import", summary: "Imports", group: .registry, changes: true), ImportParameters.self
      ) { call in
        let source = call[\.source] ?? ""
        if source.contains("bad") { throw AcrError(.denied, "\(source) is not allowed", requestID: "r1") }
        let tries = imports.note(source, to: call[\.image] ?? "", call[\.password] != nil)
        if source.contains("busy"), tries < 3 { throw AcrError(.throttled, "busy", retryAfter: .milliseconds(1)) }
        return .nothing
      },
      TestCommand(
        Signature("acr repository update", summary: "Locks", group: .registry), UpdateParameters.self
      ) { _ in .nothing },
      TestCommand(
        Signature("acr manifest list-metadata", summary: "Lists", group: .registry), ListParameters.self
      ) { call in
        let isLeft = call[\.registry] == "left"
        let old = Value.datetime(Timestamp(seconds: 1_700_000_000))
        let row = { (digest: String, tags: [String], size: Int64) -> Value in
          .record(
            Record([
              "digest": .string(digest), "tags": .list(tags.map(Value.string)), "imageSize": .size(size),
              "lastUpdateTime": old,
            ]))
        }
        return .rows(
          Rows.stream([
            row("d1", ["1.0.0", "latest"], 100), row(isLeft ? "d2" : "d9", ["1.1.0"], 300),
            row(isLeft ? "d3" : "d4", isLeft ? ["1.2.0"] : ["2.0.0"], 200), row("d5", [], 5_000_000),
          ]))
      },
    ]
  }

  /// What was imported, in order of the names.
  private final class Imports: Sendable {
    private let sources = Mutex<[String: Int]>([:])
    private let lines = Mutex<Set<String>>([])

    var all: [String] { lines.withLock { $0.sorted() } }

    func note(_ source: String, to image: String, _ hasPassword: Bool) -> Int {
      lines.withLock { _ = $0.insert("\(source) -> \(image)" + (hasPassword ? " with password" : "")) }
      return sources.withLock {
        $0[source, default: 0] += 1
        return $0[source] ?? 0
      }
    }
  }

  private func run(_ text: String, _ arguments: [String] = []) -> (ending: Ending, imports: [String]) {
    let imports = Imports()
    let ending = AcrRuntimeTests.run(text, arguments: arguments, commands: Self.commands(imports))
    return (ending, imports.all)
  }

  @Test("Import the tags of a range that are missing")
  func missingTags() {
    let (ending, imports) = run(
      """
      param repo: string
      param --from: string
      param --to: string
      param --range: string = ">=1.0.0 <2.0.0"

      let have = acr manifest list-metadata --registry $to --name $repo --allow-missing | get tags | flatten
      let want = acr manifest list-metadata --registry $from --name $repo
        | get tags | flatten
        | where semver-match($it, $range) and $it not in $have

      print "importing ${count($want)} tags of $repo"
      $want | par-each --jobs 4 { |tag|
        acr import --name $to --source $from.azurecr.io/$repo:$tag --image $repo:$tag
      }
      """, ["shop/api", "--from", "left", "--to", "right"])
    #expect(ending.lines == ["importing 1 tags of shop/api"])
    #expect(imports == ["left.azurecr.io/shop/api:1.2.0 -> shop/api:1.2.0"])
  }

  @Test("Which tags differ between two registries")
  func difference() {
    let (ending, _) = run(
      """
      param left: string
      param right: string
      param --repos: list = ["shop/api"]

      def tags-of(registry, repo) {
        acr manifest list-metadata --registry $registry --name $repo --allow-missing
          | each { |m| $m.tags | each { |t| { repo: $repo, tag: $t, digest: $m.digest } } }
          | flatten
      }

      let diff = $repos
        | each { |repo| join-by tag (tags-of $left $repo) (tags-of $right $repo) --outer }
        | flatten
        | extend status = status-of(.left, .right)
        | where .status != "same"

      $diff | extend repo = (.left ?? .right).repo | select repo tag status | sort-by repo tag
      if count($diff) > 0 { exit 1 }

      def status-of(l, r) {
        if $l == null { return "only in right" }
        if $r == null { return "only in left" }
        if $l.digest == $r.digest { return "same" }
        return "different digest"
      }
      """, ["left", "right"])
    #expect(
      ending.lines == [
        #"[{"repo":"shop/api","tag":"1.1.0","status":"different digest"},"#
          + #"{"repo":"shop/api","tag":"1.2.0","status":"only in left"},"#
          + #"{"repo":"shop/api","tag":"2.0.0","status":"only in right"}]"#,
        "exit 1",
      ])
  }

  @Test("Lock after import, and report what failed")
  func lock() {
    let (ending, imports) = run(
      """
      param --to: string
      param --from: string
      param ...images

      let results = $images | par-each --jobs 3 --keep-going { |image|
        acr import --name $to --source $from.azurecr.io/$image --image $image
        acr repository update --name $to --image $image --write-enabled false --delete-enabled false
      }

      let failed = $results | where not .ok
      $results | extend kind = .error?.kind ?? "-" | select item ok kind
      if count($failed) > 0 {
        print --err "${count($failed)} of ${count($results)} images failed"
        exit 6
      }
      """, ["--to", "prod", "--from", "dev", "a:1", "bad:1", "c:1"])
    #expect(
      ending.lines == [
        #"[{"item":"a:1","ok":true,"kind":"-"},{"item":"bad:1","ok":false,"kind":"denied"},"#
          + #"{"item":"c:1","ok":true,"kind":"-"}]"#, "exit 6",
      ])
    #expect(ending.transcript.talked == ["1 of 3 images failed"])
    #expect(imports == ["dev.azurecr.io/a:1 -> a:1", "dev.azurecr.io/c:1 -> c:1"])
  }

  @Test("Untagged manifests, oldest rule and size")
  func untagged() {
    let (ending, _) = run(
      """
      param registry: string
      param repo: string
      param --older: duration = 30d

      let old = acr manifest list-metadata --registry $registry --name $repo
        | where count(.tags ?? []) == 0 and .lastUpdateTime < now() - $older
        | extend age = now() - .lastUpdateTime
        | sort-by imageSize --desc
        | select digest imageSize

      $old
      print "${count($old)} untagged manifests hold ${human-size(sum($old, "imageSize"))}"
      """, ["left", "shop/api"])
    #expect(ending.lines == ["1 untagged manifests hold 5.00 MB", #"[{"digest":"d5","imageSize":5000000}]"#])
  }

  @Test("A scheduled mirror with retries, a report, and a secret per row")
  func mirror() throws {
    let folder = NSTemporaryDirectory() + "acr-example-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try #"[{"source": "x/busy:1", "image": "busy:1"}, {"source": "x/bad:1", "image": "bad:1"}]"#
      .write(toFile: folder + "/mirror.json", atomically: true, encoding: .utf8)
    let (ending, imports) = run(
      """
      param --list: string = "mirror.json"
      param --to: string
      param --report: string = "mirror-report.json"

      let started = now()
      var rows = []
      try {
        $rows = open $list
          | par-each --jobs 4 --keep-going { |m|
              retry --times 4 --on throttled {
                acr import --name $to --source ${m.source} --image ${m.image} --force
              }
            }
      } catch e {
        print --err "mirror stopped: ${e.message} (request ${e.request_id ?? "unknown"})"
        throw $e
      } finally {
        { started: $started, ended: now(), rows: $rows } | to json | save $report
      }
      """, ["--to", "t", "--list", folder + "/mirror.json", "--report", folder + "/report.json"])
    #expect(ending.lines == [])
    #expect(imports == ["x/busy:1 -> busy:1"])
    let report = try Value(json: Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/report.json"))))
    guard case .record(let record) = report, case .list(let rows)? = record["rows"] else {
      Issue.record("no report")
      return
    }
    let path = ColumnPath("error.request_id")
    #expect(try rows.map { try path.value(in: $0).text } == ["null", "r1"])

    try "source,image,user,secret_name\nx/a:1,a:1,,\nx/b:1,b:1,me,PATH\n"
      .write(toFile: folder + "/list.csv", atomically: true, encoding: .utf8)
    let (second, secondImports) = run(
      """
      param file: string
      param --to: string

      for row in (open $file) {
        if ($row.user ?? "") == "" {
          acr import --name $to --source ${row.source} --image ${row.image}
        } else {
          let password = secret env ${row.secret_name}
          acr import --name $to --source ${row.source} --image ${row.image} \\
            --username ${row.user} --password $password
        }
      }
      """, [folder + "/list.csv", "--to", "t"])
    #expect(second.lines == [])
    #expect(secondImports == ["x/a:1 -> a:1", "x/b:1 -> b:1 with password"])
  }
}
