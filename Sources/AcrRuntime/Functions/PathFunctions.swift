import AcrCore
import AcrLanguage
import AcrSystem

extension Builtins {
  static let pathFunctions: [Function] = [
    Function("exists", 1...1, "path", "Whether there is a file or a folder of that name") { call in
      .bool(FileStatus(try call.host.path(try call.string(0))) != nil)
    },
    Function("path-join", 1...16, "parts", "The parts of a path, joined by `/`; a whole path starts anew") { call in
      var path = ""
      for index in call.arguments.indices {
        let part = try call.string(index)
        if part.hasPrefix("/") || path.isEmpty {
          path = part
        } else if !part.isEmpty {
          path += (path.hasSuffix("/") ? "" : "/") + part
        }
      }
      try call.meter.charge(HeapSize.text(path))
      return .string(path)
    },
    Function("path-parent", 1...1, "path", "The folder of a path; `.` for a name alone") { call in
      .string(PathText(try call.string(0)).parent)
    },
    Function("path-name", 1...1, "path", "The last part of a path") { call in .string(PathText(try call.string(0)).name)
    },
    Function("path-stem", 1...1, "path", "The last part of a path, without its extension") { call in
      .string(PathText(try call.string(0)).stem)
    },
    Function("path-extension", 1...1, "path", "The extension of a path without its point, such as `csv`; else empty") {
      call in
      .string(PathText(try call.string(0)).ending)
    },
  ]
}

/// The parts of a path, as text: nothing is looked up.
private struct PathText {
  private let folder: Substring
  private let last: Substring
  private let isRoot: Bool

  init(_ path: String) {
    var rest = Substring(path)
    while rest.count > 1, rest.last == "/" { rest.removeLast() }
    isRoot = rest == "/"
    guard let slash = rest.lastIndex(of: "/"), !isRoot else {
      (folder, last) = ("", rest)
      return
    }
    last = rest[rest.index(after: slash)...]
    var parent = rest[..<slash]
    while parent.count > 1, parent.last == "/" { parent.removeLast() }
    folder = parent.isEmpty ? "/" : parent
  }

  var parent: String { isRoot ? "/" : folder.isEmpty ? "." : String(folder) }
  var name: String { String(last) }

  /// Where the extension's point is; a name that starts with its only point has none.
  private var point: Substring.Index? {
    guard let point = last.lastIndex(of: "."), point != last.startIndex, last != ".." else { return nil }
    return point
  }

  var stem: String { point.map { String(last[..<$0]) } ?? name }
  var ending: String { point.map { String(last[last.index(after: $0)...]) } ?? "" }
}
