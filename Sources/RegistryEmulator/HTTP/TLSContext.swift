import AcrCore
import CTLS

/// A server's certificate and key for TLS.
final class TLSContext: Sendable {
  /// OpenSSL counts references to a context under locks of its own, and it is not changed after it was made.
  nonisolated(unsafe) private let context: OpaquePointer

  /// Creates a context.
  /// - Parameters:
  ///   - certificate: the certificate (X.509, DER).
  ///   - key: its private key (PKCS#8, DER).
  /// - Throws: ``AcrError`` of kind `server` when OpenSSL refuses one of them.
  init(certificate: [UInt8], key: [UInt8]) throws(AcrError) {
    guard let context = acr_tls_context_new(certificate, certificate.count, key, key.count) else {
      throw AcrError(.server, "OpenSSL refuses the certificate that was made for this server")
    }
    self.context = context
  }

  deinit { acr_tls_context_free(context) }

  /// Starts the server's side of a connection; nil when memory is short.
  func makeSession() -> OpaquePointer? { acr_tls_session_new(context) }
}
