import AcrCore
import struct Crypto.SHA256

/// The digest of bytes, as text.
func sha256(_ bytes: [UInt8]) -> String {
  "sha256:" + SHA256.hash(data: bytes).map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }.joined()
}
