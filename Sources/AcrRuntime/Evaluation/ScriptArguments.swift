import AcrCore
import AcrLanguage
import AcrText

extension Evaluator {
  /// Gives a script's parameters the values of the command line, or their defaults.
  func bind(_ arguments: [String], to declared: [ParameterCode], _ frame: inout Frame) throws {
    let parameters = declared.map(\.declaration)
    let values: [String: Value]
    do throws(ScriptArguments.Failure) {
      values = try ScriptArguments.read(arguments, for: parameters)
    } catch {
      throw RuntimeError(
        error.error, source: frame.source, span: error.parameter?.span ?? parameters.first?.span ?? Span(0, 0))
    }
    for code in declared {
      let parameter = code.declaration
      if let value = values[parameter.name] {
        store(value, parameter.variable, frame)
        continue
      }
      switch parameter.kind {
      case .switch: store(.bool(false), parameter.variable, frame)
      case .rest: store(.list([]), parameter.variable, frame)
      case .positional, .flag, .input:
        guard let expression = code.defaultValue else {
          throw RuntimeError(
            AcrError(
              .usage, "the script needs \(Evaluator.name(of: parameter))", help: "`--help` says what it takes"),
            source: frame.source, span: parameter.span)
        }
        store(try defaultValue(expression, of: parameter, "the script", &frame), parameter.variable, frame)
      }
    }
  }
}

/// Reads a script's command line: `--flag value`, `--flag=value`, switches, positionals, and `--` before texts that start
/// with `--`.
public enum ScriptArguments {
  /// What is wrong, and the parameter it is about.
  struct Failure: Error {
    let error: AcrError
    let parameter: CheckedParameter?
  }

  static func read(
    _ arguments: [String], for parameters: [CheckedParameter]
  ) throws(Failure) -> [String: Value] {
    var values: [String: Value] = [:]
    var positionals = parameters.filter { $0.kind == .positional }[...]
    let rest = parameters.first { $0.kind == .rest }
    var flagsEnded = false
    var remaining = arguments[...]
    while let argument = remaining.popFirst() {
      if !flagsEnded, argument == "--" {
        flagsEnded = true
      } else if !flagsEnded, argument.hasPrefix("--") {
        try readFlag(argument, &remaining, parameters, &values)
      } else if let parameter = positionals.popFirst() {
        values[parameter.name] = try value(argument, for: parameter)
      } else if let rest {
        var items: [Value] = if case .list(let items)? = values[rest.name] { items } else { [] }
        items.append(try value(argument, for: rest))
        values[rest.name] = .list(items)
      } else {
        throw Failure(
          error: AcrError(
            .usage, "the script takes no further argument: `\(argument)`", help: "`--help` says what it takes"),
          parameter: nil)
      }
    }
    return values
  }

  private static func readFlag(
    _ argument: String, _ remaining: inout ArraySlice<String>, _ parameters: [CheckedParameter],
    _ values: inout [String: Value]
  ) throws(Failure) {
    let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts.first ?? "")
    let flags = parameters.filter { $0.kind == .flag || $0.kind == .switch }
    guard let parameter = flags.first(where: { $0.name.flagSpelling == name.flagSpelling }) else {
      let near =
        Suggestion.nearest(to: name, in: flags.map(\.name.flagSpelling)).map { "; did you mean `--\($0)`?" } ?? ""
      throw Failure(
        error: AcrError(.usage, "`--\(name)` is not a flag of the script\(near)", help: "`--help` lists its flags"),
        parameter: nil)
    }
    if parameter.kind == .switch {
      guard parts.count == 1 else {
        throw Failure(error: AcrError(.usage, "`--\(name)` takes no value"), parameter: parameter)
      }
      guard values[parameter.name] == nil else {
        throw Failure(error: AcrError(.usage, "`--\(name)` is given twice"), parameter: parameter)
      }
      values[parameter.name] = .bool(true)
      return
    }
    guard let text = parts.count == 2 ? String(parts[1]) : remaining.popFirst() else {
      throw Failure(error: AcrError(.usage, "`--\(name)` needs a value"), parameter: parameter)
    }
    if values[parameter.name] != nil, parameter.type != .list {
      throw Failure(
        error: AcrError(.usage, "`--\(name)` is given twice", help: "it takes one value"), parameter: parameter)
    }
    let value = try value(text, for: parameter)
    if parameter.type == .list, case .list(let items)? = values[parameter.name], case .list(let more) = value {
      values[parameter.name] = .list(items + more)
    } else {
      values[parameter.name] = value
    }
  }

  /// The value of a text of the command line. A list is JSON, or the text is one item of it: flags for lists may be repeated.
  private static func value(_ text: String, for parameter: CheckedParameter) throws(Failure) -> Value {
    // A rest is a list of texts.
    if parameter.kind == .rest { return .string(text) }
    let value: Value?
    switch parameter.type {
    case .string, .any, .block: value = .string(text)
    case .int: value = Int64(text).map(Value.int)
    case .number: value = Double(text).flatMap { $0.isFinite ? .number($0) : nil }
    case .bool: value = text == "true" ? .bool(true) : text == "false" ? .bool(false) : nil
    case .duration: value = DurationText.parse(text).map(Value.duration)
    case .size: value = (ByteCount.parse(text) ?? Int64(text)).map(Value.size)
    case .datetime: value = Timestamp(rfc3339: text).map(Value.datetime)
    case .secret: value = .secret(Secret(text))
    case .list: value = text.hasPrefix("[") ? try? Value(json: Array(text.utf8)) : .list([.string(text)])
    case .record:
      if let parsed = try? Value(json: Array(text.utf8)), case .record = parsed { value = parsed } else { value = nil }
    }
    if let value {
      guard parameter.allows(value) else {
        throw Failure(
          error: AcrError(
            .usage, "\(Evaluator.name(of: parameter)) takes \(parameter.choiceList); `\(text)` is not one"),
          parameter: parameter)
      }
      return value
    }
    throw Failure(
      error: AcrError(.usage, "\(Evaluator.name(of: parameter)) takes \(parameter.type.phrase); `\(text)` is not one"),
      parameter: parameter)
  }

  /// A default as it is written; of a secret only that it is one.
  private static func defaultText(
    _ expression: CheckedExpression, of parameter: CheckedParameter, in script: CheckedScript
  ) -> String {
    let span = expression.span
    let isSecret =
      parameter.type == .secret
      || script.source.secretSpans.contains { $0.start < span.end && span.start < $0.end }
    return isSecret ? "a secret" : script.source.text(span)
  }

  /// The text of `--help`: what the script's `##` comments and `param`s say.
  /// - Parameter program: how the script is called, for the usage line.
  public static func help(for script: CheckedScript, program: String) -> String {
    var usage = "usage: \(program)"
    var rows: [(name: String, text: String)] = []
    for parameter in script.parameters {
      let spelling = parameter.name.flagSpelling
      let needsValue = parameter.defaultValue == nil
      var name: String
      switch parameter.kind {
      case .positional, .input:
        name = spelling.uppercased()
        usage += needsValue ? " \(name)" : " [\(name)]"
      case .rest:
        name = "\(spelling.uppercased())…"
        usage += " [\(name)]"
      case .switch:
        name = "--\(spelling)"
        usage += " [\(name)]"
      case .flag:
        name = "--\(spelling) \(parameter.type.rawValue.uppercased())"
        usage += needsValue ? " \(name)" : " [\(name)]"
      }
      var text = parameter.documentation
      if !parameter.choices.isEmpty {
        text += (text.isEmpty ? "" : " ") + "(\(parameter.choices.map(\.written).joined(separator: ", ")))"
      }
      if let expression = parameter.defaultValue {
        text += (text.isEmpty ? "" : " ") + "(default: \(defaultText(expression, of: parameter, in: script)))"
      }
      rows.append((name, text))
    }
    var lines: [String] = []
    if !script.documentation.isEmpty { lines += [script.documentation, ""] }
    lines.append(usage)
    if !rows.isEmpty {
      let width = rows.map { DisplayWidth.of($0.name) }.max() ?? 0
      lines.append("")
      for row in rows {
        let padding = String(repeating: " ", count: width - DisplayWidth.of(row.name))
        lines.append(row.text.isEmpty ? "  \(row.name)" : "  \(row.name)\(padding)  \(row.text)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension CheckedParameter {
  /// True for a value that is one of the choices, if there are any.
  func allows(_ value: Value) -> Bool {
    choices.isEmpty || choices.contains { (try? Value($0).equals(value)) ?? false }
  }

  /// The choices for messages: "`a`, `b` or `c`".
  var choiceList: String {
    let names = choices.map { "`\($0.written)`" }
    guard names.count > 1 else { return names.joined() }
    return names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
  }
}
