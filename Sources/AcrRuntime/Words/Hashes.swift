import AcrCore
import AcrLanguage
import AcrSystem
import Crypto

/// `sha256`, `sha512`, `base64`: of a file, or of what comes from a pipe.
struct HashStage: Command {
  struct Parameters: ParameterSet {
    let path = Positional<String?>("path", help: "a file (what comes from the pipe)", completer: .file)
  }

  enum Kind: String {
    case sha256, sha512, base64
  }

  private let kind: Kind
  let signature: Signature

  init(_ kind: Kind) {
    self.kind = kind
    signature = Signature(
      kind.rawValue,
      summary: kind == .base64
        ? "Writes bytes as Base64"
        : "Gives the \(kind == .sha256 ? "SHA-256" : "SHA-512") of bytes, in hexadecimal digits",
      description: "Of the bytes of a file, or of a text or bytes from the pipe; a text counts as UTF-8.",
      group: .data,
      examples: [
        .init("Of a text", "\"alpine\" | \(kind.rawValue)"), .init("Of a file", "\(kind.rawValue) image.tar"),
      ],
      input: .optional)
  }

  func run(_ call: Call<Parameters>) throws -> Output {
    var pieces = try pieces(call)
    switch kind {
    case .sha256: return .value(.string(try hexadecimal(SHA256.self, &pieces)))
    case .sha512: return .value(.string(try hexadecimal(SHA512.self, &pieces)))
    case .base64:
      var bytes: [UInt8] = []
      while let piece = try pieces.next() {
        try call.meter.charge(4 * piece.count)
        bytes += piece
        guard bytes.count <= ByteStream.mostText else {
          throw AcrError(.invalid, "more than \(ByteCount.human(Int64(ByteStream.mostText))) are not written as Base64")
        }
      }
      return .value(.string(Base64.encode(bytes)))
    }
  }

  private struct Pieces {
    let next: () throws -> [UInt8]?
  }

  private func pieces(_ call: Call<Parameters>) throws -> Pieces {
    let name = kind.rawValue
    if let path = call[\.path] {
      guard call.input == nil else {
        throw ArgumentError(
          call.parameters.path, AcrError(.usage, "`\(name)` takes a file or what comes from the pipe, not both"))
      }
      do throws(AcrError) {
        let file = try OpenFile(reading: try call.run.host.path(path), .anything)
        return Pieces { try file.readPiece { call.run.isInterrupted } }
      } catch {
        throw ArgumentError(call.parameters.path, error)
      }
    }
    switch call.input {
    case .bytes(let stream)?: return Pieces { try stream.next() }
    case .value(.string(let text))?:
      var rest: [UInt8]? = Array(text.utf8)
      return Pieces {
        defer { rest = nil }
        return rest
      }
    case let other?:
      let found = try other.collected(call.meter)
      throw AcrError(
        .invalid, "`\(name)` takes a text or bytes, but the pipe gives \(found.typePhrase)",
        help: found.holdsSecret ? "`reveal(…)` gives the text of a secret" : "`to json` makes a text of data")
    case nil:
      throw AcrError(.usage, "`\(name)` needs a file, or a text from a pipe", help: "`\(name) FILE` or `… | \(name)`")
    }
  }

  private func hexadecimal<Hash: HashFunction>(_ type: Hash.Type, _ pieces: inout Pieces) throws -> String {
    var hash = Hash()
    while let piece = try pieces.next() { hash.update(data: piece) }
    return Hexadecimal.encode(Array(hash.finalize()))
  }
}

/// `from-base64`: the bytes that Base64 stands for.
struct FromBase64: Command {
  let signature = Signature(
    "from-base64", summary: "Reads Base64 back into bytes",
    description:
      "Of both alphabets, with or without `=` at the end. The bytes are shown, saved and passed on as they are.",
    group: .data,
    examples: [.init("The text of a value", "\"YWxwaW5l\" | from-base64")],
    input: .required)

  func run(_ call: Call<NoParameters>) throws -> Output {
    guard case .string(let text) = try call.inputValue(for: "from-base64") else {
      throw AcrError(.invalid, "`from-base64` reads a text")
    }
    try call.meter.charge(HeapSize.text(text))
    var bytes: [UInt8]? = try Base64Text.decode(text)
    return .bytes(
      ByteStream {
        defer { bytes = nil }
        return bytes
      })
  }
}

/// Base64 as people have it: of both alphabets, padded or not, on several lines or one.
enum Base64Text {
  static func decode(_ text: String) throws(AcrError) -> [UInt8] {
    var standard: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x0A, 0x0D, 0x20, 0x09: continue
      case 0x2D: standard.append(0x2B)
      case 0x5F: standard.append(0x2F)
      case 0x3D: standard.append(byte)
      default: standard.append(byte)
      }
    }
    while standard.last == 0x3D { standard.removeLast() }
    while standard.count % 4 != 0, standard.count % 4 != 1 { standard.append(0x3D) }
    guard let bytes = Base64.decode(String(decoding: standard, as: UTF8.self)) else {
      throw AcrError(
        .invalid, "this is not Base64", help: "letters, digits, `+` and `/` (or `-` and `_`), and `=` at the end")
    }
    return bytes
  }
}
