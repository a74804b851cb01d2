import AcrCore
import ArgumentParser

/// An option of the program itself, as its parser describes it.
struct ProgramOption {
  /// With their dashes, the short one first.
  let names: [String]
  /// What its value is called; nil for a switch.
  let valueName: String?
  let help: String
  let isRepeatable: Bool
  /// The values it takes, where there are only some.
  let values: [String]
  /// True when its value is the path of a file.
  let takesFile: Bool

  /// The longest name.
  var name: String { names.last ?? "" }

  /// All options that `--help` shows.
  static let all: [ProgramOption] = {
    guard let dump = try? JSONValue(parsing: Array(Options._dumpHelp().utf8)) else { return [] }
    return dump["command"]?["arguments"]?.array?.compactMap(ProgramOption.init) ?? []
  }()

  /// - Returns: nil for a positional or a hidden option.
  private init?(_ argument: JSONValue) {
    guard let kind = argument["kind"]?.string, kind != "positional", argument["shouldDisplay"]?.bool == true else {
      return nil
    }
    let spellings = argument["names"]?.array?.compactMap { entry -> String? in
      guard let name = entry["name"]?.string else { return nil }
      return entry["kind"]?.string == "long" ? "--\(name)" : "-\(name)"
    }
    names = (spellings ?? []).sorted { $0.utf8.count < $1.utf8.count }
    valueName = kind == "option" ? argument["valueName"]?.string ?? "value" : nil
    help = argument["abstract"]?.string ?? ""
    isRepeatable = argument["isRepeating"]?.bool ?? false
    let completion = argument["completionKind"]
    let listed = completion?["list"]?["values"]?.array ?? argument["allValues"]?.array ?? []
    values = listed.compactMap(\.string)
    takesFile = completion?["file"] != nil
  }
}
