#ifndef ACR_CTLS_H
#define ACR_CTLS_H

#include <stddef.h>

// The server's side of TLS by OpenSSL, over bytes in memory: whoever owns the connection feeds what arrived and sends what
// is to go out. OpenSSL is on every machine that has Debian's libcurl; compiling a TLS library of our own for the emulator
// took a quarter of the whole build.

/// A certificate and its key, shared by all connections of a server.
typedef struct acr_tls_context acr_tls_context;
/// One connection. It may be used by one thread at a time.
typedef struct acr_tls_session acr_tls_session;

/// What a call on a session came to, where it is not a count of bytes.
enum {
  /// More bytes of the peer are needed.
  ACR_TLS_WAIT = 0,
  /// The peer closed the connection by a close_notify alert.
  ACR_TLS_CLOSED = -1,
  /// The handshake or a record was refused; the connection is of no use any more.
  ACR_TLS_FAILED = -2,
};

/// Makes a context from a certificate (X.509, DER) and its private key (PKCS#8 or SEC 1, DER). TLS 1.2 is the oldest version
/// taken; of the protocols that a client offers (ALPN) http/1.1 is chosen. NULL when OpenSSL refuses one of them.
acr_tls_context *acr_tls_context_new(
  const unsigned char *certificate, size_t certificate_length, const unsigned char *key, size_t key_length);
void acr_tls_context_free(acr_tls_context *context);

/// Starts the server's side of a connection; NULL when memory is short.
acr_tls_session *acr_tls_session_new(acr_tls_context *context);
void acr_tls_session_free(acr_tls_session *session);

/// Takes bytes that arrived from the peer. Returns 1, or ACR_TLS_FAILED when memory is short.
int acr_tls_feed(acr_tls_session *session, const void *bytes, size_t length);
/// Goes on with the handshake: 1 when it is done, ACR_TLS_WAIT, or ACR_TLS_FAILED.
int acr_tls_handshake(acr_tls_session *session);
/// Decrypts into a buffer: the number of bytes, ACR_TLS_WAIT, ACR_TLS_CLOSED, or ACR_TLS_FAILED.
int acr_tls_read(acr_tls_session *session, void *buffer, int capacity);
/// Encrypts a whole buffer: 1, or ACR_TLS_FAILED.
int acr_tls_write(acr_tls_session *session, const void *bytes, int length);
/// Says goodbye: makes the close_notify alert.
void acr_tls_shutdown(acr_tls_session *session);
/// The number of bytes that are to be sent to the peer.
size_t acr_tls_pending(acr_tls_session *session);
/// Takes bytes that are to be sent to the peer; returns how many.
int acr_tls_drain(acr_tls_session *session, void *buffer, int capacity);

#endif
