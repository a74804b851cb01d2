#include "CCurl.h"
#include "Descriptors.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// curl.h wraps these in type-checking macros, which would get in the way of the pointers of the same names.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

static struct {
  __typeof__(curl_global_init) *global_init;
  __typeof__(curl_version_info) *version_info;
  __typeof__(curl_easy_init) *easy_init;
  __typeof__(curl_easy_reset) *easy_reset;
  __typeof__(curl_easy_cleanup) *easy_cleanup;
  __typeof__(curl_easy_pause) *easy_pause;
  __typeof__(curl_easy_strerror) *easy_strerror;
  __typeof__(curl_easy_setopt) *easy_setopt;
  __typeof__(curl_easy_getinfo) *easy_getinfo;
  __typeof__(curl_slist_append) *slist_append;
  __typeof__(curl_slist_free_all) *slist_free_all;
  __typeof__(curl_multi_init) *multi_init;
  __typeof__(curl_multi_cleanup) *multi_cleanup;
  __typeof__(curl_multi_setopt) *multi_setopt;
  __typeof__(curl_multi_add_handle) *multi_add_handle;
  __typeof__(curl_multi_remove_handle) *multi_remove_handle;
  __typeof__(curl_multi_socket_action) *multi_socket_action;
  __typeof__(curl_multi_info_read) *multi_info_read;
} curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *failure;
static char failure_text[512];

static void *find(void *library, const char *name) {
  void *symbol = dlsym(library, name);
  if (symbol == NULL && failure == NULL) {
    snprintf(failure_text, sizeof failure_text, "%s is missing in it", name);
    failure = failure_text;
  }
  return symbol;
}

#ifdef __APPLE__
static const char library_name[] = "libcurl.4.dylib";
#else
static const char library_name[] = "libcurl.so.4";
#endif

static void load(void) {
  void *library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    const char *reason = dlerror();
    snprintf(failure_text, sizeof failure_text, "%s", reason != NULL ? reason : "no reason given");
    failure = failure_text;
    return;
  }
  curl.global_init = find(library, "curl_global_init");
  curl.version_info = find(library, "curl_version_info");
  curl.easy_init = find(library, "curl_easy_init");
  curl.easy_reset = find(library, "curl_easy_reset");
  curl.easy_cleanup = find(library, "curl_easy_cleanup");
  curl.easy_pause = find(library, "curl_easy_pause");
  curl.easy_strerror = find(library, "curl_easy_strerror");
  curl.easy_setopt = find(library, "curl_easy_setopt");
  curl.easy_getinfo = find(library, "curl_easy_getinfo");
  curl.slist_append = find(library, "curl_slist_append");
  curl.slist_free_all = find(library, "curl_slist_free_all");
  curl.multi_init = find(library, "curl_multi_init");
  curl.multi_cleanup = find(library, "curl_multi_cleanup");
  curl.multi_setopt = find(library, "curl_multi_setopt");
  curl.multi_add_handle = find(library, "curl_multi_add_handle");
  curl.multi_remove_handle = find(library, "curl_multi_remove_handle");
  curl.multi_socket_action = find(library, "curl_multi_socket_action");
  curl.multi_info_read = find(library, "curl_multi_info_read");
  if (failure == NULL && curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    failure = "its initialisation failed";
  }
}

const char *acr_curl_load(void) {
  pthread_once(&once, load);
  return failure;
}

unsigned int acr_curl_version(void) {
  return curl.version_info == NULL ? 0 : curl.version_info(CURLVERSION_NOW)->version_num;
}

const char *acr_curl_version_text(void) {
  return curl.version_info == NULL ? "" : curl.version_info(CURLVERSION_NOW)->version;
}

CURL *acr_curl_easy_init(void) { return curl.easy_init(); }
void acr_curl_easy_reset(CURL *easy) { curl.easy_reset(easy); }
void acr_curl_easy_cleanup(CURL *easy) { curl.easy_cleanup(easy); }
CURLcode acr_curl_easy_pause(CURL *easy, int directions) { return curl.easy_pause(easy, directions); }
const char *acr_curl_easy_strerror(CURLcode code) { return curl.easy_strerror(code); }

CURLcode acr_curl_easy_setopt_long(CURL *easy, CURLoption option, long value) {
  return curl.easy_setopt(easy, option, value);
}

CURLcode acr_curl_easy_setopt_offset(CURL *easy, CURLoption option, curl_off_t value) {
  return curl.easy_setopt(easy, option, value);
}

CURLcode acr_curl_easy_setopt_string(CURL *easy, CURLoption option, const char *value) {
  return curl.easy_setopt(easy, option, value);
}

CURLcode acr_curl_easy_setopt_pointer(CURL *easy, CURLoption option, void *value) {
  return curl.easy_setopt(easy, option, value);
}

CURLcode acr_curl_easy_setopt_list(CURL *easy, CURLoption option, struct curl_slist *value) {
  return curl.easy_setopt(easy, option, value);
}

CURLcode acr_curl_easy_setopt_data_callback(CURL *easy, CURLoption option, acr_curl_data_callback value) {
  return curl.easy_setopt(easy, option, value);
}

CURLcode acr_curl_easy_setopt_seek_callback(CURL *easy, acr_curl_seek_callback value) {
  return curl.easy_setopt(easy, CURLOPT_SEEKFUNCTION, value);
}

CURLcode acr_curl_easy_setopt_prerequest_callback(CURL *easy, acr_curl_prerequest_callback value) {
  return curl.easy_setopt(easy, (CURLoption)ACR_CURLOPT_PREREQFUNCTION, value);
}

// One function for all handles: their data differ, what is asked does not.
static acr_curl_address_callback is_address_allowed;

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to) {
  (void)purpose;
  char text[NI_MAXHOST] = "";
  getnameinfo(&to->addr, (socklen_t)to->addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST);
  acr_curl_address_callback ask = __atomic_load_n(&is_address_allowed, __ATOMIC_ACQUIRE);
  if (ask != NULL && !ask(context, text)) return CURL_SOCKET_BAD;
#ifdef SOCK_CLOEXEC
  return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
#else
  int opened = socket(to->family, to->socktype, to->protocol);
  if (opened >= 0) fcntl(opened, F_SETFD, FD_CLOEXEC);
  return opened;
#endif
}

CURLcode acr_curl_easy_setopt_address_callback(CURL *easy, acr_curl_address_callback value, void *context) {
  __atomic_store_n(&is_address_allowed, value, __ATOMIC_RELEASE);
  CURLcode code = curl.easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
  return code != CURLE_OK ? code : curl.easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
}

CURLcode acr_curl_easy_getinfo_long(CURL *easy, CURLINFO info, long *value) {
  return curl.easy_getinfo(easy, info, value);
}

CURLcode acr_curl_easy_getinfo_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
  return curl.easy_getinfo(easy, info, value);
}

CURLcode acr_curl_easy_getinfo_string(CURL *easy, CURLINFO info, const char **value) {
  return curl.easy_getinfo(easy, info, value);
}

struct curl_slist *acr_curl_slist_append(struct curl_slist *list, const char *text) {
  return curl.slist_append(list, text);
}

void acr_curl_slist_free_all(struct curl_slist *list) { curl.slist_free_all(list); }

CURLMcode acr_curl_multi_setopt_long(CURLM *multi, CURLMoption option, long value) {
  return curl.multi_setopt(multi, option, value);
}

CURLMcode acr_curl_multi_add_handle(CURLM *multi, CURL *easy) { return curl.multi_add_handle(multi, easy); }
CURLMcode acr_curl_multi_remove_handle(CURLM *multi, CURL *easy) { return curl.multi_remove_handle(multi, easy); }
CURL *acr_curl_multi_next_done(CURLM *multi, CURLcode *result) {
  int left = 0;
  CURLMsg *message;
  while ((message = curl.multi_info_read(multi, &left)) != NULL) {
    if (message->msg == CURLMSG_DONE) {
      *result = message->data.result;
      return message->easy_handle;
    }
  }
  return NULL;
}

// MARK: The loop

struct acr_curl_loop {
  CURLM *multi;
  // The read end and the write end of what wakes the loop.
  int wake[2];
  // The wake descriptor and the connections.
  acr_descriptors *descriptors;
  // When the library wants to be called, in milliseconds; -1 for never.
  long long deadline;
};

static long long now_milliseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (long long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int socket_changed(CURL *easy, curl_socket_t socket, int what, void *context, void *known) {
  (void)easy, (void)known;
  acr_curl_loop *loop = context;
  // A connection that nothing is wanted of would still report that it was closed, again and again.
  if (what == CURL_POLL_REMOVE || what == CURL_POLL_NONE) {
    acr_descriptors_remove(loop->descriptors, socket);
    return 0;
  }
  int wanted = 0;
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) wanted |= ACR_READABLE;
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) wanted |= ACR_WRITABLE;
  // Without memory the transfer is never heard of again, and ends by its limit of time.
  acr_descriptors_set(loop->descriptors, socket, wanted);
  return 0;
}

static int timer_changed(CURLM *multi, long milliseconds, void *context) {
  (void)multi;
  acr_curl_loop *loop = context;
  loop->deadline = milliseconds < 0 ? -1 : now_milliseconds() + milliseconds;
  return 0;
}

acr_curl_loop *acr_curl_loop_create(void) {
  acr_curl_loop *loop = calloc(1, sizeof *loop);
  if (loop == NULL) return NULL;
  loop->deadline = -1;
  loop->wake[0] = loop->wake[1] = -1;
  loop->multi = curl.multi_init();
  loop->descriptors = acr_descriptors_create();
  if (loop->multi == NULL || loop->descriptors == NULL || pipe(loop->wake) != 0 ||
      !acr_descriptors_set(loop->descriptors, loop->wake[0], ACR_READABLE)) {
    acr_curl_loop_free(loop);
    return NULL;
  }
  for (int end = 0; end < 2; end++) {
    fcntl(loop->wake[end], F_SETFD, FD_CLOEXEC);
    fcntl(loop->wake[end], F_SETFL, O_NONBLOCK);
  }
  curl.multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
  curl.multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
  curl.multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, timer_changed);
  curl.multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
  return loop;
}

void acr_curl_loop_free(acr_curl_loop *loop) {
  // Closing connections still changes what is waited for.
  if (loop->multi != NULL) curl.multi_cleanup(loop->multi);
  for (int end = 0; end < 2; end++) {
    if (loop->wake[end] >= 0) close(loop->wake[end]);
  }
  acr_descriptors_free(loop->descriptors);
  free(loop);
}

CURLM *acr_curl_loop_multi(acr_curl_loop *loop) { return loop->multi; }

void acr_curl_loop_wakeup(acr_curl_loop *loop) {
  // A full pipe wakes as well.
  ssize_t written = write(loop->wake[1], "", 1);
  (void)written;
}

void acr_curl_loop_run_due(acr_curl_loop *loop) {
  int running = 0;
  // The library sets the next deadline meanwhile.
  for (int turn = 0; turn < 100 && loop->deadline >= 0 && loop->deadline <= now_milliseconds(); turn++) {
    loop->deadline = -1;
    curl.multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  }
}

int acr_curl_loop_wait(acr_curl_loop *loop, int milliseconds) {
  if (loop->deadline >= 0) {
    long long left = loop->deadline - now_milliseconds();
    if (left < milliseconds) milliseconds = left < 0 ? 0 : (int)left;
  }
  const acr_ready *found = NULL;
  int count = acr_descriptors_wait(loop->descriptors, milliseconds, &found);
  int ready = 0;
  for (int index = 0; index < count; index++) {
    acr_ready one = found[index];
    if (one.descriptor == loop->wake[0]) {
      char bytes[64];
      while (read(loop->wake[0], bytes, sizeof bytes) == sizeof bytes) {}
      continue;
    }
    ready++;
    // A connection may have ended while another one was dealt with.
    if (!acr_descriptors_has(loop->descriptors, one.descriptor)) continue;
    int what = 0, running = 0;
    if (one.what & ACR_READABLE) what |= CURL_CSELECT_IN;
    if (one.what & ACR_WRITABLE) what |= CURL_CSELECT_OUT;
    if (one.what & ACR_BROKEN) what |= CURL_CSELECT_ERR;
    curl.multi_socket_action(loop->multi, one.descriptor, what, &running);
  }
  acr_curl_loop_run_due(loop);
  return ready;
}
