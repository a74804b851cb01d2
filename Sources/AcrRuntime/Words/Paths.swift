import AcrCore
import AcrLanguage
import AcrSystem

/// `glob`: the files whose paths a pattern describes.
struct GlobFiles: Command {
  struct Parameters: ParameterSet {
    let pattern = Positional<String>("pattern", help: "for example `images/*.csv`, `**/*.json`", completer: .file)
    let folders = Switch("folders", help: "folders too")
  }

  let signature = Signature(
    "glob", summary: "Lists the files whose paths match a pattern, in order",
    description: """
      `*` is any text within a name, `?` one character, `[abc]` one of them, and `**` any folders. Names that start with a \
      point match only a pattern that does. Links to folders are not followed by `**`.
      """,
    group: .data,
    examples: [.init("All CSV files of a folder", "glob \"pins/*.csv\"")])

  /// How many names are looked at.
  private static let mostNames = 1_000_000

  func run(_ call: Call<Parameters>) throws -> Output {
    let pattern = call[\.pattern]
    guard !pattern.utf8.contains(0), !pattern.isEmpty else {
      throw ArgumentError(
        call.parameters.pattern, AcrError(.invalid, "a pattern of files is not empty, and has no NUL"))
    }
    var parts = pattern.split(separator: "/").map(String.init)
    // `**` at the end means all files below.
    if parts.last == "**" { parts.append("*") }
    var search = Search(run: call.run, withFolders: call[\.folders])
    do throws(AcrError) {
      let root = pattern.hasPrefix("/") ? "/" : ""
      try search.look(in: root, parts[...])
    } catch {
      throw ArgumentError(call.parameters.pattern, error)
    }
    try call.meter.charge(search.found.reduce(0) { $0 + HeapSize.text($1) + 2 * HeapSize.value })
    var seen: Set<String> = []
    return .value(.list(search.found.filter { seen.insert($0).inserted }.sorted().map(Value.string)))
  }

  private struct Search {
    let run: RunContext
    let withFolders: Bool
    var found: [String] = []
    var looked = 0

    mutating func look(in folder: String, _ parts: ArraySlice<String>, depth: Int = 0) throws(AcrError) {
      guard let part = parts.first else { return }
      guard depth < 256 else { return }
      let rest = parts.dropFirst()
      if part == "**" {
        try look(in: folder, rest, depth: depth)
        for name in try names(in: folder) where !name.hasPrefix(".") {
          let path = folder + name
          // A link could lead back up.
          if try status(path, followsLinks: false)?.kind == .folder {
            try look(in: path + "/", parts, depth: depth + 1)
          }
        }
        return
      }
      // What has no pattern is one name, also where the folder may not be listed.
      let isPlain = !part.contains { "*?[".contains($0) }
      for name in isPlain ? [part] : try names(in: folder) {
        if !isPlain, !FilePattern.matches(name, part) { continue }
        let path = folder + name
        guard let status = try status(path, followsLinks: true) else { continue }
        if rest.isEmpty {
          if status.kind != .folder || withFolders { found.append(path) }
        } else if status.kind == .folder {
          try look(in: path + "/", rest, depth: depth + 1)
        }
      }
    }

    private func status(_ path: String, followsLinks: Bool) throws(AcrError) -> FileStatus? {
      FileStatus(try run.host.path(path), followsLinks: followsLinks)
    }

    private mutating func names(in folder: String) throws(AcrError) -> [String] {
      if run.isInterrupted { throw run.stopError }
      let names = FileSystem.names(in: try run.host.path(folder.isEmpty ? "." : folder)) ?? []
      looked += names.count
      guard looked <= GlobFiles.mostNames else {
        throw AcrError(.invalid, "more than \(GlobFiles.mostNames) names were looked at", help: "a narrower pattern")
      }
      return names
    }
  }
}

/// Patterns of file names, as shells have them.
enum FilePattern {
  /// True when the whole name is described by the pattern.
  static func matches(_ name: String, _ pattern: String) -> Bool {
    if name.hasPrefix("."), !pattern.hasPrefix(".") { return false }
    let (name, pattern) = (Array(name.unicodeScalars), Array(pattern.unicodeScalars))
    var (position, index) = (0, 0)
    var star: (index: Int, position: Int)?
    while position < name.count {
      if index < pattern.count, pattern[index] == "*" {
        star = (index, position)
        index += 1
      } else if let next = one(name[position], pattern, index) {
        index = next
        position += 1
      } else if let last = star {
        star = (last.index, last.position + 1)
        (index, position) = (last.index + 1, last.position + 1)
      } else {
        return false
      }
    }
    return pattern[index...].allSatisfy { $0 == "*" }
  }

  /// Where the pattern goes on after it has taken one scalar; nil where it does not take it.
  private static func one(_ scalar: Unicode.Scalar, _ pattern: [Unicode.Scalar], _ index: Int) -> Int? {
    guard index < pattern.count else { return nil }
    if pattern[index] == "[", let end = pattern[(index + 1)...].dropFirst().firstIndex(of: "]") {
      var set = pattern[(index + 1)..<end]
      let isNegated = set.first == "!" || set.first == "^"
      if isNegated { set = set.dropFirst() }
      var isIn = false
      var place = set.startIndex
      while place < set.endIndex {
        if place + 2 < set.endIndex, set[place + 1] == "-" {
          if set[place] <= scalar, scalar <= set[place + 2] { isIn = true }
          place += 3
        } else {
          if set[place] == scalar { isIn = true }
          place += 1
        }
      }
      return isIn != isNegated ? end + 1 : nil
    }
    return pattern[index] == "?" || pattern[index] == scalar ? index + 1 : nil
  }
}
