extension TerminalScreen {
  /// A control sequence: `CSI`, a private marker, parameters, intermediates, a final byte (ECMA-48, 5.4).
  struct ControlSequence: Sendable {
    /// `?` or another marker in front of the parameters; empty for none.
    var marker = ""
    /// The text between marker and intermediates.
    var parameters = ""
    /// Bytes 0x20 to 0x2F in front of the final one.
    var intermediates = ""
    /// What the sequence does.
    var final: Character = " "

    /// The numbers; a missing one is nil.
    var numbers: [Int?] {
      parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
    }

    /// A number, or `fallback` where it is missing or 0.
    func number(_ index: Int, _ fallback: Int = 1) -> Int {
      guard index < numbers.count, let value = numbers[index], value > 0 else { return fallback }
      return value
    }
  }

  /// Splits what a program writes into characters and control functions; UTF-8, 7-bit controls.
  struct Parser: Sendable {
    /// One thing to do.
    enum Action: Equatable {
      case print(Unicode.Scalar)
      case control(UInt8)
      case escape(intermediates: String, final: Character)
      case sequence(ControlSequence)
      case operatingSystem(String)
    }

    private enum State { case text, escape, sequence, string, stringEscape }

    private var state = State.text
    private var current = ControlSequence()
    private var buffer: [UInt8] = []
    private var isOperatingSystem = false
    private var scalar: [UInt8] = []
    private var scalarLength = 0

    mutating func take(_ byte: UInt8) -> Action? {
      switch state {
      case .text: return text(byte)
      case .escape: return escape(byte)
      case .sequence: return sequence(byte)
      case .string: return string(byte)
      case .stringEscape:
        state = .text
        return byte == 0x5C ? endString() : nil
      }
    }

    private mutating func text(_ byte: UInt8) -> Action? {
      if !scalar.isEmpty {
        guard byte & 0xC0 == 0x80 else {
          // The character is broken off; the byte counts by itself.
          scalar = []
          return text(byte)
        }
        scalar.append(byte)
        guard scalar.count == scalarLength else { return nil }
        defer { scalar = [] }
        return .print(String(decoding: scalar, as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}")
      }
      switch byte {
      case 0x1B:
        state = .escape
        current = ControlSequence()
        return nil
      case 0..<0x20, 0x7F: return .control(byte)
      case 0x20..<0x7F: return .print(Unicode.Scalar(byte))
      case 0xC2..<0xF5:
        scalar = [byte]
        scalarLength = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
        return nil
      default: return .print("\u{FFFD}")
      }
    }

    private mutating func escape(_ byte: UInt8) -> Action? {
      switch byte {
      case 0x5B:
        state = .sequence
        return nil
      // OSC, and the strings DCS, SOS, PM and APC, which are dropped.
      case 0x5D, 0x50, 0x58, 0x5E, 0x5F:
        state = .string
        isOperatingSystem = byte == 0x5D
        buffer = []
        return nil
      case 0x20...0x2F:
        current.intermediates.unicodeScalars.append(Unicode.Scalar(byte))
        return nil
      default:
        state = .text
        return .escape(intermediates: current.intermediates, final: Character(Unicode.Scalar(byte)))
      }
    }

    private mutating func sequence(_ byte: UInt8) -> Action? {
      let scalar = Unicode.Scalar(byte)
      switch byte {
      case 0x3C...0x3F: current.marker.unicodeScalars.append(scalar)
      case 0x30...0x3B: current.parameters.unicodeScalars.append(scalar)
      case 0x20...0x2F: current.intermediates.unicodeScalars.append(scalar)
      case 0x40...0x7E:
        state = .text
        current.final = Character(scalar)
        return .sequence(current)
      case 0x1B:
        state = .escape
        current = ControlSequence()
      // Controls inside a sequence happen at once (xterm, DEC).
      case 0..<0x20: return .control(byte)
      default: state = .text
      }
      return nil
    }

    private mutating func string(_ byte: UInt8) -> Action? {
      switch byte {
      case 0x07:
        state = .text
        return endString()
      case 0x1B: state = .stringEscape
      default: buffer.append(byte)
      }
      return nil
    }

    private func endString() -> Action? {
      isOperatingSystem ? .operatingSystem(String(decoding: buffer, as: UTF8.self)) : nil
    }
  }
}

extension TerminalScreen.ControlSequence: Equatable {}
