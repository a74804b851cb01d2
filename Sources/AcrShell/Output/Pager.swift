import AcrCore
import AcrSystem
import AcrText

/// Shows long texts through the person's pager: `$PAGER`, or `less`. It is started without a shell.
struct Pager: Sendable {
  private let words: [String]

  /// - Parameter setting: the value of `PAGER`; nil for `less`. Nothing is paged when it is empty or `cat`.
  init?(setting: String?) {
    let words = (setting ?? "less").split(whereSeparator: \.isWhitespace).map(String.init)
    guard let first = words.first, first != "cat" else { return nil }
    self.words = words
  }

  /// Shows a text and returns when the person has left the pager.
  /// - Parameters:
  ///   - isWide: true for lines that are longer than the screen: `less` scrolls them sideways with the arrow keys.
  ///   - fixedColumns: how many columns of the screen, and the first line, stay where they are meanwhile.
  /// - Returns: false when the pager could not be started, so that nothing has been shown.
  func show(_ text: TerminalText, isWide: Bool = false, fixedColumns: Int = 0) -> Bool {
    // As git does it: colours pass, what fits ends at once, the text stays on the screen.
    var environment = ProcessInformation.environment
    if environment["LESS"] == nil { environment["LESS"] = isWide ? "FRXS" : "FRX" }
    var arguments = Array(words.dropFirst())
    if isWide, fixedColumns > 0, canFixColumns { arguments.append("--header=1,\(fixedColumns)") }
    var command = ChildCommand(words[0], arguments, environment: environment)
    command.output = .inherited
    command.errors = .inherited
    guard let process = try? ChildProcess(command) else { return false }
    // The rest is not read when the pager is left early.
    return process.communicate(text.bytes).exitCode != 127
  }

  /// `less` fixes columns since version 600, and ends with an error at options that it does not know.
  private var canFixColumns: Bool {
    guard words[0].split(separator: "/").last == "less" else { return false }
    guard let process = try? ChildProcess(ChildCommand(words[0], ["--version"])) else { return false }
    return Pager.version(inLess: String(decoding: process.communicate([]).output, as: UTF8.self)) >= 600
  }

  /// The number in `less 590 (GNU regular expressions)`; 0 where there is none.
  static func version(inLess text: String) -> Int {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.first == "less", words.count > 1 else { return 0 }
    return Int(words[1].prefix { $0.isNumber }) ?? 0
  }

  /// How many columns the first column of a table takes, from its line of headings; 0 for what is no table.
  static func firstColumn(ofHeadings headings: TerminalText) -> Int {
    let line = headings.rendered.replacing(#/\u{1B}\[[0-9;]*m/#, with: "")
    guard let gap = line.firstRange(of: "  "), gap.lowerBound > line.startIndex else { return 0 }
    let rest = line[gap.lowerBound...]
    guard let next = rest.firstIndex(where: { $0 != " " }) else { return 0 }
    return line.distance(from: line.startIndex, to: next)
  }
}
