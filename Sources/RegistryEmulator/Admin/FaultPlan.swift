import AcrCore
import HTTPTypes

/// The faults that a test asked for.
actor FaultPlan {
  /// One fault.
  struct Fault: Sendable {
    let id: Int
    /// `control`, the name of a registry, or `*`.
    let target: String
    /// A method, or nil for all.
    let method: String?
    /// The path, with `*` for any text.
    let path: String
    /// What happens.
    let effect: Effect
    /// How many requests it still meets; nil for all.
    var remaining: Int?
    /// How many requests it lets pass before.
    var skipped: Int
  }

  /// What a fault does to an answer.
  enum Effect: Sendable {
    /// The answer comes later.
    case delay(milliseconds: Int64)
    /// Another answer comes.
    case status(Int, retryAfter: Int64?, body: String?)
    /// The connection breaks after so many bytes of the body.
    case cut(bytes: Int64)
  }

  private var faults: [Fault] = []
  private var nextID = 1

  /// Reads a fault: `target`, `method`, `path`, `times`, `after`, and one of `delayMilliseconds`, `status` (with
  /// `retryAfter`, `body`) and `cutAfterBytes`.
  /// - Throws: ``AcrError`` of kind `usage`.
  func add(_ json: JSONValue) throws(AcrError) -> Int {
    let reader = try ConfigurationReader(
      json, at: "fault",
      known: [
        "target", "method", "path", "times", "after", "delayMilliseconds", "status", "retryAfter", "body",
        "cutAfterBytes",
      ])
    let effect: Effect
    if json["delayMilliseconds"] != nil {
      effect = .delay(milliseconds: try reader.integer("delayMilliseconds", 0))
    } else if json["cutAfterBytes"] != nil {
      effect = .cut(bytes: try reader.integer("cutAfterBytes", 0))
    } else {
      let status = Int(try reader.integer("status", 0))
      guard (200...599).contains(status) else {
        throw AcrError(.usage, "a fault needs `delayMilliseconds`, `cutAfterBytes`, or a `status` from 200 to 599")
      }
      let wait = json["retryAfter"] == nil ? nil : try reader.integer("retryAfter", 0)
      effect = .status(status, retryAfter: wait, body: try reader.optional("body"))
    }
    let times = json["times"] == nil ? nil : Int(try reader.integer("times", 1))
    let fault = Fault(
      id: nextID, target: try reader.optional("target") ?? "*", method: try reader.optional("method")?.uppercased(),
      path: try reader.optional("path") ?? "*", effect: effect, remaining: times,
      skipped: Int(try reader.integer("after", 0)))
    nextID += 1
    faults.append(fault)
    return fault.id
  }

  /// Forgets one fault, or all.
  func remove(_ id: Int?) { faults.removeAll { id == nil || $0.id == id } }

  /// The number of faults that may still happen.
  var count: Int { faults.count }

  /// The effects that a request meets, each counted as used.
  func take(target: String, method: String, path: String) -> [Effect] {
    var effects: [Effect] = []
    for index in faults.indices {
      let fault = faults[index]
      guard fault.target == "*" || fault.target == target, fault.method == nil || fault.method == method,
        FaultPlan.matches(path, fault.path), fault.remaining != 0
      else { continue }
      if fault.skipped > 0 {
        faults[index].skipped -= 1
        continue
      }
      if let remaining = fault.remaining { faults[index].remaining = remaining - 1 }
      effects.append(fault.effect)
    }
    faults.removeAll { $0.remaining == 0 }
    return effects
  }

  /// Compares a path with a pattern in which `*` stands for any text.
  static func matches(_ text: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count > 1, let first = parts.first, let last = parts.last else { return text == pattern }
    guard text.hasPrefix(first) else { return false }
    var rest = text.dropFirst(first.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.hasSuffix(last)
  }
}
