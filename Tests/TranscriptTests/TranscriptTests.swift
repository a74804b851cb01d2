import AcrLanguage
import Foundation
import Testing

/// Everything in `Tests/Transcripts` and in the marked blocks of `docs`, word for word.
@Suite(.serialized) struct TranscriptTests {
  @Test("a section", arguments: Transcript.all.flatMap(\.sections))
  func section(_ section: Transcript.Section) throws {
    let result = try TranscriptRunner(section: section).run()
    for (entry, output) in zip(section.entries, result.outputs) where entry.output != output {
      Issue.record(
        """
        \(section.file):\(entry.line): \(entry.text)
        --- must be
        \(entry.output.joined(separator: "\n"))
        --- is
        \(output.joined(separator: "\n"))
        """)
    }
    #expect(result.falseAlarms.isEmpty, "\(section.file):\(section.line): the check complains of what runs")
    if let code = section.settings.exitCode {
      #expect(result.exitCode == code, "\(section.file):\(section.line)")
    }
  }

  /// Each entry that parses, and each whole section, has the same tree after it was laid out, and stays as it is the second
  /// time.
  @Test("the layout of every entry keeps its meaning", arguments: Transcript.all.map(\.path))
  func layout(_ path: String) throws {
    let transcript = try #require(Transcript.all.first { $0.path == path })
    for section in transcript.sections {
      for text in section.entries.map(\.text) + [section.entries.map(\.text).joined(separator: "\n")] {
        guard SyntaxTree.parse(Source(name: "entry", text: text)).diagnostics.isEmpty else { continue }
        guard case .formatted(let once) = Formatter.format(Source(name: "entry", text: text)) else {
          Issue.record("\(section.file):\(section.line): the layout changes the meaning of\n\(text)")
          continue
        }
        guard case .formatted(let twice) = Formatter.format(Source(name: "entry", text: once)) else {
          Issue.record("\(section.file):\(section.line): the layout does not parse\n\(once)")
          continue
        }
        #expect(once == twice, "\(section.file):\(section.line)")
      }
    }
  }

  @Test func enoughOfThem() {
    let count = Transcript.all.flatMap(\.sections).map(\.entries.count).reduce(0, +)
    print("\(count) entries in \(Transcript.all.count) files")
    #expect(count >= 2000)
  }

  /// `scripts/transcripts --update`: writes what comes out into the files, for review.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["ACRT_UPDATE"] != nil))
  func update() throws {
    for transcript in Transcript.all {
      let outputs = try transcript.sections.flatMap { try TranscriptRunner(section: $0).run().outputs }
      try Data(transcript.text(withOutputs: outputs).utf8).write(to: URL(fileURLWithPath: transcript.path))
    }
    try Data(ErrorCatalogue.page.utf8).write(to: ErrorCatalogue.url)
  }
}
