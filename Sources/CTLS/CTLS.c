#include "CTLS.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>

struct acr_tls_context {
  SSL_CTX *ssl;
};

struct acr_tls_session {
  SSL *ssl;
  // Both belong to `ssl`.
  BIO *arriving;
  BIO *leaving;
};

static int choose_protocol(
  SSL *ssl, const unsigned char **chosen, unsigned char *chosen_length, const unsigned char *offered,
  unsigned int offered_length, void *context) {
  (void)ssl;
  (void)context;
  static const unsigned char ours[] = "\x08http/1.1";
  unsigned char *found = NULL;
  int result = SSL_select_next_proto(
    &found, chosen_length, ours, sizeof ours - 1, offered, offered_length);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

acr_tls_context *acr_tls_context_new(
  const unsigned char *certificate, size_t certificate_length, const unsigned char *key, size_t key_length) {
  if (certificate_length > INT_MAX || key_length > LONG_MAX) return NULL;
  acr_tls_context *context = calloc(1, sizeof *context);
  if (!context) return NULL;
  EVP_PKEY *private_key = d2i_AutoPrivateKey(NULL, &key, (long)key_length);
  context->ssl = SSL_CTX_new(TLS_server_method());
  if (!private_key || !context->ssl || !SSL_CTX_set_min_proto_version(context->ssl, TLS1_2_VERSION)
      || SSL_CTX_use_certificate_ASN1(context->ssl, (int)certificate_length, certificate) != 1
      || SSL_CTX_use_PrivateKey(context->ssl, private_key) != 1
      || SSL_CTX_check_private_key(context->ssl) != 1) {
    EVP_PKEY_free(private_key);
    acr_tls_context_free(context);
    ERR_clear_error();
    return NULL;
  }
  EVP_PKEY_free(private_key);
  SSL_CTX_set_alpn_select_cb(context->ssl, choose_protocol, NULL);
  return context;
}

void acr_tls_context_free(acr_tls_context *context) {
  if (!context) return;
  SSL_CTX_free(context->ssl);
  free(context);
}

acr_tls_session *acr_tls_session_new(acr_tls_context *context) {
  acr_tls_session *session = calloc(1, sizeof *session);
  if (!session) return NULL;
  session->ssl = SSL_new(context->ssl);
  session->arriving = BIO_new(BIO_s_mem());
  session->leaving = BIO_new(BIO_s_mem());
  if (!session->ssl || !session->arriving || !session->leaving) {
    BIO_free(session->arriving);
    BIO_free(session->leaving);
    SSL_free(session->ssl);
    free(session);
    return NULL;
  }
  // An empty buffer means "not yet" and never the end.
  BIO_set_mem_eof_return(session->arriving, -1);
  SSL_set_bio(session->ssl, session->arriving, session->leaving);
  SSL_set_accept_state(session->ssl);
  return session;
}

void acr_tls_session_free(acr_tls_session *session) {
  if (!session) return;
  SSL_free(session->ssl);
  free(session);
}

int acr_tls_feed(acr_tls_session *session, const void *bytes, size_t length) {
  size_t written = 0;
  if (length == 0) return 1;
  return BIO_write_ex(session->arriving, bytes, length, &written) == 1 && written == length ? 1 : ACR_TLS_FAILED;
}

static int outcome(acr_tls_session *session, int result) {
  switch (SSL_get_error(session->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return ACR_TLS_WAIT;
    case SSL_ERROR_ZERO_RETURN: return ACR_TLS_CLOSED;
    default: ERR_clear_error(); return ACR_TLS_FAILED;
  }
}

int acr_tls_handshake(acr_tls_session *session) {
  // SSL_get_error looks at the thread's queue of errors, which other connections may have filled.
  ERR_clear_error();
  int result = SSL_do_handshake(session->ssl);
  if (result == 1) return 1;
  int reason = outcome(session, result);
  return reason == ACR_TLS_CLOSED ? ACR_TLS_FAILED : reason;
}

int acr_tls_read(acr_tls_session *session, void *buffer, int capacity) {
  ERR_clear_error();
  int result = SSL_read(session->ssl, buffer, capacity);
  return result > 0 ? result : outcome(session, result);
}

int acr_tls_write(acr_tls_session *session, const void *bytes, int length) {
  if (length == 0) return 1;
  ERR_clear_error();
  return SSL_write(session->ssl, bytes, length) == length ? 1 : ACR_TLS_FAILED;
}

void acr_tls_shutdown(acr_tls_session *session) {
  ERR_clear_error();
  if (SSL_is_init_finished(session->ssl)) SSL_shutdown(session->ssl);
  ERR_clear_error();
}

size_t acr_tls_pending(acr_tls_session *session) { return BIO_ctrl_pending(session->leaving); }

int acr_tls_drain(acr_tls_session *session, void *buffer, int capacity) {
  int count = BIO_read(session->leaving, buffer, capacity);
  return count > 0 ? count : 0;
}
