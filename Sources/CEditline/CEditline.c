// For wcwidth(3).
#define _XOPEN_SOURCE 700

#include "CEditline.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

static FILE *copy_of(int descriptor, const char *mode) {
  int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) return NULL;
  FILE *file = fdopen(copy, mode);
  if (file == NULL) close(copy);
  return file;
}

EditLine *ceditline_open(const char *program, int input, int output) {
  FILE *files[3] = {copy_of(input, "r"), copy_of(output, "w"), copy_of(output, "w")};
  EditLine *editor = NULL;
  if (files[0] && files[1] && files[2]) {
    editor = el_init_fd(program, files[0], files[1], files[2], input, output, output);
  }
  for (int index = 0; editor == NULL && index < 3; index++) {
    if (files[index]) fclose(files[index]);
  }
  return editor;
}

void ceditline_close(EditLine *editor) {
  FILE *files[3] = {NULL, NULL, NULL};
  for (int index = 0; index < 3; index++) el_get(editor, EL_GETFP, index, &files[index]);
  el_end(editor);
  for (int index = 0; index < 3; index++) {
    if (files[index]) fclose(files[index]);
  }
}

void ceditline_use_utf8(void) {
  setlocale(LC_CTYPE, "");
  if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) setlocale(LC_CTYPE, "C.UTF-8");
}

const char *ceditline_gets(EditLine *editor, int *count, int *failure, int *is_gone) {
  errno = 0;
  const char *line = el_gets(editor, count);
  *failure = line && *count > 0 ? 0 : errno;
  *is_gone = *failure == EIO;
  return line;
}

void ceditline_interrupt(void) { errno = EINTR; }

int ceditline_set_prompt(EditLine *editor, ceditline_prompt prompt, char marker) {
  return el_set(editor, EL_PROMPT_ESC, prompt, marker);
}

int ceditline_set_client_data(EditLine *editor, void *data) { return el_set(editor, EL_CLIENTDATA, data); }

void *ceditline_client_data(EditLine *editor) {
  void *data = NULL;
  return el_get(editor, EL_CLIENTDATA, &data) == 0 ? data : NULL;
}

static ceditline_reader current_reader;

static int read_character(EditLine *editor, wchar_t *character) {
  uint32_t scalar = 0;
  int result = current_reader(editor, &scalar);
  if (result == 1) *character = (wchar_t)scalar;
  return result;
}

int ceditline_set_reader(EditLine *editor, ceditline_reader reader) {
  current_reader = reader;
  return el_set(editor, EL_GETCFN, read_character);
}

int ceditline_set_signal_handling(EditLine *editor, int enabled) { return el_set(editor, EL_SIGNAL, enabled); }

int ceditline_prepare_terminal(EditLine *editor) { return el_set(editor, EL_PREP_TERM, 1); }

int ceditline_restore_terminal(EditLine *editor) { return el_set(editor, EL_PREP_TERM, 0); }

int ceditline_set_key_map(EditLine *editor, const char *name) { return el_set(editor, EL_EDITOR, name); }

const char *ceditline_key_map(EditLine *editor) {
  const char *name = NULL;
  return el_get(editor, EL_EDITOR, &name) == 0 ? name : NULL;
}

int ceditline_add_function(EditLine *editor, const char *name, const char *help, ceditline_function function) {
  return el_set(editor, EL_ADDFN, name, help, function);
}

int ceditline_bind(EditLine *editor, const char *key, const char *function) {
  return el_set(editor, EL_BIND, key, function, NULL);
}

int ceditline_bind_alternative(EditLine *editor, const char *key, const char *function) {
  return el_set(editor, EL_BIND, "-a", key, function, NULL);
}

int ceditline_redraw(EditLine *editor) { return el_set(editor, EL_REFRESH); }

int ceditline_set_history(EditLine *editor, History *list) { return el_set(editor, EL_HIST, history, (void *)list); }

int ceditline_history_set_size(History *list, int size) {
  HistEvent event;
  return history(list, &event, H_SETSIZE, size);
}

int ceditline_history_set_unique(History *list, int enabled) {
  HistEvent event;
  return history(list, &event, H_SETUNIQUE, enabled);
}

int ceditline_history_enter(History *list, const char *line) {
  HistEvent event;
  return history(list, &event, H_ENTER, line);
}

int ceditline_columns(uint32_t scalar) { return wcwidth((wchar_t)scalar); }
