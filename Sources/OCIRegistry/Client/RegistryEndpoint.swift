import AcrCore
import AcrHTTP
import Synchronization

/// Whether a registry is spoken to with https or http. The first request that gets an answer decides for the session.
final class RegistryEndpoint: Sendable {
  private let candidates: [String]
  private let decided = Mutex<String?>(nil)

  /// - Parameter isInsecure: true when the user allowed plain http for this registry.
  init(_ host: RegistryHost, isInsecure: Bool) {
    let authority = host.apiHost
    let secure = "https://\(authority)"
    let plain = "http://\(authority)"
    if host.isLoopback {
      candidates = authority.hasSuffix(":443") ? [secure, plain] : [plain, secure]
    } else {
      candidates = isInsecure ? [secure, plain] : [secure]
    }
  }

  /// The addresses to try, in order: one as soon as it is decided.
  var bases: [String] { decidedBase.map { [$0] } ?? candidates }

  /// The address that answered; nil until one did.
  var decidedBase: String? { candidates.count == 1 ? candidates[0] : decided.withLock { $0 } }

  /// True for a URL of the registry itself.
  func owns(_ url: String) -> Bool {
    let bytes = url.utf8
    return bases.contains { base in
      // Most URLs are written as this client writes them.
      if bytes.starts(with: base.utf8), let next = bytes.dropFirst(base.utf8.count).first, next == UInt8(ascii: "/") {
        return true
      }
      return URLReference(base).hasSameOrigin(as: URLReference(url))
    }
  }

  /// Remembers the address that answered.
  func decide(_ base: String) { decided.withLock { $0 = base } }
}
