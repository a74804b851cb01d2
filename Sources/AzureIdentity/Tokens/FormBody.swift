import AcrCore
import Crypto

/// The fields of an `application/x-www-form-urlencoded` body, or of a query.
struct FormBody: Sendable {
  private enum Value: Sendable {
    case plain(String)
    case secret(Secret)

    var text: String {
      switch self {
      case .plain(let text): text
      case .secret(let secret): secret.reveal()
      }
    }
  }

  private var fields: [(name: String, value: Value)] = []

  /// Adds a field.
  mutating func add(_ name: String, _ value: String) { fields.append((name, .plain(value))) }
  /// Adds a field whose value must not be shown.
  mutating func add(_ name: String, _ value: Secret) { fields.append((name, .secret(value))) }

  /// The secrets among the values, for keeping them out of messages.
  var secrets: [Secret] {
    fields.compactMap { field in if case .secret(let secret) = field.value { secret } else { nil } }
  }

  /// The body's bytes. A body with a secret in it belongs into a confidential request.
  var encoded: [UInt8] { Array(encodedText.utf8) }

  /// The fields as a query.
  var encodedText: String {
    fields.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value.text))" }.joined(separator: "&")
  }

  /// A digest of all fields but the named one; two requests with the same digest ask for the same thing.
  func fingerprint(without name: String) -> String {
    var hash = SHA256()
    for field in fields where field.name != name {
      // The lengths keep `a=b` `c` and `a` `b=c` apart.
      hash.update(data: Array("\(field.name.utf8.count):\(field.name)=\(field.value.text.utf8.count):".utf8))
      hash.update(data: Array(field.value.text.utf8))
    }
    return Hexadecimal.encode(hash.finalize())
  }
}

extension Hexadecimal {
  /// A digest that stands for a secret where a name is needed.
  static func fingerprint(of secret: Secret) -> String {
    encode(SHA256.hash(data: Array(secret.reveal().utf8)))
  }
}
