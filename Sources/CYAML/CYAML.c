#include "CYAML.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct acr_yaml {
  yaml_parser_t parser;
  yaml_event_t event;
  int has_event;
};

acr_yaml *acr_yaml_new(const unsigned char *bytes, size_t length) {
  acr_yaml *result = calloc(1, sizeof *result);
  if (!result) return NULL;
  if (!yaml_parser_initialize(&result->parser)) {
    free(result);
    return NULL;
  }
  yaml_parser_set_encoding(&result->parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&result->parser, bytes, length);
  return result;
}

void acr_yaml_free(acr_yaml *parser) {
  if (!parser) return;
  if (parser->has_event) yaml_event_delete(&parser->event);
  yaml_parser_delete(&parser->parser);
  free(parser);
}

static acr_yaml_place place(yaml_mark_t mark) {
  acr_yaml_place result = {mark.line, mark.column};
  return result;
}

void acr_yaml_next(acr_yaml *parser, acr_yaml_event *event) {
  memset(event, 0, sizeof *event);
  for (;;) {
    if (parser->has_event) yaml_event_delete(&parser->event);
    parser->has_event = yaml_parser_parse(&parser->parser, &parser->event);
    if (!parser->has_event) {
      event->kind = ACR_YAML_FAILED;
      event->problem = parser->parser.problem ? parser->parser.problem : "memory is short";
      event->start = event->end = place(parser->parser.problem_mark);
      return;
    }
    yaml_event_t *read = &parser->event;
    event->start = place(read->start_mark);
    event->end = place(read->end_mark);
    switch (read->type) {
      case YAML_STREAM_END_EVENT:
        event->kind = ACR_YAML_END;
        return;
      case YAML_DOCUMENT_START_EVENT:
        event->kind = ACR_YAML_DOCUMENT;
        return;
      case YAML_SCALAR_EVENT:
        event->kind = ACR_YAML_SCALAR;
        event->text = (const char *)read->data.scalar.value;
        event->length = read->data.scalar.length;
        event->is_plain = read->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        event->anchor = (const char *)read->data.scalar.anchor;
        event->tag = (const char *)read->data.scalar.tag;
        return;
      case YAML_ALIAS_EVENT:
        event->kind = ACR_YAML_ALIAS;
        event->anchor = (const char *)read->data.alias.anchor;
        return;
      case YAML_SEQUENCE_START_EVENT:
        event->kind = ACR_YAML_LIST_START;
        event->anchor = (const char *)read->data.sequence_start.anchor;
        event->tag = (const char *)read->data.sequence_start.tag;
        return;
      case YAML_SEQUENCE_END_EVENT:
        event->kind = ACR_YAML_LIST_END;
        return;
      case YAML_MAPPING_START_EVENT:
        event->kind = ACR_YAML_MAPPING_START;
        event->anchor = (const char *)read->data.mapping_start.anchor;
        event->tag = (const char *)read->data.mapping_start.tag;
        return;
      case YAML_MAPPING_END_EVENT:
        event->kind = ACR_YAML_MAPPING_END;
        return;
      default:
        // The start of the stream, the end of a document.
        continue;
    }
  }
}
