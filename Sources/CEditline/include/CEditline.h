/// libedit's native interface is a handful of variadic functions, which Swift cannot call. Each function here is one of
/// their uses with its types written down; everything that is not variadic comes from <histedit.h> itself.
///
/// The narrow calls are used throughout: with a UTF-8 locale libedit converts inside, and counts are bytes.

#ifndef CEDITLINE_H
#define CEDITLINE_H

#include <histedit.h>
#include <stdint.h>

/// A function that returns the prompt's text; libedit does not free it.
typedef char *(*ceditline_prompt)(EditLine *);

/// A function bound to keys; returns one of the CC_ constants.
typedef unsigned char (*ceditline_function)(EditLine *, int);

/// A function that reads one code point; returns 1, 0 at the end of input, or -1 with errno set. (libedit's own takes a
/// wchar_t, which is signed on some processors and unsigned on others.)
typedef int (*ceditline_reader)(EditLine *, uint32_t *);

/// Opens an editor with streams of its own on the descriptors, so that libedit's buffering never mixes with the program's.
/// NULL where there is no memory or no descriptor for it.
EditLine *ceditline_open(const char *program, int input, int output);

/// Closes the editor and its streams.
void ceditline_close(EditLine *editor);

/// Chooses UTF-8 for characters: libedit drops typed characters and crashes on prompts that the locale cannot show, and
/// never sets the locale itself.
void ceditline_use_utf8(void);

/// el_gets, with errno of its failure (0 where there was none), and whether that means that the terminal is gone.
const char *ceditline_gets(EditLine *editor, int *count, int *failure, int *is_gone);

/// Sets errno as an interrupted read does: for a reader that returns -1 after ^C.
void ceditline_interrupt(void);

/// EL_PROMPT_ESC: `marker` stands before and behind each run of characters that take no room on the screen.
int ceditline_set_prompt(EditLine *editor, ceditline_prompt prompt, char marker);

/// EL_CLIENTDATA.
int ceditline_set_client_data(EditLine *editor, void *data);
void *ceditline_client_data(EditLine *editor);

/// EL_GETCFN. All editors of a process have one reader.
int ceditline_set_reader(EditLine *editor, ceditline_reader reader);

/// EL_SIGNAL: 0 leaves signals to the program.
int ceditline_set_signal_handling(EditLine *editor, int enabled);

/// EL_PREP_TERM: puts the terminal into the mode for editing; el_gets puts it back when it returns.
int ceditline_prepare_terminal(EditLine *editor);

/// EL_PREP_TERM with 0: the terminal as it was before.
int ceditline_restore_terminal(EditLine *editor);

/// EL_EDITOR: "emacs" or "vi".
int ceditline_set_key_map(EditLine *editor, const char *name);
const char *ceditline_key_map(EditLine *editor);

/// EL_ADDFN.
int ceditline_add_function(EditLine *editor, const char *name, const char *help, ceditline_function function);

/// EL_BIND in the main map, and in vi's command map (`bind -a`).
int ceditline_bind(EditLine *editor, const char *key, const char *function);
int ceditline_bind_alternative(EditLine *editor, const char *key, const char *function);

/// EL_REFRESH: forgets what is on the screen and draws prompt and line at the cursor.
int ceditline_redraw(EditLine *editor);

/// EL_HIST with a narrow history.
int ceditline_set_history(EditLine *editor, History *history);

/// H_SETSIZE, H_SETUNIQUE and H_ENTER.
int ceditline_history_set_size(History *history, int size);
int ceditline_history_set_unique(History *history, int enabled);
int ceditline_history_enter(History *history, const char *line);

/// wcwidth(3), by which libedit lays out the line; -1 for what the locale cannot show. (Not variadic, but declared only for
/// X/Open programs, which Swift's view of the C library is not.)
int ceditline_columns(uint32_t scalar);

#endif
