/// What Swift cannot say in one way on glibc, musl and Darwin: calls that are macros or variadic, that only exist with
/// extra definitions, or whose types have other names there. Used by AcrSystem only.

#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// The text of an error number, in a buffer of the caller; always ended by NUL.
void acr_error_text(int code, char *buffer, size_t size);

/// This process's environment.
char *const *acr_environment(void);

/// Keeps glibc's allocator from going through all small freed pieces whenever a large one is freed.
void acr_tune_allocator(void);

/// The path of the running program.
/// Returns its length, or -1 where it is not known.
long acr_program_path(char *buffer, size_t size);

/// A pipe whose ends no other program inherits. 0, or -1 with errno.
int acr_pipe(int ends[2]);

/// Adds "close every descriptor from `lowest` on" to the actions of posix_spawn.
/// Returns 0, or ENOSYS where the system has no such action.
int acr_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest);

/// Adds "change to `folder`" to the actions of posix_spawn. Returns 0, or an errno.
int acr_spawn_change_folder(posix_spawn_file_actions_t *actions, const char *folder);

/// Starts the child with no descriptor open but those the actions name, where the system can do that with a flag
/// (Darwin's POSIX_SPAWN_CLOEXEC_DEFAULT); 0 elsewhere.
short acr_spawn_close_flag(void);

/// The exit code in a status of waitpid: 128 and the number for a program that a signal ended.
int acr_exit_code(int status);

/// 1 when a child has ended and was not collected yet; 0 when it runs; -1 when there is no such child.
int acr_child_has_ended(pid_t child);

/// Sets a handler. `restarts`: calls that were interrupted go on. `once`: the default action is back after the first time.
int acr_signal_handle(int number, void (*handler)(int), int restarts, int once);

/// Ignores a signal, or gives it back the action it had before it was ignored so. One signal at a time.
void acr_signal_ignore(int number, int ignored);

/// Ignores a signal from now on.
void acr_signal_ignore_always(int number);

/// 1 where a signal has its default action.
int acr_signal_is_default(int number);

/// Gives a signal its default action and unblocks it on this thread.
void acr_signal_reset(int number);

/// Columns and rows of the terminal behind a descriptor. 0, or -1 where there is none.
int acr_terminal_size(int descriptor, int *columns, int *rows);

/// Takes or waits for the lock of an open file (flock): `exclusive`, `waits`. 0, or -1 with errno.
int acr_file_lock(int descriptor, int exclusive, int waits);

/// The names in a folder. `acr_folder_next` returns NULL at the end; the text is good until the next call.
void *acr_folder_open(const char *path);
const char *acr_folder_next(void *folder);
void acr_folder_close(void *folder);

/// A count that one thread raises and another waits for, by the clock that only runs forward.
typedef struct acr_waiter acr_waiter;
acr_waiter *acr_waiter_make(void);
void acr_waiter_free(acr_waiter *waiter);
void acr_waiter_raise(acr_waiter *waiter);
/// Waits at most so many nanoseconds; for ever when negative. 1 when it was raised, 0 when the time was over.
int acr_waiter_wait(acr_waiter *waiter, int64_t nanoseconds);

#endif
