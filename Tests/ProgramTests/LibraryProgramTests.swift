import Foundation
import TestSupport
import Testing

@Suite("The library, in the built program")
struct LibraryProgramTests {
  private func run(
    _ line: String, in directory: TemporaryDirectory, input: String = "", options: [String] = [],
    environment: [String: String] = [:]
  ) async throws -> ProgramResult {
    var program = try BuiltProducts.acrsh(options + ["-c", line], in: directory)
    program.input = Array(input.utf8)
    program.environment.merge(environment) { $1 }
    return try await program.run()
  }

  @Test("A reader that has enough ends the program without a message")
  func head() async throws {
    try await withTemporaryDirectory { directory in
      let acrsh = try BuiltProducts.acrsh([], in: directory)
      var shell = Program(
        "/bin/bash",
        ["-c", "\"\(acrsh.executable)\" -c 'range(1000000)' | head -1; echo ${PIPESTATUS[0]}"],
        directory: directory.path)
      shell.environment = acrsh.environment
      let result = try await shell.run()
      #expect(result.output == "[\n141\n")
      #expect(result.errorOutput == "")
    }
  }

  @Test("Standard input as lines and as rows, and at the prompt's cost of nothing")
  func standardInput() async throws {
    try await withTemporaryDirectory { directory in
      #expect(
        try await run("stdin | lines | to json --compact | print", in: directory, input: "a\r\n\nb\n\n").output
          == "[\"a\",\"\",\"b\"]\n")
      #expect(try await run("print (open - --format jsonl | count)", in: directory, input: "{}\n{}\n").output == "2\n")
      #expect(
        try await run("print (stdin | from csv | get b | to json --compact)", in: directory, input: "a,b\n1,2\n").output
          == "[\"2\"]\n")
      #expect(try await run("stdin", in: directory, input: "as it is").output == "as it is")
      let broken = try await run("stdin | from jsonl | count", in: directory, input: "{}\n{\n")
      #expect(broken.exitCode == 1)
      #expect(broken.errorOutput.contains("line 2, column 2: this is not JSON"))
    }
  }

  @Test("The Azure CLI's local times are read in the machine's zone")
  func localTime() async throws {
    try await withTemporaryDirectory { directory in
      let line =
        "print ${date(\"2026-07-01 12:00:00.000000\")} ${format-date(date(\"2026-07-01T10:00:00Z\"), \"%R %z\", \"local\")}"
      let result = try await run(line, in: directory, environment: ["TZ": "CET-1CEST,M3.5.0,M10.5.0/3"])
      #expect(result.output == "2026-07-01T10:00:00Z 12:00 +02:00\n")
      #expect(
        try await run(line, in: directory, environment: ["TZ": "UTC0"]).output == "2026-07-01T12:00:00Z 10:00 +00:00\n")
    }
  }

  @Test("A file of rows is read and written in little memory, and nothing is left over")
  func streams() async throws {
    try await withTemporaryDirectory { directory in
      let line = "{\"n\": 1, \"text\": \"\(String(repeating: "x", count: 200))\"}\n"
      _ = try directory.write(String(repeating: line, count: 20_000), to: "rows.jsonl")
      _ = try directory.write("[" + String(repeating: line.dropLast() + ",\n", count: 20_000) + "{}]", to: "rows.json")
      #expect(try await run("print (open rows.json | count)", in: directory).output == "20001\n")
      let copy = try await run(
        "open rows.jsonl | where .n == 1 | save copy.csv; print (open copy.csv | count)", in: directory)
      #expect(copy.output == "20000\n")
      let failing = try await run(
        "open rows.jsonl | each { |row| if $row.n == 1 { throw \"no\" }; $row } | save other.jsonl", in: directory)
      #expect(failing.exitCode == 1)
      let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
      #expect(names.contains("copy.csv") && !names.contains("other.jsonl"))
      #expect(!names.contains { $0.hasPrefix(".acrsh-") }, "\(names)")
    }
  }

  @Test("`http get` and `http post`: data, headers, failures, and what is never shown")
  func web() async throws {
    let server = try LoopbackServer { request in
      switch request.path {
      case "/data": LoopbackServer.Reply(200, ["Content-Type": "application/json"], body: Array("{\"a\": [1, 2]}".utf8))
      case "/text": LoopbackServer.Reply(200, ["Content-Type": "text/plain"], body: Array("plain".utf8))
      case "/broken": LoopbackServer.Reply(200, ["Content-Type": "application/json"], body: Array("{".utf8))
      case "/moved": LoopbackServer.Reply(302, ["Location": "/data"], body: [])
      case "/secret":
        LoopbackServer.Reply(
          403, ["Content-Type": "text/plain"], body: Array("no: \(request.headers["Authorization"] ?? "")".utf8))
      case "/echo":
        LoopbackServer.Reply(201, ["Content-Type": request.headers["Content-Type"] ?? "text/plain"], body: request.body)
      default: LoopbackServer.Reply(404, ["Content-Type": "text/plain"], body: Array("nothing here".utf8))
      }
    }
    defer { server.stop() }
    try await withTemporaryDirectory { directory in
      func get(_ line: String, _ options: [String] = []) async throws -> ProgramResult {
        try await run(
          line.replacingOccurrences(of: "URL", with: server.url), in: directory, options: options,
          environment: ["KEY": "hunter2-token"])
      }
      #expect(try await get("print (http get URL/data | to json --compact)").output == "{\"a\":[1,2]}\n")
      #expect(try await get("print (http get URL/text)").output == "plain\n")
      #expect(try await get("print (http get URL/moved | get a | count)").output == "2\n")
      #expect(try await get("print (http get URL/data --raw)").output == "{\"a\": [1, 2]}\n")
      #expect(try await get("print (http get URL/none --full | get status)").output == "404\n")
      let missing = try await get("http get \"URL/none?sig=abcdef\"")
      #expect(missing.exitCode == 3)
      #expect(missing.errorOutput.contains("answered 404: nothing here"))
      #expect(!missing.errorOutput.split(separator: "\n")[0].contains("abcdef"))
      let denied = try await get("http get URL/secret --bearer (secret env KEY)")
      #expect(denied.exitCode == 4)
      #expect(!denied.errorOutput.contains("hunter2"))
      #expect(server.requests.last?.headers["Authorization"] == "Bearer hunter2-token")
      _ = try await get("http get URL/data --headers {\"X-Key\": (secret env KEY)} | ignore")
      #expect(server.requests.last?.headers["X-Key"] == "hunter2-token")
      #expect(try await get("http get URL/broken").errorOutput.contains("is not JSON: line 1, column 2"))
      #expect(try await get("print ({a: 1} | http post URL/echo | get a)").output == "1\n")
      #expect(server.requests.last?.headers["Content-Type"] == "application/json")
      #expect(try await get("print (http post URL/echo --body text)").output == "text\n")
      let count = server.requests.count
      let dry = try await get("{a: 1} | http post \"URL/echo?key=abcdef\"", ["--dry-run"])
      #expect(dry.errorOutput.contains("dry run: would send 7 bytes to `\(server.url)/echo`"))
      #expect(!dry.output.contains("abcdef"))
      #expect(server.requests.count == count)
      #expect(try await get("http get ftp://x/").exitCode == 2)
      #expect(try await get("http get https://user:pw@localhost/").errorOutput.contains("an address holds no password"))
      #expect(try await get("http post URL/echo --body {p: (secret env KEY)}").errorOutput.contains("is a secret"))
      #expect(try await get("http get URL/data --headers {\"bad name\": \"x\"}").exitCode == 2)
      #expect(try await get("http get URL/data --headers {a: \"x\\ny\"}").exitCode == 2)
    }
  }
}
