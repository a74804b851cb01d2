import AcrRuntime
import Foundation
import TestSupport
import Testing

/// `Transcripts/*.acrt` beside this file: entries as they are typed, each followed by its value as JSON, or by the first
/// line of what is wrong with it. `REGISTRY` is a docker-registry that is started for the file.
@Suite("Transcripts of commands")
struct CommandTranscriptTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
  private static let transcripts = folder.appending(path: "Transcripts")

  static let files = (try? FileManager.default.contentsOfDirectory(atPath: transcripts.path)) ?? []

  @Test("are what commands do", arguments: files.filter { $0.hasSuffix(".acrt") }.sorted())
  func transcript(file: String) async throws {
    let text = try String(contentsOf: Self.transcripts.appending(path: file), encoding: .utf8)
    try await withRegistryServer { server in
      let runner = CommandRunner(adding: [RegistryPingCommand.init])
      defer { runner.shutDown() }
      var shown: [String] = []
      for line in text.split(separator: "\n") where line.hasPrefix("acrsh> ") || line.hasPrefix("#") {
        shown.append(String(line))
        guard line.hasPrefix("acrsh> ") else { continue }
        let entry = String(line.dropFirst("acrsh> ".count)).replacing("REGISTRY", with: server.authority)
        shown += try await runner.transcript(entry).map { $0.replacing(server.authority, with: "REGISTRY") }
      }
      #expect(shown.joined(separator: "\n") + "\n" == text, "\(file)")
    }
  }

  /// CONTRIBUTING.md shows how a command is added; what it shows is what is compiled and run here.
  @Test("the command that CONTRIBUTING.md adds is the one here")
  func workedExample() throws {
    let root = Self.folder.deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "CONTRIBUTING.md"), encoding: .utf8)
    let file = try String(
      contentsOf: Self.folder.appending(path: "Registry/RegistryPingCommand.swift"), encoding: .utf8)
    // In its place it belongs to the module that a test has to import.
    let source = file.replacing("\n@testable import AcrCommands\n", with: "")
    #expect(page.contains("```swift\n\(source)```\n"), "the source file")
    let transcript = try String(
      contentsOf: Self.transcripts.appending(path: "registry-ping.acrt"), encoding: .utf8)
    #expect(page.contains("```text\n\(transcript)```\n"), "the transcript")
    #expect(page.contains("`RegistryPingCommand.init,`"), "the list entry")
    let list = try String(
      contentsOf: root.appending(path: "Sources/AcrCommands/Session/CommandList.swift"), encoding: .utf8)
    #expect(list.contains(" RegistryListCommand.init,"), "entries look like the one on the page")
  }
}
