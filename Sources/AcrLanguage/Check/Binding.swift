/// Arguments of one call on their way to parameters.
struct Binding {
  private var bound: [Bound] = []
  /// Where the argument of each parameter is.
  private var places: [String: Int] = [:]
  /// How many positionals have a value.
  var positionalCount = 0
  /// True when something was wrong, so that what is missing is not worth another finding.
  var isBroken = false
  /// True when what follows makes no sense any more.
  var isEnded = false

  private struct Bound {
    let parameter: String
    let type: ValueType
    var span: Span
    /// Nil for a parameter that collects values.
    let value: CheckedArgument.Value?
    var values: [CheckedExpression] = []
  }

  func has(_ parameter: String) -> Bool { places[parameter] != nil }

  mutating func set(_ parameter: String, _ type: ValueType, _ value: CheckedArgument.Value, _ span: Span) {
    places[parameter] = bound.count
    bound.append(Bound(parameter: parameter, type: type, span: span, value: value))
  }

  /// Adds to a rest or a flag that may be given several times.
  mutating func collect(_ parameter: String, _ type: ValueType, _ value: CheckedExpression, _ span: Span) {
    if let place = places[parameter] {
      bound[place].values.append(value)
      bound[place].span = bound[place].span.to(span)
    } else {
      places[parameter] = bound.count
      bound.append(Bound(parameter: parameter, type: type, span: span, value: nil, values: [value]))
    }
  }

  var arguments: [CheckedArgument] {
    bound.map {
      CheckedArgument(
        parameter: $0.parameter, type: $0.type, value: $0.value ?? .expressions($0.values), span: $0.span)
    }
  }
}
