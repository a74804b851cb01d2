#ifndef ACR_CYAML_H
#define ACR_CYAML_H

#include <stddef.h>

// libyaml's events as plain values: its own structures are unions, which Swift reads poorly.

/// A parser of one text; it may be used by one thread at a time.
typedef struct acr_yaml acr_yaml;

/// What an event is.
enum acr_yaml_kind {
  ACR_YAML_FAILED = -1,
  ACR_YAML_END = 0,
  ACR_YAML_DOCUMENT = 1,
  ACR_YAML_SCALAR = 2,
  ACR_YAML_ALIAS = 3,
  ACR_YAML_LIST_START = 4,
  ACR_YAML_LIST_END = 5,
  ACR_YAML_MAPPING_START = 6,
  ACR_YAML_MAPPING_END = 7,
};

/// A place: line and column in characters, both from 0.
typedef struct {
  size_t line;
  size_t column;
} acr_yaml_place;

/// An event. Its texts live until the next one is asked for.
typedef struct {
  int kind;
  acr_yaml_place start;
  acr_yaml_place end;
  /// A scalar's text as UTF-8; it may hold NUL.
  const char *text;
  size_t length;
  /// Whether a scalar is written without quotes.
  int is_plain;
  /// The anchor that a node has or an alias names; NULL when there is none.
  const char *anchor;
  /// The tag; NULL when there is none.
  const char *tag;
  /// What is wrong, in libyaml's words, for ACR_YAML_FAILED.
  const char *problem;
} acr_yaml_event;

/// Starts reading UTF-8; the bytes must live as long as the parser. NULL when memory is short.
acr_yaml *acr_yaml_new(const unsigned char *bytes, size_t length);
void acr_yaml_free(acr_yaml *parser);

/// Reads the next event.
void acr_yaml_next(acr_yaml *parser, acr_yaml_event *event);

#endif
