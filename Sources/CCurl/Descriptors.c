#include "Descriptors.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/epoll.h>
#endif

enum { MOST_READY = 64 };

struct acr_descriptors {
#ifdef __linux__
  int queue;
#else
  // What is waited for, in any order.
  struct pollfd *polled;
  int count;
  int capacity;
#endif
  // By descriptor: 0 where it is not waited for; else what for (epoll), or its place in `polled` and one more.
  int *known;
  int known_count;
  acr_ready ready[MOST_READY];
};

static bool remember(acr_descriptors *set, int descriptor) {
  if (descriptor < set->known_count) return true;
  int count = descriptor + 64;
  int *known = realloc(set->known, (size_t)count * sizeof *known);
  if (known == NULL) return false;
  memset(known + set->known_count, 0, (size_t)(count - set->known_count) * sizeof *known);
  set->known = known;
  set->known_count = count;
  return true;
}

bool acr_descriptors_has(acr_descriptors *set, int descriptor) {
  return descriptor >= 0 && descriptor < set->known_count && set->known[descriptor] != 0;
}

#ifdef __linux__

acr_descriptors *acr_descriptors_create(void) {
  acr_descriptors *set = calloc(1, sizeof *set);
  if (set == NULL) return NULL;
  set->queue = epoll_create1(EPOLL_CLOEXEC);
  if (set->queue >= 0) return set;
  free(set);
  return NULL;
}

void acr_descriptors_free(acr_descriptors *set) {
  if (set == NULL) return;
  close(set->queue);
  free(set->known);
  free(set);
}

bool acr_descriptors_set(acr_descriptors *set, int descriptor, int what) {
  if (!remember(set, descriptor)) return false;
  struct epoll_event event = {.data.fd = descriptor};
  if (what & ACR_READABLE) event.events |= EPOLLIN;
  if (what & ACR_WRITABLE) event.events |= EPOLLOUT;
  int operation = set->known[descriptor] == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (epoll_ctl(set->queue, operation, descriptor, &event) != 0) {
    // A descriptor that was closed left the queue by itself, and its number may be another one's by now.
    operation = operation == EPOLL_CTL_ADD ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(set->queue, operation, descriptor, &event) != 0) return false;
  }
  set->known[descriptor] = what;
  return true;
}

void acr_descriptors_remove(acr_descriptors *set, int descriptor) {
  if (!acr_descriptors_has(set, descriptor)) return;
  set->known[descriptor] = 0;
  epoll_ctl(set->queue, EPOLL_CTL_DEL, descriptor, NULL);
}

int acr_descriptors_wait(acr_descriptors *set, int milliseconds, const acr_ready **ready) {
  struct epoll_event events[MOST_READY];
  int count = epoll_wait(set->queue, events, MOST_READY, milliseconds);
  for (int index = 0; index < count; index++) {
    int what = 0;
    if (events[index].events & (EPOLLIN | EPOLLHUP)) what |= ACR_READABLE;
    if (events[index].events & EPOLLOUT) what |= ACR_WRITABLE;
    if (events[index].events & EPOLLERR) what |= ACR_BROKEN;
    set->ready[index] = (acr_ready){.descriptor = events[index].data.fd, .what = what};
  }
  *ready = set->ready;
  return count < 0 ? 0 : count;
}

#else

acr_descriptors *acr_descriptors_create(void) { return calloc(1, sizeof(acr_descriptors)); }

void acr_descriptors_free(acr_descriptors *set) {
  if (set == NULL) return;
  free(set->polled);
  free(set->known);
  free(set);
}

bool acr_descriptors_set(acr_descriptors *set, int descriptor, int what) {
  if (!remember(set, descriptor)) return false;
  if (set->known[descriptor] == 0) {
    if (set->count == set->capacity) {
      struct pollfd *polled = realloc(set->polled, (size_t)(set->capacity + 64) * sizeof *polled);
      if (polled == NULL) return false;
      set->polled = polled;
      set->capacity += 64;
    }
    set->known[descriptor] = ++set->count;
  }
  short events = 0;
  if (what & ACR_READABLE) events |= POLLIN;
  if (what & ACR_WRITABLE) events |= POLLOUT;
  set->polled[set->known[descriptor] - 1] = (struct pollfd){.fd = descriptor, .events = events};
  return true;
}

void acr_descriptors_remove(acr_descriptors *set, int descriptor) {
  if (!acr_descriptors_has(set, descriptor)) return;
  int place = set->known[descriptor] - 1;
  struct pollfd last = set->polled[--set->count];
  set->known[descriptor] = 0;
  if (last.fd == descriptor) return;
  set->polled[place] = last;
  set->known[last.fd] = place + 1;
}

int acr_descriptors_wait(acr_descriptors *set, int milliseconds, const acr_ready **ready) {
  int count = 0;
  if (poll(set->polled, (nfds_t)set->count, milliseconds) > 0) {
    for (int place = 0; place < set->count && count < MOST_READY; place++) {
      short found = set->polled[place].revents;
      if (found == 0) continue;
      int what = 0;
      if (found & (POLLIN | POLLHUP)) what |= ACR_READABLE;
      if (found & POLLOUT) what |= ACR_WRITABLE;
      if (found & (POLLERR | POLLNVAL)) what |= ACR_BROKEN;
      set->ready[count++] = (acr_ready){.descriptor = set->polled[place].fd, .what = what};
    }
  }
  *ready = set->ready;
  return count;
}

#endif
