import AcrCore
import Foundation
import TestSupport
import Testing

/// `purge` in the sandbox, whose repository `team/worn` needs cleaning, with the examples.
@Suite("Purge in the sandbox", .serialized)
struct PurgeProgramTests {
  private static let worn = "mysourceregistry.azurecr.io/team/worn"

  private func run(
    _ arguments: [String], in directory: TemporaryDirectory
  ) async throws -> ProgramResult {
    try await BuiltProducts.acrsh(["--sandbox"] + arguments, in: directory).run(timeout: .seconds(120))
  }

  private func script(_ text: String, in directory: TemporaryDirectory) async throws -> ProgramResult {
    try await run([try directory.write(text, to: "script.acr")], in: directory)
  }

  @Test("releases.acr: releases and holds stay, what is locked stays, everything else goes after 30 days")
  func releases() async throws {
    try await withTemporaryDirectory { directory in
      let example = Repository.path("examples/purge/releases.acr")
      let planned = try await BuiltProducts.acrsh(["--sandbox", "--dry-run", example, Self.worn], in: directory)
        .run(timeout: .seconds(120))
      #expect(planned.exitCode == 0, "\(planned.errorOutput)")
      #expect(
        planned.errorOutput.contains("would delete 7 tags and 9 manifests in 1 repository"), "\(planned.errorOutput)")
      #expect(planned.errorOutput.contains("dry run: nothing was changed"))
      let result = try await script(
        """
        purge \(Self.worn) --older-than 30d --keep-tags "release-*" --keep-tags "/^hold-/" --yes
          | where .action == "deleted" and .tag != null | get tag | sort-by | to json | print
        acr repository show-tags -n mysourceregistry --repository team/worn | sort-by | to json | print
        garbage \(Self.worn) | count | print
        """, in: directory)
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      let gone = ["1.1.1", "2.0.0", "2.0.0-rc.1", "build-102", "feature-login"]
      for tag in gone { #expect(result.output.contains("\"\(tag)\""), "\(tag): \(result.output)") }
      for tag in ["release-1.0", "hold-audit", "build-101", "latest"] { #expect(result.output.contains("\"\(tag)\"")) }
      #expect(result.output.hasSuffix("\n0\n"), "\(result.output)")
      #expect(result.errorOutput.contains("deleted 7 tags and 9 manifests"), "\(result.errorOutput)")
    }
  }

  @Test("a registry with soft delete: the plan says when the bytes are freed; one without says nothing")
  func softDelete() async throws {
    let soft = """
      {"name": "softregistry", "subscription": "\(AzureWorld.subscription)", "resourceGroup": "myResourceGroup",
       "location": "westus", "sku": "Premium", "policies": {"softDeletePolicy": "enabled"},
       "roleAssignments": [{"principal": "\(AzureWorld.principal)", "role": "Owner"}]}
      """
    try await withAzureWorld(registries: soft) { world in
      for (registry, isSoft) in [("softregistry", true), ("myregistry", false)] {
        let host = "\(registry).azurecr.io"
        let script = """
          import mcr.microsoft.com/hello-world:latest \(host)/app:1 | ignore
          purge \(host)/app --tags "*" --older-than 0s --max-share 100% --dry-run | ignore
          """
        let result = try await world.run(["-c", script])
        #expect(result.exitCode == 0, "\(result.errorOutput)")
        #expect(result.errorOutput.contains("would delete 1 tag"), "\(result.errorOutput)")
        #expect(
          result.errorOutput.contains(
            "note: \(host) has soft delete: what is deleted can be restored for 7 days, and its bytes are freed after that"
          )
            == isSoft, "\(result.errorOutput)")
      }
    }
  }

  @Test("minor-versions.yaml keeps the newest of each minor version")
  func minorVersions() async throws {
    try await withTemporaryDirectory { directory in
      let file = try String(contentsOfFile: Repository.path("examples/purge/minor-versions.yaml"), encoding: .utf8)
      let rules = try directory.write(file.replacing("newest: 10", with: "newest: 1"), to: "minor.yaml")
      let result = try await script(
        """
        purge \(Self.worn) --rules \(rules) --dry-run | where .action != "keep" | where .tag != null
          | select tag action rule | to jsonl | print
        """, in: directory)
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      #expect(
        Set(result.output.split(separator: "\n").map(String.init)) == [
          #"{"tag":"1.1.0","action":"untag","rule":"more than ten"}"#,
          #"{"tag":"2.0.0","action":"delete","rule":"more than ten"}"#,
          #"{"tag":"2.0.0-rc.1","action":"delete","rule":"old prereleases"}"#,
        ])
      let checked = try await BuiltProducts.acrsh(
        [
          "--check", Repository.path("examples/purge/minor-versions.yaml"),
          Repository.path("examples/purge/feature-branches.yaml"),
        ],
        in: directory
      ).run()
      #expect(checked.exitCode == 0, "\(checked.errorOutput)")
    }
  }

  @Test("feature-branches.yaml keeps what is deployed, however old")
  func featureBranches() async throws {
    try await withTemporaryDirectory { directory in
      let file = try String(contentsOfFile: Repository.path("examples/purge/feature-branches.yaml"), encoding: .utf8)
      let rules = try directory.write(file, to: "feature-branches.yaml")
      let result = try await script(
        """
        let digest = acr repository show -n mysourceregistry --image team/worn:feature-login | get digest
        print $digest
        """, in: directory)
      let digest = result.output.trimmingCharacters(in: .whitespacesAndNewlines)
      try #require(digest.hasPrefix("sha256:"), "\(result.errorOutput)")
      _ = try directory.write(
        #"{"items":[{"status":{"containerStatuses":[{"imageID":"\#(Self.worn)@\#(digest)"}]}}]}"#, to: "in-use.json")
      let rows = try await script(
        "purge \(Self.worn) --rules \(rules) --yes | where .action == \"deleted\" | get tag | to jsonl | print",
        in: directory)
      #expect(rows.output == "\"feature-search\"\n", "\(rows.errorOutput)")
      // Without the list nobody knows what is deployed.
      _ = try directory.write("", to: "in-use.json")
      let refused = try await script("purge \(Self.worn) --rules \(rules) --yes", in: directory)
      #expect(refused.exitCode == 1 && refused.errorOutput.contains("holds no digest"), "\(refused.errorOutput)")
    }
  }

  @Test("nightly.acr leaves a report, and exits with 6 where a repository was left alone")
  func nightly() async throws {
    try await withTemporaryDirectory { directory in
      let rules = try directory.write(
        "acrsh: purge-rules\nmax-share: 60%\nrules:\n  - delete: {repository: team/*, older-than: 30d}\n",
        to: "rules.yaml")
      let example = Repository.path("examples/purge/nightly.acr")
      let report = directory.path("report.jsonl")
      let result = try await run([example, "mysourceregistry.azurecr.io", rules, "--report", report], in: directory)
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      #expect(result.output.contains(" are gone, "), "\(result.output)")
      let rows = try String(contentsOfFile: report, encoding: .utf8).split(separator: "\n")
      #expect(rows.count { $0.contains(#""action":"deleted""#) } > 10, "\(rows)")

      let all = try directory.write("acrsh: purge-rules\nrules:\n  - delete: all\n", to: "all.yaml")
      let refused = try await run([example, "mysourceregistry.azurecr.io", all, "--report", report], in: directory)
      #expect(refused.exitCode == 6)
      #expect(
        refused.errorOutput.contains(
          "mysourceregistry.azurecr.io/hello-world was left alone: the rules delete 1 of 1 tags, more than 50 %"),
        "\(refused.errorOutput)")
      #expect(refused.output.hasPrefix("0 rows of "), "\(refused.output)")
    }
  }

  @Test("--keep-if: a block decides; an error in it, or what is neither true nor false, deletes nothing")
  func keepIf() async throws {
    try await withTemporaryDirectory { directory in
      let count = "acr repository show-tags -n mysourceregistry --repository team/worn | count | print"
      let result = try await script(
        """
        \(count)
        try { purge \(Self.worn) --older-than 30d --max-share 100% --yes --keep-if { |m|
          if $m.tag == "hold-audit" { throw "nobody knows ${m.tag}" }
          false
        } } catch e { print "${e.message}" }
        try { purge \(Self.worn) --older-than 30d --yes --keep-if { |m| $m.tag } } catch e { print "${e.message}" }
        \(count)
        def keep(m) {
          return ($m.tag ?? "") =~ "^(release|hold)-" or ($m.tag == "build-102" and $m.age > 30d and $m.repository == "team/worn"
            and $m.bytes > 0B and $m.rule == "--older-than" and $m.updated < now())
        }
        purge \(Self.worn) --older-than 30d --dry-run --keep-if { |m| keep($m) }
          | where .action == "keep" and .reason == "kept by --keep-if" | get tag | sort-by | to json | print
        \(count)
        purge \(Self.worn) --older-than 30d --yes --keep-if { |m| keep($m) }
          | where .action == "deleted" and .tag != null | get tag | sort-by | to json | print
        acr repository show-tags -n mysourceregistry --repository team/worn | to jsonl | print
        """, in: directory)
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      let lines = result.output.split(separator: "\n").map(String.init)
      try #require(lines.count > 7, "\(result.output) \(result.errorOutput)")
      #expect(lines[1] == "nobody knows hold-audit")
      #expect(lines[2].contains("the block of `--keep-if` gave a string for team/worn:"), "\(lines[2])")
      #expect(lines[3] == lines[0] && result.output.components(separatedBy: "\n\(lines[0])\n").count >= 2)
      #expect(!result.output.contains("\"1.1.1\"\n"), "the rules delete it, and the block does not keep it")
      let left = lines.reversed().prefix { $0.hasPrefix("\"") }
      for tag in ["build-102", "hold-audit", "release-1.0", "release-1.1", "latest"] {
        #expect(left.contains("\"\(tag)\""), "\(tag): \(result.output)")
      }
      #expect(!left.contains("\"feature-login\""), "\(result.output)")
      let example = try await BuiltProducts.acrsh(
        ["--sandbox", "--dry-run", Repository.path("examples/purge/first-of-month.acr"), Self.worn, "--older", "100d"],
        in: directory
      ).run(timeout: .seconds(120))
      #expect(example.exitCode == 0 && example.errorOutput.contains("dry run"), "\(example.errorOutput)")
    }
  }

  @Test("the words of acr-cli, also inside of az acr run")
  func acrCLI() async throws {
    try await withTemporaryDirectory { directory in
      let result = try await script(
        """
        acr purge --registry mysourceregistry --filter 'team/.*:^build' --ago 30d --keep 1 --dry-run --concurrency 4
          | where .action != "keep" | select tag action | to jsonl | print
        acr purge --registry mysourceregistry --filter 'team/worn:^feature-' --filter 'team/worn:^hold' --ago 10d12h
          | select tag action reason | to jsonl | print
        az acr run --registry mysourceregistry --cmd "acr purge --filter 'team/worn:^2[.]' --ago 7d --untagged" /dev/null
          | where .action == "deleted" | count | print
        acr repository show-tags -n mysourceregistry --repository team/worn | count | print
        """, in: directory)
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      let lines = result.output.split(separator: "\n").map(String.init)
      // The newest build that is old enough stays with --keep 1; one is locked, so that nothing is left.
      #expect(!result.output.contains("build-104"))
      for tag in ["feature-login", "feature-search", "hold-audit"] {
        #expect(
          lines.contains { $0.hasPrefix(#"{"tag":"\#(tag)","action":"untagged","reason":"the manifest stays: "#) },
          "\(tag): \(result.output)")
      }
      // Three tags of 2.0 and the manifests that lost their tags before.
      #expect(lines.suffix(2).first.flatMap { Int($0) } ?? 0 >= 6, "\(result.output)")
      #expect(lines.last == "11", "\(result.output)")
      let wrong = try await script(
        "az acr run --registry mysourceregistry --cmd \"docker build .\" /dev/null", in: directory)
      #expect(wrong.exitCode == 2)
      #expect(wrong.errorOutput.contains("acrsh runs no tasks of Azure, except `acr purge`"), "\(wrong.errorOutput)")
    }
  }
}
