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
    if let code = section.settings.exitCode {
      #expect(result.exitCode == code, "\(section.file):\(section.line)")
    }
  }

  @Test func enoughOfThem() {
    let count = Transcript.all.flatMap(\.sections).map(\.entries.count).reduce(0, +)
    print("\(count) entries in \(Transcript.all.count) files")
    #expect(count >= 400)
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
