import Foundation
import Testing

/// A file of transcripts: what is typed at the prompt and what must come out.
///
/// ```
/// # A title starts a section; variables live to its end
/// #//file pins.csv
/// #// name,size
/// #// alpine,3
/// acrsh> open pins.csv
///   …> | get name
/// ["alpine"]
/// ```
///
/// The output follows its entry exactly, standard output and diagnostics in the order they come; empty lines at its end do
/// not count. A line that starts with `#//` and no word is a remark. In `docs/*.md` the fenced blocks marked `acrt` are the
/// entries, and those below one heading are one section.
struct Transcript {
  let path: String
  let isMarkdown: Bool
  private(set) var lines: [String]
  private(set) var sections: [Section] = []

  /// Entries that share their variables, and how they are run.
  struct Section: Sendable, CustomTestStringConvertible {
    let file: String
    let title: String
    let line: Int
    var entries: [Entry] = []
    var files: [(name: String, text: String)] = []
    var settings = Settings()

    var testDescription: String { "\(file):\(line) \(title)" }
  }

  /// What the directives of a section say.
  struct Settings: Sendable {
    /// `#//exit CODE`: the section is a whole script, which ends with this code.
    var exitCode: Int32?
    /// `#//arguments …`: the script's command line.
    var arguments: [String] = []
    /// `#//check`: the script is only checked, as by `acrsh --check`.
    var isOnlyChecked = false
    /// `#//strict`: the same, as by `acrsh --check --strict`.
    var isStrict = false
    /// `#//dry-run`
    var isDryRun = false
    /// `#//answer TEXT`: what the person at the terminal says, one after the other.
    var answers: [String] = []
    /// `#//table`: values are shown as on a terminal, not as JSON on one line.
    var showsTables = false
    /// `#//no-modules`: there is nothing that could load a module.
    var hasModules = true
    /// `#//computing`: the host gives only what computes.
    var isOnlyComputing = false
    /// `#//about TEXT`: a sentence for the pages made from the section.
    var about: [String] = []
  }

  /// One statement and what it must write.
  struct Entry: Sendable {
    /// The line of the prompt, from 1.
    let line: Int
    var text: String
    var output: [String] = []
    /// The lines of the file that hold the output.
    var outputLines: Range<Int>
  }

  static let prompt = "acrsh> "
  static let continuation = "  …> "

  init(path: String, text: String) {
    self.path = path
    isMarkdown = path.hasSuffix(".md")
    lines = text.components(separatedBy: "\n")
    if lines.last == "" { lines.removeLast() }
    read()
  }

  /// The text with the outputs of all entries replaced, in the order of the entries.
  func text(withOutputs outputs: [[String]]) -> String {
    var lines = lines
    let entries = sections.flatMap(\.entries)
    for (entry, output) in zip(entries, outputs).reversed() {
      lines.replaceSubrange(entry.outputLines, with: output)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private mutating func read() {
    let name = (path as NSString).lastPathComponent
    var isInBlock = false
    var openFile: (name: String, text: String)?
    for (index, line) in lines.enumerated() {
      if isMarkdown {
        if line.hasPrefix("```") {
          isInBlock = line == "```acrt"
          continue
        }
        if !isInBlock {
          if line.hasPrefix("#") { begin(name, String(line.drop { $0 == "#" || $0 == " " }), index + 1) }
          continue
        }
      } else {
        if let file = openFile {
          if line.hasPrefix("#// ") || line == "#//" {
            openFile?.text = file.text + line.dropFirst(4) + "\n"
            continue
          }
          sections[sections.count - 1].files.append(file)
          openFile = nil
        }
        if line.hasPrefix("# ") {
          begin(name, String(line.dropFirst(2)), index + 1)
          continue
        }
        if line.hasPrefix("#//") {
          if sections.isEmpty { continue }
          openFile = read(directive: line.dropFirst(3))
          continue
        }
      }
      if sections.isEmpty { continue }
      let section = sections.count - 1
      if line.hasPrefix(Self.prompt) || line == "acrsh>" {
        sections[section].entries.append(
          Entry(line: index + 1, text: String(line.dropFirst(Self.prompt.count)), outputLines: index + 1..<index + 1))
      } else if let last = sections[section].entries.indices.last {
        if line.hasPrefix(Self.continuation), sections[section].entries[last].output.isEmpty {
          sections[section].entries[last].text += "\n" + line.dropFirst(Self.continuation.count)
          sections[section].entries[last].outputLines = index + 1..<index + 1
        } else {
          sections[section].entries[last].output.append(line)
          sections[section].entries[last].outputLines =
            sections[section].entries[last].outputLines.lowerBound..<index + 1
        }
      }
    }
    if let openFile { sections[sections.count - 1].files.append(openFile) }
    for section in sections.indices {
      for entry in sections[section].entries.indices { dropEmptyEnd(section, entry) }
    }
    sections.removeAll { $0.entries.isEmpty }
  }

  /// Empty lines between an output and the next section belong to neither.
  private mutating func dropEmptyEnd(_ section: Int, _ entry: Int) {
    while sections[section].entries[entry].output.last == "" {
      sections[section].entries[entry].output.removeLast()
      let range = sections[section].entries[entry].outputLines
      sections[section].entries[entry].outputLines = range.lowerBound..<range.upperBound - 1
    }
  }

  private mutating func begin(_ file: String, _ title: String, _ line: Int) {
    sections.append(Section(file: file, title: title, line: line))
    sections[sections.count - 1].settings.showsTables = isMarkdown
  }

  /// - Returns: the file that the next lines fill.
  private mutating func read(directive: Substring) -> (name: String, text: String)? {
    let words = directive.split(separator: " ").map(String.init)
    let rest = words.dropFirst().joined(separator: " ")
    let section = sections.count - 1
    guard directive.first != " ", let word = words.first else { return nil }
    switch word {
    case "file": return (rest, "")
    case "exit": sections[section].settings.exitCode = Int32(rest)
    case "arguments": sections[section].settings.arguments = Array(words.dropFirst())
    case "check": sections[section].settings.isOnlyChecked = true
    case "strict":
      sections[section].settings.isOnlyChecked = true
      sections[section].settings.isStrict = true
    case "dry-run": sections[section].settings.isDryRun = true
    case "answer": sections[section].settings.answers.append(rest)
    case "no-modules": sections[section].settings.hasModules = false
    case "computing": sections[section].settings.isOnlyComputing = true
    case "table": sections[section].settings.showsTables = true
    case "about": sections[section].settings.about.append(rest)
    default: break
    }
    return nil
  }
}

extension Transcript {
  /// The repository the tests were built from.
  static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Every file of transcripts: `Tests/Transcripts/*.acrt`, and the pages that have marked blocks.
  static let all: [Transcript] =
    (files(in: "Tests/Transcripts", ending: ".acrt") + files(in: "docs", ending: ".md")).compactMap { url in
      guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
      let transcript = Transcript(path: url.path, text: text)
      return transcript.sections.isEmpty ? nil : transcript
    }

  private static func files(in folder: String, ending: String) -> [URL] {
    let folder = repository.appendingPathComponent(folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(ending) }.sorted().map(folder.appendingPathComponent)
  }
}
