// For posix_spawn_file_actions_addclosefrom_np, pipe2 and the XSI form of strerror_r on musl.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "CPlatform.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#ifdef __APPLE__
#include <crt_externs.h>
#include <mach-o/dyld.h>
#else
extern char **environ;
#endif

void acr_tune_allocator(void) {
#ifdef __GLIBC__
  // Without "fast bins" nothing is left to be merged in one go (malloc_consolidate).
  mallopt(M_MXFAST, 0);
#endif
}

void acr_error_text(int code, char *buffer, size_t size) {
#ifdef __GLIBC__
  const char *text = strerror_r(code, buffer, size);
  if (text != buffer) snprintf(buffer, size, "%s", text);
#else
  if (strerror_r(code, buffer, size) != 0) snprintf(buffer, size, "error %d", code);
#endif
}

char *const *acr_environment(void) {
#ifdef __APPLE__
  return *_NSGetEnviron();
#else
  return environ;
#endif
}

long acr_program_path(char *buffer, size_t size) {
#ifdef __APPLE__
  uint32_t room = (uint32_t)size;
  return _NSGetExecutablePath(buffer, &room) == 0 ? (long)strlen(buffer) : -1;
#else
  return (long)readlink("/proc/self/exe", buffer, size);
#endif
}

int acr_pipe(int ends[2]) {
#ifdef __APPLE__
  if (pipe(ends) != 0) return -1;
  for (int end = 0; end < 2; end++) fcntl(ends[end], F_SETFD, FD_CLOEXEC);
  return 0;
#else
  return pipe2(ends, O_CLOEXEC);
#endif
}

#if defined(__GLIBC__) && defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 34)
#define HAS_CLOSE_FROM
// Weak: a program that is linked against an older glibc finds it where it runs, or goes without.
#pragma weak posix_spawn_file_actions_addclosefrom_np
#endif
#endif

int acr_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest) {
#ifdef HAS_CLOSE_FROM
  if (posix_spawn_file_actions_addclosefrom_np != NULL) {
    return posix_spawn_file_actions_addclosefrom_np(actions, lowest);
  }
#endif
  (void)actions;
  (void)lowest;
  return ENOSYS;
}

int acr_spawn_change_folder(posix_spawn_file_actions_t *actions, const char *folder) {
#if defined(__GLIBC__) && defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 29)
  return posix_spawn_file_actions_addchdir_np(actions, folder);
#else
  (void)actions;
  (void)folder;
  return ENOSYS;
#endif
#else
  // musl 1.1.24 and macOS 10.15 have it, too.
  return posix_spawn_file_actions_addchdir_np(actions, folder);
#endif
}

short acr_spawn_close_flag(void) {
#ifdef __APPLE__
  return POSIX_SPAWN_CLOEXEC_DEFAULT;
#else
  return 0;
#endif
}

int acr_exit_code(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

int acr_child_has_ended(pid_t child) {
  siginfo_t information;
  memset(&information, 0, sizeof information);
  int result;
  do {
    result = waitid(P_PID, (id_t)child, &information, WEXITED | WNOHANG | WNOWAIT);
  } while (result != 0 && errno == EINTR);
  if (result != 0) return -1;
  return information.si_pid == child;
}

int acr_signal_handle(int number, void (*handler)(int), int restarts, int once) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  action.sa_handler = handler;
  action.sa_flags = (restarts ? SA_RESTART : 0) | (once ? SA_RESETHAND | SA_NODEFER : 0);
  return sigaction(number, &action, NULL);
}

void acr_signal_ignore(int number, int ignored) {
  static struct sigaction before;
  if (ignored) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = SIG_IGN;
    sigaction(number, &action, &before);
  } else {
    sigaction(number, &before, NULL);
  }
}

void acr_signal_ignore_always(int number) { signal(number, SIG_IGN); }

int acr_signal_is_default(int number) {
  struct sigaction action;
  return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_DFL;
}

void acr_signal_reset(int number) {
  signal(number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

int acr_terminal_size(int descriptor, int *columns, int *rows) {
  struct winsize size;
  if (!isatty(descriptor) || ioctl(descriptor, TIOCGWINSZ, &size) != 0) return -1;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 0;
}

int acr_file_lock(int descriptor, int exclusive, int waits) {
  return flock(descriptor, (exclusive ? LOCK_EX : LOCK_SH) | (waits ? 0 : LOCK_NB));
}

void *acr_folder_open(const char *path) { return opendir(path); }

const char *acr_folder_next(void *folder) {
  struct dirent *entry = readdir(folder);
  return entry ? entry->d_name : NULL;
}

void acr_folder_close(void *folder) { closedir(folder); }

struct acr_waiter {
  pthread_mutex_t mutex;
  pthread_cond_t condition;
  int64_t count;
};

acr_waiter *acr_waiter_make(void) {
  acr_waiter *waiter = calloc(1, sizeof *waiter);
  if (!waiter) return NULL;
  pthread_mutex_init(&waiter->mutex, NULL);
#ifdef __APPLE__
  pthread_cond_init(&waiter->condition, NULL);
#else
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&waiter->condition, &attributes);
  pthread_condattr_destroy(&attributes);
#endif
  return waiter;
}

void acr_waiter_free(acr_waiter *waiter) {
  if (!waiter) return;
  pthread_cond_destroy(&waiter->condition);
  pthread_mutex_destroy(&waiter->mutex);
  free(waiter);
}

void acr_waiter_raise(acr_waiter *waiter) {
  if (!waiter) return;
  pthread_mutex_lock(&waiter->mutex);
  waiter->count++;
  pthread_cond_signal(&waiter->condition);
  pthread_mutex_unlock(&waiter->mutex);
}

int acr_waiter_wait(acr_waiter *waiter, int64_t nanoseconds) {
  if (!waiter) return 0;
  struct timespec deadline;
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  // Longer than a century is for ever, and cannot overflow below.
  int limited = nanoseconds >= 0 && nanoseconds < INT64_MAX / 4;
  if (limited) {
    int64_t sum = (int64_t)deadline.tv_nsec + nanoseconds % 1000000000;
    deadline.tv_sec += (time_t)(nanoseconds / 1000000000 + sum / 1000000000);
    deadline.tv_nsec = (long)(sum % 1000000000);
  }
  int result = 0;
  pthread_mutex_lock(&waiter->mutex);
  while (waiter->count == 0 && result == 0) {
    if (!limited) {
      pthread_cond_wait(&waiter->condition, &waiter->mutex);
      continue;
    }
#ifdef __APPLE__
    struct timespec now, rest;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t left = (int64_t)(deadline.tv_sec - now.tv_sec) * 1000000000 + (deadline.tv_nsec - now.tv_nsec);
    if (left <= 0) break;
    rest.tv_sec = (time_t)(left / 1000000000);
    rest.tv_nsec = (long)(left % 1000000000);
    result = pthread_cond_timedwait_relative_np(&waiter->condition, &waiter->mutex, &rest);
#else
    result = pthread_cond_timedwait(&waiter->condition, &waiter->mutex, &deadline);
#endif
  }
  int raised = waiter->count > 0;
  if (raised) waiter->count--;
  pthread_mutex_unlock(&waiter->mutex);
  return raised;
}
