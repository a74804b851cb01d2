import AcrCore

/// A log's signed statement of its size and root (C2SP: tlog-checkpoint, signed-note).
struct Checkpoint {
  struct Line {
    let name: String
    let keyHint: [UInt8]
    let signature: [UInt8]
  }

  /// What is signed: the text up to and with the newline before the blank line.
  let text: [UInt8]
  let origin: String
  let size: Int64
  let root: [UInt8]
  let lines: [Line]

  /// - Throws: ``TrustFailure`` of the check `log`.
  init(parsing envelope: String) throws(TrustFailure) {
    let bytes = Array(envelope.utf8)
    guard bytes.count <= 1 << 20, bytes.last == 0x0A,
      let blank = bytes.indices.dropLast().last(where: { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A })
    else { throw Self.damaged("has no signatures") }
    text = Array(bytes[...blank])
    var head: [String] = []
    for line in text.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false) {
      guard !line.isEmpty else { throw Self.damaged("has an empty line") }
      head.append(String(decoding: line, as: UTF8.self))
    }
    guard head.count >= 3, let size = Int64(head[1]), size >= 0, String(size) == head[1],
      let root = Base64.strict(head[2]), root.count == 32
    else { throw Self.damaged("has no size and root") }
    origin = head[0]
    self.size = size
    self.root = root
    var lines: [Line] = []
    for line in bytes[(blank + 2)...].dropLast().split(separator: 0x0A, omittingEmptySubsequences: false) {
      let words = String(decoding: line, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
      guard words.count == 3, words[0] == "\u{2014}", !words[1].isEmpty, let bytes = Base64.strict(String(words[2])),
        bytes.count > 4
      else { throw Self.damaged("has a damaged signature") }
      lines.append(Line(name: String(words[1]), keyHint: Array(bytes.prefix(4)), signature: Array(bytes.dropFirst(4))))
      guard lines.count <= 64 else { throw Self.damaged("has more than 64 signatures") }
    }
    self.lines = lines
  }

  private static func damaged(_ what: String) -> TrustFailure {
    TrustFailure(.log, "the checkpoint of the log \(what)")
  }

  /// Checks that a log signed it. Lines of others, and of other keys of the log, do not count.
  /// - Throws: ``TrustFailure`` of the check `log`.
  func verify(_ log: TrustedLog) throws(TrustFailure) {
    guard origin.utf8.elementsEqual(log.name.utf8) || origin.hasPrefix("\(log.name) - ") else {
      throw TrustFailure(.log, "the checkpoint is of the log `\(origin)`, not of \(log.name)")
    }
    let hint = Self.keyHint(log)
    let own = lines.filter { $0.name.utf8.elementsEqual(log.name.utf8) && $0.keyHint == hint }
    guard !own.isEmpty else {
      throw TrustFailure(.log, "the checkpoint is not signed by the key of the log \(log.name)")
    }
    for line in own {
      guard try log.key.isValid(line.signature, for: SignedMessage(text), TrustKey.Scheme(hash: log.key.usualHash))
      else {
        throw TrustFailure(.log, "the signature of the log \(log.name) under the checkpoint is wrong")
      }
    }
  }

  /// The hint is made from the key, never taken from a name of the log.
  static func keyHint(_ log: TrustedLog) -> [UInt8] {
    let name = Array(log.name.utf8)
    let bytes: [UInt8] =
      switch log.key.kind {
      case .ed25519: name + [0x0A, 0x01] + log.key.spki.suffix(32)
      case .rsa: name + [0x0A, 0xFF] + Array("PKIX-RSA-PKCS#1v1.5".utf8) + log.key.spki
      default: log.key.spki
      }
    return Array(HashAlgorithm.sha256.hash(bytes).prefix(4))
  }
}
