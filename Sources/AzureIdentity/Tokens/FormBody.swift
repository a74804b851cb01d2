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
    fields.map { "\(FormBody.escape($0.name))=\(FormBody.escape($0.value.text))" }.joined(separator: "&")
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

  /// Percent-encodes all but the unreserved characters of RFC 3986, which every reader of forms understands.
  static func escape(_ text: String) -> String {
    var result: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: result.append(byte)
      default:
        result.append(0x25)
        result.append(Hexadecimal.upper[Int(byte >> 4)])
        result.append(Hexadecimal.upper[Int(byte & 15)])
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

/// Bytes as hexadecimal digits.
enum Hexadecimal {
  static let upper = Array("0123456789ABCDEF".utf8)
  private static let lower = Array("0123456789abcdef".utf8)

  static func encode(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: bytes.flatMap { [lower[Int($0 >> 4)], lower[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// A digest that stands for a secret where a name is needed.
  static func fingerprint(of secret: Secret) -> String {
    encode(SHA256.hash(data: Array(secret.reveal().utf8)))
  }
}
