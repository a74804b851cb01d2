/// Shapes of records written in scripts: rows made by the same names share one.
final class ShapeCache {
  private var shapes: [[String]: Shape] = [:]
  /// The same for names added to the columns that a command declared.
  private var extended: [[String]: Shape] = [:]
  /// The latest addition: rows of a table usually get the same column one after the other.
  private var lastAddition: (base: Shape, result: Shape)?

  /// The shape of these names. Of a repeated name the check lets nothing through.
  func shape(_ names: [String]) -> Shape {
    if let shape = shapes[names] { return shape }
    let shape = Shape(names)
    if shapes.count >= 256 { shapes.removeAll() }
    shapes[names] = shape
    return shape
  }

  /// A shape with one name more.
  func shape(_ base: Shape, adding name: String) -> Shape {
    if let last = lastAddition, last.base === base, last.result.names.last == name { return last.result }
    let names = base.names + [name]
    let result = base.isDeclared ? extended[names] ?? base.adding([name]) : shape(names)
    if base.isDeclared {
      if extended.count >= 256 { extended.removeAll() }
      extended[names] = result
    }
    lastAddition = (base, result)
    return result
  }
}
