import Foundation
import Testing

@testable import AcrRuntime

@Suite("Files, programs and secrets")
final class FileTests {
  private let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "acr-runtime-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
  }
  private func read(_ name: String) throws -> String {
    try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
  }
  private func run(_ text: String) -> [String] {
    AcrRuntimeTests.run(text.replacingOccurrences(of: "DIR", with: folder)).lines.map {
      $0.replacingOccurrences(of: folder, with: "DIR")
    }
  }

  @Test("`open` reads by the name's ending")
  func open() throws {
    try write("a.json", "[{\"x\": 1}]")
    try write("a.jsonl", "{\"x\": 1}\n\n{\"x\": 2}\n")
    try write("a.csv", "x,y\r\n1,\"a\r\nb\"\r\n")
    try write("a.txt", "hello\n")
    #expect(run("open DIR/a.json") == [#"[{"x":1}]"#])
    #expect(run("open DIR/a.jsonl | get x") == ["[1,2]"])
    #expect(run("open DIR/a.csv") == [#"[{"x":"1","y":"a\r\nb"}]"#])
    #expect(run("open DIR/a.txt | lines") == [#"["hello"]"#])
    #expect(run("open --raw DIR/a.json") == [#""[{\"x\": 1}]""#])
  }

  @Test("Files that cannot be read are named, with line and column where there is one")
  func unreadable() throws {
    try write("bad.json", "{\n  \"a\": tru\n}")
    try write("bad.jsonl", "{}\n{,}\n")
    try Data([0x61, 0xFF]).write(to: URL(fileURLWithPath: folder + "/bad.txt"))
    #expect(run("open DIR/none.json") == ["not-found: there is no file `DIR/none.json` [DIR/none.json]"])
    #expect(
      run("open DIR/bad.json") == ["invalid: DIR/bad.json:2:8: this is not JSON: expected a value [DIR/bad.json]"])
    #expect(
      run("open DIR/bad.jsonl") == [
        "invalid: DIR/bad.jsonl:2:2: this is not JSON: expected a member's name in quotes [DIR/bad.jsonl]"
      ])
    #expect(run("open DIR/bad.txt") == ["invalid: `DIR/bad.txt` is not UTF-8 text [DIR/bad.txt]"])
    #expect(run("open DIR") == ["invalid: cannot read `DIR`: is a directory [DIR]"])
  }

  @Test("`save` writes text as it is and data by the name's ending")
  func save() throws {
    #expect(run("\"a\" | save DIR/t.txt\n\"b\" | save DIR/t.txt --append") == [])
    #expect(try read("t.txt") == "a\nb\n")
    #expect(run("[{a: 1, b: null}] | save DIR/t.json") == [])
    #expect(try read("t.json") == "[\n  {\n    \"a\": 1,\n    \"b\": null\n  }\n]\n")
    #expect(run("{a: 1} | save DIR/t.jsonl\n{a: 2} | save DIR/t.jsonl --append") == [])
    #expect(try read("t.jsonl") == "{\"a\":1}\n{\"a\":2}\n")
    #expect(run("[{a: 1}] | save DIR/t.csv --append\n[{a: 2}] | save DIR/t.csv --append") == [])
    #expect(try read("t.csv") == "a\r\n1\r\n2\r\n")
    #expect(
      run("[{b: 1}] | save DIR/t.csv --append") == [
        "invalid: the columns of `DIR/t.csv` are not those of the rows [DIR/t.csv] = it has: a"
      ])
    #expect(
      run("{a: 1} | save DIR/t.json --append") == [
        "usage: a JSON file holds one value: nothing can be added to `DIR/t.json` [DIR/t.json] = use .jsonl"
      ])
    #expect(
      run("{a: 1} | save DIR/t.bin") == [
        "usage: `DIR/t.bin` does not say in which format to write a record [DIR/t.bin] = a name that ends in .json, .jsonl, .csv or .tsv, or `… | to json | save DIR/t.bin`"
      ])
    #expect(
      run("1 | save DIR/no/t.txt") == [
        "not-found: cannot write `DIR/no/t.txt`: its folder does not exist [DIR/no/t.txt]"
      ])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix(".acrsh-") } == [])
  }

  @Test("`save` follows links, keeps the mode, and says when the disk is full")
  func saveInPlace() throws {
    try write("real.txt", "old")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder + "/real.txt")
    try FileManager.default.createSymbolicLink(atPath: folder + "/link.txt", withDestinationPath: "real.txt")
    #expect(run("\"new\" | save DIR/link.txt") == [])
    #expect(try read("real.txt") == "new\n")
    let mode = try FileManager.default.attributesOfItem(atPath: folder + "/real.txt")[.posixPermissions] as? Int
    #expect(mode == 0o640)
    #expect(
      run("\"x\" | save /dev/full") == [
        "conflict: cannot write `/dev/full`: no space left on device [/dev/full] = the existing file is unchanged"
      ])
  }

  @Test("A dry run writes nothing and runs nothing")
  func dryRun() throws {
    let ending = AcrRuntimeTests.run(
      "\"abc\" | save \(folder)/t.txt\nrun touch \(folder)/u.txt", context: { RunContext(sink: $0, isDryRun: true) })
    #expect(
      ending.transcript.talked == [
        "dry run: would write 4 bytes to `\(folder)/t.txt`", "dry run: would run touch \(folder)/u.txt",
      ])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
  }

  @Test("`run` starts a program without a shell")
  func program() {
    #expect(run("run printf '%s|' 'a b' '$HOME' --flag | get stdout") == [#""a b|$HOME|--flag|""#])
    #expect(run("\"in\" | run cat") == [#"{"stdout":"in","stderr":"","code":0}"#])
    #expect(run("run --allow-failure sh -c 'echo no >&2; exit 3'") == [#"{"stdout":"","stderr":"no\n","code":3}"#])
    #expect(
      run("run sh -c 'echo no >&2; exit 3'") == [
        "invalid: `sh` ended with code 3: no [run] = `run --allow-failure sh …` gives the record instead"
      ])
    #expect(
      run("run acr-no-such-program") == ["not-found: there is no program `acr-no-such-program` [acr-no-such-program]"])
    #expect(run("let big = join(range(200000), \",\")\n$big | run true | get code") == ["0"])
    #expect(run("let big = join(range(200000), \",\")\nlen((($big | run cat) | get stdout)) == len($big)") == ["true"])
  }

  @Test("Secrets come from files and are never shown")
  func secrets() throws {
    try write("s.txt", "hush\n")
    #expect(
      run("let s = secret file DIR/s.txt\nreveal($s) == \"hush\"\ntype($s)\n$s") == ["true", "\"secret\"", "secret(…)"])
  }
}
