import AcrCore
import AcrRuntime
import TestSupport
import Testing

@Suite("import --accept")
struct AcceptTests {
  private static func text(_ value: Value?) -> String? { if case .string(let text)? = value { text } else { nil } }

  private static func isMissing(_ repository: String, _ world: VerifyTests.World) async throws {
    let nothing = try await world.error(
      "repository show-tags --name \(world.server.authority) --repository \(repository)")
    #expect(nothing.contains("error[not-found]"), "\(nothing)")
  }

  @Test("shows the block the image, and imports the digest that it saw")
  func accepts() async throws {
    try await VerifyTests.with { world in
      let index = try world.images.index("app", baseLayers: [100], ownLayer: 50, tag: "v1")
      let digest = index.digest
      try await world.push()
      let host = world.server.authority
      let value = try await world.runner.run(
        """
        var seen = null
        let row = (import \(world.app):v1 \(host)/in:v1 --accept { |image| $seen = $image })
        {seen: $seen, row: $row}
        """)
      guard case .record(let both) = value, case .record(let seen)? = both["seen"], case .record(let row)? = both["row"]
      else {
        Issue.record("no record: \(value)")
        return
      }
      #expect(
        seen.shape.names == ["source", "digest", "mediaType", "platforms", "size", "created", "annotations", "labels"])
      #expect(Self.text(seen["source"]) == "\(world.app):v1")
      #expect(Self.text(seen["digest"]) == digest.description)
      #expect(Self.text(seen["mediaType"]) == index.mediaType)
      guard case .list(let platforms)? = seen["platforms"] else {
        Issue.record("no platforms")
        return
      }
      #expect(platforms.map(Self.text) == ["linux/amd64", "linux/arm64/v8", "windows/amd64"])
      guard case .size(let size)? = seen["size"] else {
        Issue.record("no size")
        return
      }
      #expect(size > 200)
      #expect(Self.text(row["status"]) == "imported")
      #expect(Self.text(row["source"]) == "\(world.app):v1")
      #expect(Self.text(row["digest"]) == digest.description)
    }
  }

  @Test("refuses what the block throws at, with its text, and copies nothing")
  func refuses() async throws {
    try await VerifyTests.with { world in
      _ = try world.images.image("app", layers: [100], tag: "v1")
      try await world.push()
      let host = world.server.authority
      let line = "import \(world.app):v1 \(host)/out:v1 --accept"
      let error = try await world.error(
        """
        def accept(image) {
          if "licenses" in $image.labels { throw "it has labels" }
          if not ("linux/s390x" in $image.platforms) { throw "no image for the mainframe" }
        }
        \(line) { |image| accept $image }
        """)
      #expect(
        error.contains(
          "error[rejected]: `\(world.app):v1` is refused by the block of `--accept`: no image for the mainframe"),
        "\(error)")
      let code = try await world.runner.run("try { \(line) { throw \"no\" } } catch e { $e.code }")
      #expect(Self.text(code) == "accept")
      let isFalse = try await world.error("\(line) { $it.size < 1B }")
      #expect(isFalse.contains("error[rejected]") && isFalse.contains("it gives `false`"), "\(isFalse)")
      // An error of the block itself is no verdict; it ends the import as it is.
      let broken = try await world.error("\(line) { manifest show \(host)/none:v1 }")
      #expect(broken.contains("error[not-found]"), "\(broken)")
      let dry = await #expect(throws: TestSupportError.self) {
        try await world.runner.run("\(line) { throw \"no\" }", isDryRun: true)
      }
      #expect(dry?.description.contains("error[rejected]") == true)
      try await Self.isMissing("out", world)
    }
  }

  @Test("looks at rows before the first is imported")
  func rows() async throws {
    try await VerifyTests.with { world in
      _ = try world.images.image("good", layers: [100], tag: "good")
      _ = try world.images.image("bad", layers: [100], tag: "bad")
      try await world.push()
      let host = world.server.authority
      let list =
        ["good", "bad", "gone"].map { "{source: \"\(world.app):\($0)\", to: \"\(host)/rows:\($0)\"}" }
      let block = "--accept { |image| if $image.source like \"*:bad\" { throw \"bad by name\" } }"
      let error = try await world.error("[\(list[0]), \(list[1])] | import \(block)")
      #expect(error.contains("error[rejected]") && error.contains("bad by name"), "\(error)")
      try await Self.isMissing("rows", world)
      let rows = try await world.rows("[\(list.joined(separator: ", "))] | import --keep-going \(block)")
      let found = rows.map {
        "\(Self.text($0["status"]) ?? "") \(Self.text($0["source"])?.split(separator: ":").last ?? "")"
      }
      #expect(found.sorted() == ["failed gone", "imported good", "refused bad"])
      for row in rows where Self.text(row["status"]) == "refused" {
        guard case .record(let failure)? = row["error"] else {
          Issue.record("the refused row has no error")
          return
        }
        #expect(Self.text(failure["kind"]) == "rejected")
        #expect(Self.text(failure["code"]) == "accept")
      }
    }
  }
}
