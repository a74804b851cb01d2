import AcrCore
import AcrSystem

/// The device codes that wait for a person (RFC 8628).
actor DeviceCodes {
  /// What became of a code.
  enum Answer: Sendable, Equatable { case waiting, declined, approved(objectID: String) }

  private struct Entry {
    let userCode: String
    /// What the tokens shall be for, which is said when the code is asked for and not again.
    let scope: String
    let expiry: Timestamp
    var answer: Answer
  }

  private var entries: [String: Entry] = [:]
  /// The person who approves every code at once; nil leaves codes waiting for the admin API.
  private(set) var approver: String?

  /// How long a code is valid, in seconds (documented: 15 minutes).
  static let life: Int64 = 900

  init(approver: String?) { self.approver = approver }

  /// Lets codes be approved at once by a person, or wait for ``settle(userCode:_:)``.
  func setApprover(_ objectID: String?) { approver = objectID }

  /// Makes a code.
  /// - Parameter scope: what the tokens shall be for.
  func start(scope: String) -> (deviceCode: String, userCode: String) {
    let letters = Array("BCDFGHJKLMNPQRSTVWXZ23456789")
    let userCode = String((0..<9).compactMap { _ in letters.randomElement() })
    let deviceCode = Base64URL.encode((0..<48).map { _ in UInt8.random(in: .min ... .max) })
    entries[deviceCode] = Entry(
      userCode: userCode, scope: scope, expiry: Timestamp(seconds: Timestamp.now().seconds + DeviceCodes.life),
      answer: approver.map(Answer.approved) ?? .waiting)
    return (deviceCode, userCode)
  }

  /// What became of a code; nil when it is unknown or has expired. An answer other than waiting is given once.
  func take(_ deviceCode: String) -> Answer? {
    guard let entry = entries[deviceCode], entry.expiry > .now() else { return nil }
    if entry.answer != .waiting { entries[deviceCode] = nil }
    return entry.answer
  }

  /// What the tokens of a code shall be for.
  func scope(of deviceCode: String) -> String? { entries[deviceCode]?.scope }

  /// Answers for the person.
  /// - Returns: false when no such code waits.
  func settle(userCode: String, _ answer: Answer) -> Bool {
    guard let key = entries.first(where: { $0.value.userCode == userCode })?.key else { return false }
    entries[key]?.answer = answer
    return true
  }
}
