import AcrCore
import Foundation
import TestSupport
import Testing

@Suite("Places: cd, ls, pwd, and references that begin with a dot", .serialized)
struct PlaceProgramTests {
  /// A registry with `shop/api` (an index `v1` for three platforms) and `shop/web:1`.
  private func withShop(_ body: (RegistryServer, TemporaryDirectory) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { server in
        let content = try RegistryContent(authority: server.directAuthority)
        let index = SyntheticImages(in: try ImageLayout(path: directory.path("index")))
        try index.index("api", baseLayers: [1000], ownLayer: 100, tag: "v1")
        try await content.push(index.layout, to: "shop/api")
        let image = SyntheticImages(in: try ImageLayout(path: directory.path("image")))
        try image.image("web", layers: [3000, 200], tag: "1")
        try await content.push(image.layout, to: "shop/web")
        try await body(server, directory)
      }
    }
  }

  private func run(_ line: String, in directory: TemporaryDirectory) async throws -> ProgramResult {
    try await BuiltProducts.acrsh(["-c", line], in: directory).run()
  }

  @Test("from the registry to the layers, one step at a time")
  func steps() async throws {
    try await withShop { server, directory in
      let host = server.authority
      func names(_ line: String) async throws -> String {
        let result = try await run(
          "\(line) | each { |row| print \"${row.name} ${row.kind}\" } | ignore", in: directory)
        #expect(result.exitCode == 0, "\(result.errorOutput)")
        return result.output
      }
      #expect(try await names("ls \(host)") == "shop folder\n")
      #expect(try await names("cd \(host); ls") == "shop folder\n")
      #expect(try await names("cd \(host)/shop; ls") == "api repository\nweb repository\n")
      #expect(try await names("cd \(host)/shop; cd api; ls") == ":v1 tag\n")
      #expect(try await names("cd \(host)/shop/api:v1; ls").contains("linux/amd64 platform\n"))
      #expect(try await names("cd \(host)/shop/web:1; ls") == "1 layer\n2 layer\n")
      #expect(try await names("cd \(host)/shop/api:v1; cd linux/amd64; ls").hasPrefix("1 layer\n"))
      let place = try await run("cd \(host)/shop; cd web:1; cd -; cd -; cd ..; pwd | print", in: directory)
      #expect(place.output == "\(host)/shop/web\n", "\(place.errorOutput)")
      let nowhere = try await run("cd \(host)/shop; cd ../..; pwd", in: directory)
      #expect(nowhere.output.isEmpty && nowhere.exitCode == 0, "\(nowhere.errorOutput)")
    }
  }

  @Test("what is not there is refused, and one stays where one was")
  func absent() async throws {
    try await withShop { server, directory in
      let host = server.authority
      let wrong = try await run(
        "cd \(host)/shop; try { cd wep } catch e { print ${e.message} ${e.help} }; pwd | print", in: directory)
      #expect(wrong.output.contains("has no repository `shop/wep`"), "\(wrong.output)\(wrong.errorOutput)")
      #expect(wrong.output.contains("did you mean `shop/web`?"))
      #expect(wrong.output.hasSuffix("\(host)/shop\n"))
      let layer = try await run("cd \(host)/shop/web:1; cd 9", in: directory)
      #expect(layer.exitCode != 0 && layer.errorOutput.contains("has 2 layers, and no layer 9"), "\(layer.errorOutput)")
      let tag = try await run("cd \(host)/shop/web:7", in: directory)
      #expect(tag.exitCode != 0 && tag.errorOutput.contains("error[not-found]"), "\(tag.errorOutput)")
      let relative = try await run("manifest digest ./web:1", in: directory)
      #expect(relative.exitCode == 2 && relative.errorOutput.contains("you are nowhere"), "\(relative.errorOutput)")
      let closed = try await run("cd localhost:1", in: directory)
      #expect(closed.exitCode != 0 && closed.errorOutput.contains("localhost:1"), "\(closed.errorOutput)")
    }
  }

  @Test("a registry that gives no list of its repositories can be walked all the same")
  func unlisted() async throws {
    try await withLoopbackServer(handler: { request in
      if request.target.hasPrefix("/v2/shop/api/tags/list") { return .json(#"{"name":"shop/api","tags":["1","2"]}"#) }
      return request.path == "/v2/" ? .json("{}") : .json(#"{"errors":[{"code":"NAME_UNKNOWN"}]}"#, status: 404)
    }) { server in
      try await withTemporaryDirectory { directory in
        let line = "cd \(server.authority); cd shop; cd api; ls | each { |row| print ${row.name} } | ignore"
        let walked = try await run(line, in: directory)
        #expect(walked.exitCode == 0 && walked.output == ":1\n:2\n", "\(walked.output)\(walked.errorOutput)")
        let listed = try await run("ls \(server.authority)", in: directory)
        #expect(listed.exitCode != 0 && listed.errorOutput.contains("error["), "\(listed.errorOutput)")
      }
    }
  }

  @Test("commands take references from there, and imports too")
  func references() async throws {
    try await withShop { server, directory in
      let host = server.authority
      let whole = try await run("manifest digest \(host)/shop/web:1 | print", in: directory)
      let short = try await run("cd \(host)/shop; manifest digest ./web:1 | print", in: directory)
      #expect(short.output == whole.output && short.exitCode == 0, "\(short.errorOutput)")
      let here = try await run("cd \(host)/shop/web:1; manifest digest . | print", in: directory)
      #expect(here.output == whole.output, "\(here.errorOutput)")
      let copied = try await run(
        "cd \(host)/shop; import ./web:1 ./copy:2 | ignore; manifest digest ./copy:2 | print", in: directory)
      #expect(copied.output == whole.output, "\(copied.errorOutput)")
      let rows = try await run("cd \(host)/shop; list-metadata ./web | count | print", in: directory)
      #expect(rows.output == "1\n", "\(rows.errorOutput)")
    }
  }

  @Test("the prompt shows the place, and Tab goes on from it as in folders")
  func prompt() async throws {
    try await withShop { server, directory in
      let host = server.authority
      try await withPrompt(in: directory, columns: 80, rows: 16) { terminal in
        terminal.enter("cd \(host)")
        try await terminal.expect("the place in the prompt") { $0.currentLine == "acrsh \(host)>" }
        terminal.type("cd s")
        terminal.press(.tab)
        try await terminal.expect("the folder") { $0.typedLine.hasSuffix("> cd shop/") }
        terminal.type("w")
        terminal.press(.tab)
        try await terminal.expect("the repository") { $0.typedLine.contains("> cd shop/web") }
        terminal.press(.tab)
        try await terminal.expect("the tag") { $0.typedLine.contains("> cd shop/web:1") }
        terminal.press(.enter)
        try await terminal.expect("the image in the prompt") { $0.currentLine == "acrsh \(host)/shop/web:1>" }
        terminal.enter("cd ..")
        terminal.enter("cd ..")
        try await terminal.expect("the folder in the prompt") { $0.currentLine == "acrsh \(host)/shop>" }
        terminal.type("manifest digest ./a")
        terminal.press(.tab)
        try await terminal.expect("a relative reference") { $0.typedLine.contains("manifest digest ./api") }
      }
    }
  }
}
