#ifndef ACR_CCURL_H
#define ACR_CCURL_H

#include <curl/curl.h>
#include <stdint.h>

// libcurl's calls for Swift: the variadic ones get one typed function per argument type, because Swift cannot call
// variadic C functions. The library itself is opened on first use and not linked, so that a program that sends no
// request does not pay the 10 ms that the dynamic linker needs for libcurl and the thirty libraries behind it.

// Options that headers of older versions lack. Whether the library has them is told by `acr_curl_version` and by the result
// of setting them, not by the headers this was compiled with.
enum {
  ACR_CURLOPT_PREREQFUNCTION = 20312,  // 7.80
  ACR_CURLOPT_PREREQDATA = 10313,      // 7.80
  ACR_CURLOPT_PROTOCOLS = 181,         // until PROTOCOLS_STR
  ACR_CURLOPT_PROTOCOLS_STR = 10318,   // 7.85
  ACR_CURLOPT_QUICK_EXIT = 322,        // 7.87
  ACR_CURL_PREREQFUNC_OK = 0,
  ACR_CURL_PREREQFUNC_ABORT = 1,
  ACR_CURLPROTO_HTTP_HTTPS = 3
};

/// Opens libcurl and initialises it, once; safe to call from any thread, and cheap after the first time.
/// Returns NULL, or the reason why the library cannot be used. Every other function here needs a successful call first.
const char *acr_curl_load(void);

typedef size_t (*acr_curl_data_callback)(char *bytes, size_t size, size_t count, void *context);
typedef int (*acr_curl_seek_callback)(void *context, curl_off_t offset, int origin);
typedef int (*acr_curl_prerequest_callback)(
  void *context, char *remote_address, char *local_address, int remote_port, int local_port);

/// The version of the library that was opened, as `0xXXYYZZ`; 0 before that.
unsigned int acr_curl_version(void);
/// The same as text, which stays valid.
const char *acr_curl_version_text(void);

CURL *acr_curl_easy_init(void);
void acr_curl_easy_reset(CURL *easy);
void acr_curl_easy_cleanup(CURL *easy);
CURLcode acr_curl_easy_pause(CURL *easy, int directions);
const char *acr_curl_easy_strerror(CURLcode code);

CURLcode acr_curl_easy_setopt_long(CURL *easy, CURLoption option, long value);
CURLcode acr_curl_easy_setopt_offset(CURL *easy, CURLoption option, curl_off_t value);
CURLcode acr_curl_easy_setopt_string(CURL *easy, CURLoption option, const char *value);
CURLcode acr_curl_easy_setopt_pointer(CURL *easy, CURLoption option, void *value);
CURLcode acr_curl_easy_setopt_list(CURL *easy, CURLoption option, struct curl_slist *value);
CURLcode acr_curl_easy_setopt_data_callback(CURL *easy, CURLoption option, acr_curl_data_callback value);
CURLcode acr_curl_easy_setopt_seek_callback(CURL *easy, acr_curl_seek_callback value);
CURLcode acr_curl_easy_setopt_prerequest_callback(CURL *easy, acr_curl_prerequest_callback value);

/// Decides about each address that a connection is to be opened to; 0 refuses it. `address` is numeric.
typedef int (*acr_curl_address_callback)(void *context, const char *address);
/// Opens sockets for a handle, closed in programs that this one starts, and asks about each address before.
CURLcode acr_curl_easy_setopt_address_callback(CURL *easy, acr_curl_address_callback value, void *context);

CURLcode acr_curl_easy_getinfo_long(CURL *easy, CURLINFO info, long *value);
CURLcode acr_curl_easy_getinfo_offset(CURL *easy, CURLINFO info, curl_off_t *value);
CURLcode acr_curl_easy_getinfo_string(CURL *easy, CURLINFO info, const char **value);

struct curl_slist *acr_curl_slist_append(struct curl_slist *list, const char *text);
void acr_curl_slist_free_all(struct curl_slist *list);

CURLMcode acr_curl_multi_setopt_long(CURLM *multi, CURLMoption option, long value);
CURLMcode acr_curl_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode acr_curl_multi_remove_handle(CURLM *multi, CURL *easy);

/// A multi handle and what it waits for. Only the transfers are looked at on whose connections something happened;
/// `curl_multi_perform` looks at each of them every time. All but the wake-up belongs to one thread.
typedef struct acr_curl_loop acr_curl_loop;

/// NULL where memory or descriptors are used up.
acr_curl_loop *acr_curl_loop_create(void);
/// Closes all connections. No transfer may be left.
void acr_curl_loop_free(acr_curl_loop *loop);
CURLM *acr_curl_loop_multi(acr_curl_loop *loop);
/// Lets new transfers begin, and those go on that were paused or have waited long enough.
void acr_curl_loop_run_due(acr_curl_loop *loop);
/// Waits for a connection, for the wake-up, or for so many milliseconds at most, and lets transfers go on.
/// Returns on how many connections something happened.
int acr_curl_loop_wait(acr_curl_loop *loop, int milliseconds);
/// Ends a wait; from any thread.
void acr_curl_loop_wakeup(acr_curl_loop *loop);

/// The next finished transfer and its result; NULL when there is none.
CURL *acr_curl_multi_next_done(CURLM *multi, CURLcode *result);

#endif
