import AcrCore
import AcrLanguage
import Crypto

extension Builtins {
  static let hashFunctions: [Function] = [
    Function("sha256", 1...1, "text", "The SHA-256 of a text, in hexadecimal digits; `sha256 FILE` reads a file") {
      call in
      .string(Hexadecimal.encode(Array(SHA256.hash(data: Array(try call.string(0).utf8)))))
    },
    Function("sha512", 1...1, "text", "The SHA-512 of a text, in hexadecimal digits; `sha512 FILE` reads a file") {
      call in
      .string(Hexadecimal.encode(Array(SHA512.hash(data: Array(try call.string(0).utf8)))))
    },
    Function("base64", 1...1, "text", "A text in Base64; `base64 FILE` reads a file") { call in
      let text = try call.string(0)
      try call.meter.charge(HeapSize.text(bytes: 2 * text.utf8.count))
      return .string(Base64.encode(Array(text.utf8)))
    },
    Function("from-base64", 1...1, "text", "The text that Base64 stands for; `… | from-base64` gives bytes") { call in
      let text = try call.string(0)
      try call.meter.charge(HeapSize.text(bytes: 2 * text.utf8.count))
      guard let decoded = String(validating: try Base64Text.decode(text), as: UTF8.self) else {
        throw AcrError(
          .invalid, "these bytes are not text (UTF-8)", help: "`… | from-base64 | save FILE` writes bytes as they are")
      }
      return .string(decoded)
    },
  ]
}
