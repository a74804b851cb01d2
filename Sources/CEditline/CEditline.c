// For wcwidth(3).
#define _XOPEN_SOURCE 700

#include "CEditline.h"

#include <stddef.h>

int ceditline_set_prompt(EditLine *editor, ceditline_prompt prompt, char marker) {
  return el_set(editor, EL_PROMPT_ESC, prompt, marker);
}

int ceditline_set_client_data(EditLine *editor, void *data) { return el_set(editor, EL_CLIENTDATA, data); }

void *ceditline_client_data(EditLine *editor) {
  void *data = NULL;
  return el_get(editor, EL_CLIENTDATA, &data) == 0 ? data : NULL;
}

int ceditline_set_reader(EditLine *editor, ceditline_reader reader) { return el_set(editor, EL_GETCFN, reader); }

int ceditline_set_signal_handling(EditLine *editor, int enabled) { return el_set(editor, EL_SIGNAL, enabled); }

int ceditline_prepare_terminal(EditLine *editor) { return el_set(editor, EL_PREP_TERM, 1); }

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

int ceditline_columns(wchar_t character) { return wcwidth(character); }
