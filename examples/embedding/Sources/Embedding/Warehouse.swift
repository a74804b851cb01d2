import AcrCore
import AcrRuntime
import Synchronization

/// What the host lets scripts work with.
final class Warehouse: Sendable {
  private let stock = Mutex<[String: Int64]>(["bolt": 120, "nut": 80, "washer": 0])

  /// Names and counts, sorted by name.
  var items: [(name: String, count: Int64)] {
    stock.withLock { stock in stock.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
  }

  /// Takes some of an item.
  /// - Throws: ``AcrError`` of kind `not-found` or `conflict`.
  func take(_ count: Int64, of name: String) throws(AcrError) -> Int64 {
    let left: Int64? = stock.withLock { stock in
      guard let present = stock[name] else { return nil }
      if present >= count { stock[name] = present - count }
      return present - count
    }
    guard let left else { throw AcrError(.notFound, "the warehouse has no `\(name)`") }
    guard left >= 0 else {
      throw AcrError(.conflict, "only \(left + count) of `\(name)` are left", help: "take fewer")
    }
    return left
  }
}
