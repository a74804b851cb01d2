import Foundation
import Testing

@testable import AcrCore

/// `docs/errors.md`, made from the sections of `Tests/Transcripts/errors-*.acrt`: each is called after what it shows.
enum ErrorCatalogue {
  static let url = Transcript.repository.appendingPathComponent("docs/errors.md")

  private static let parts: [(file: String, title: String, about: String)] = [
    ("errors-1-syntax.acrt", "Syntax", "Found while a text is read. Nothing has run."),
    ("errors-2-check.acrt", "The check", "Found before the first line runs, by `acrsh --check` too."),
    (
      "errors-3-kinds.acrt", "Run time",
      "An error that nothing catches ends a script; its kind decides the exit code. `catch e` gets it as a record."
    ),
  ]

  /// The sections of a part, read anew: an update may just have changed them.
  static func sections(_ file: String) -> [Transcript.Section] {
    let path = Transcript.repository.appendingPathComponent("Tests/Transcripts/\(file)").path
    let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return Transcript(path: path, text: text).sections
  }

  static var page: String {
    var page = """
      # Errors

      Every diagnostic, with an example of each. This page is made from the transcripts in `Tests/Transcripts/errors-*.acrt` by
      `scripts/transcripts --update`, and a test compares the two.

      """
    for part in parts {
      page += "\n## \(part.title)\n\n\(part.about)\n"
      for section in sections(part.file) {
        page += "\n### \(section.title)\n\n"
        if !section.settings.about.isEmpty { page += section.settings.about.joined(separator: "\n") + "\n\n" }
        page += "```text\n"
        let isScript = section.settings.exitCode != nil || section.settings.isOnlyChecked
        for entry in section.entries {
          for (index, line) in entry.text.components(separatedBy: "\n").enumerated() {
            let prompt = index == 0 ? Transcript.prompt : Transcript.continuation
            // Lines that are wrong because they are long are cut.
            let shown = line.count > 100 ? "\(line.prefix(60)) …" : line
            page += isScript ? "\(shown)\n" : "\(prompt)\(shown)\n"
          }
          if isScript, entry.line == section.entries.last?.line { page += "\n" }
          for line in entry.output { page += line + "\n" }
        }
        page += "```\n"
      }
    }
    return page
  }

  /// The names of an enum's cases in a source file.
  static func cases(of file: String) throws -> [String] {
    let url = Transcript.repository.appendingPathComponent("Sources/AcrLanguage/\(file)")
    return try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n").compactMap { line in
      guard line.hasPrefix("  case "), !line.contains(" = "), !line.contains(":") || line.contains("(") else {
        return nil
      }
      return line.dropFirst(7).prefix { $0.isLetter || $0.isNumber }.description
    }
  }
}

@Suite struct ErrorCatalogueTests {
  @Test func pageIsFresh() throws {
    let page = try String(contentsOf: ErrorCatalogue.url, encoding: .utf8)
    #expect(page == ErrorCatalogue.page, "run scripts/transcripts --update")
  }

  @Test(arguments: [
    ("Syntax/SyntaxError.swift", "errors-1-syntax.acrt"), ("Check/CheckFinding.swift", "errors-2-check.acrt"),
  ])
  func everyCaseHasAnExample(_ source: String, _ file: String) throws {
    let shown = Set(ErrorCatalogue.sections(file).map(\.title))
    let cases = Set(try ErrorCatalogue.cases(of: source))
    #expect(cases.count > 30)
    #expect(cases.subtracting(shown).sorted() == [])
    #expect(shown.subtracting(cases).sorted() == [])
  }

  @Test func everyKindHasAnExample() {
    let shown = Set(ErrorCatalogue.sections("errors-3-kinds.acrt").map(\.title))
    #expect(shown.isSuperset(of: ErrorKind.all.map(\.name)))
  }
}
