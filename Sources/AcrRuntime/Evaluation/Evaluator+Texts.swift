import AcrCore
import AcrLanguage

/// Words and strings with values in them.
extension Evaluator {
  /// The text of a word or string with values in it.
  func text(_ pieces: [TextPart], _ id: NodeID, _ frame: inout Frame) throws -> String {
    var text = ""
    let place = meter.place
    defer { meter.release(place) }
    for index in pieces.indices {
      switch pieces[index] {
      case .literal(let literal): text += literal
      case .value(let expression):
        let value = try value(expression, &frame)
        guard let part = value.text else {
          let next: String? =
            if index + 1 < pieces.count, case .literal(let rest) = pieces[index + 1] { rest } else { nil }
          throw noText(value, expression, followedBy: next, frame)
        }
        if meter.isCounting { try take(2 * part.utf8.count, frame, code.span(id)) }
        text += part
      }
    }
    return text
  }

  private func noText(
    _ value: Value, _ expression: NodeID, followedBy next: String?, _ frame: borrowing Frame
  ) -> RuntimeError {
    let subject = subject(expression) ?? "this"
    let path = subject.hasPrefix("`$") ? String(subject.dropFirst(2).dropLast()) : nil
    switch value {
    case .record(let record):
      var name = record.shape.names.first ?? "name"
      if let next, next.first == "." {
        let written = next.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        if !written.isEmpty { name = String(written) }
      }
      let cure = path.map { "write `${\($0).\(name)}`" } ?? "take a field of it"
      return failure("\(subject) is a record: \(cure)", frame, code.span(expression))
    case .secret:
      return failure(
        "\(subject) is a secret: secrets are not converted to text", frame, code.span(expression),
        help: "give it on its own to a parameter that takes secrets, such as `--password`")
    case .block:
      return failure(
        "\(subject) is a block, which has no text", frame, code.span(expression),
        help: "call it: `\(path.map { "${\($0)(…)}" } ?? "f(…)")`")
    default:
      let cure = path.map { "write `${join($\($0), \",\")}` or `${\($0)[0]}`" } ?? "join its items or take one"
      return failure("\(subject) is \(value.typePhrase): \(cure)", frame, code.span(expression))
    }
  }
}
