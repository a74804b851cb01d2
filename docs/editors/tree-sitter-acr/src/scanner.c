// Tokens that depend on what follows: where a line ends a statement, what a brace opens, whether a name is called, and
// whether the first name inside ${ } is a variable. The rules are those of acrsh's parser.

#include <string.h>
#include <tree_sitter/parser.h>

enum Token { NEWLINE, BLOCK_OPEN, RECORD_OPEN, CLOSURE_OPEN, FUNCTION_NAME, BARE_NAME, SPREAD_OPEN, NEVER, ERROR_MARK };

void *tree_sitter_acr_external_scanner_create(void) { return NULL; }
void tree_sitter_acr_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_acr_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}
void tree_sitter_acr_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}

static bool is_letter(int32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }
static bool is_name_part(int32_t c) { return is_letter(c) || is_digit(c); }
static bool is_blank(int32_t c) { return c == ' ' || c == '\t' || c == '\r'; }

static void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

// Blanks, line ends and comments.
static void pass_lines(TSLexer *lexer) {
  for (;;) {
    if (is_blank(lexer->lookahead) || lexer->lookahead == '\n') {
      advance(lexer);
    } else if (lexer->lookahead == '#') {
      while (lexer->lookahead != '\n' && !lexer->eof(lexer)) advance(lexer);
    } else {
      return;
    }
  }
}

// A name whose parts may be joined by `-`; what it is goes into `word`, as far as there is room.
static unsigned pass_name(TSLexer *lexer, char *word, unsigned size, bool takes_dashes) {
  unsigned length = 0;
  while (is_name_part(lexer->lookahead) || (takes_dashes && lexer->lookahead == '-' && length > 0)) {
    if (length + 1 < size) word[length] = (char)lexer->lookahead;
    length++;
    advance(lexer);
  }
  word[length < size ? length : size - 1] = 0;
  return length;
}

static bool is_one_of(const char *word, const char *const *words) {
  for (; *words; words++) {
    if (strcmp(word, *words) == 0) return true;
  }
  return false;
}

static const char *const keywords[] = {"param", "let",   "var",    "if",   "for",     "while", "def",   "try",
                                       "throw", "return", "exit",   "break", "continue", "use",  "else",  "catch",
                                       "finally", "match", "assert", "not",  "true",    "false", "null",  NULL};
static const char *const clauses[] = {"else", "catch", "finally", NULL};
static const char *const operators[] = {"and", "or", "not", "in", "like", NULL};
static const char *const leads[] = {"true", "false", "null", "not", "if", "match", "try", NULL};

// The end of a line ends the statement, unless the next line with anything on it goes on with it.
static bool scan_newline(TSLexer *lexer) {
  advance(lexer);
  lexer->mark_end(lexer);
  pass_lines(lexer);
  if (lexer->lookahead == '|') {
    advance(lexer);
    return lexer->lookahead == '|';
  }
  if (is_letter(lexer->lookahead)) {
    char word[16];
    pass_name(lexer, word, sizeof word, true);
    if (is_one_of(word, clauses)) return false;
  }
  return true;
}

// What stands behind `{`: `|` of a block with names, the key of a record, or statements.
static bool scan_brace(TSLexer *lexer, const bool *valid) {
  advance(lexer);
  lexer->mark_end(lexer);
  if (valid[BLOCK_OPEN] && !valid[RECORD_OPEN]) {
    lexer->result_symbol = BLOCK_OPEN;
    return true;
  }
  pass_lines(lexer);
  if (lexer->lookahead == '|' && valid[CLOSURE_OPEN]) {
    lexer->result_symbol = CLOSURE_OPEN;
    return true;
  }
  lexer->result_symbol = RECORD_OPEN;
  if (!valid[BLOCK_OPEN]) return valid[RECORD_OPEN];
  bool is_record = false;
  if (lexer->lookahead == '}') {
    is_record = true;
  } else if (lexer->lookahead == '.') {
    advance(lexer);
    if (lexer->lookahead == '.') {
      advance(lexer);
      is_record = lexer->lookahead == '.';
    }
  } else {
    bool is_key = false;
    if (lexer->lookahead == '"' || lexer->lookahead == '\'') {
      int32_t quote = lexer->lookahead;
      advance(lexer);
      while (lexer->lookahead != quote && !lexer->eof(lexer)) {
        if (lexer->lookahead == '\\' && quote == '"') advance(lexer);
        advance(lexer);
      }
      is_key = !lexer->eof(lexer);
      advance(lexer);
    } else if (is_letter(lexer->lookahead)) {
      char word[4];
      pass_name(lexer, word, sizeof word, false);
      is_key = true;
    }
    while (is_key && is_blank(lexer->lookahead)) advance(lexer);
    is_record = is_key && lexer->lookahead == ':';
  }
  if (!is_record) lexer->result_symbol = BLOCK_OPEN;
  return true;
}

// True when the first name inside ${ } is a command's for what stands behind it.
static bool starts_command(TSLexer *lexer) {
  if (lexer->lookahead == '-') {
    advance(lexer);
    return is_letter(lexer->lookahead);
  }
  if (!is_blank(lexer->lookahead) && lexer->lookahead != '\n') return false;
  while (is_blank(lexer->lookahead) || lexer->lookahead == '\n') advance(lexer);
  switch (lexer->lookahead) {
    case '"':
    case '\'':
    case '$':
    case '(':
    case '[':
    case '{':
      return true;
    case '-':
      advance(lexer);
      return lexer->lookahead == '-' || is_letter(lexer->lookahead);
    default:
      break;
  }
  if (is_letter(lexer->lookahead)) {
    char word[16];
    pass_name(lexer, word, sizeof word, true);
    return !is_one_of(word, operators);
  }
  return is_digit(lexer->lookahead);
}

static bool scan_name(TSLexer *lexer, const bool *valid) {
  char word[16];
  bool takes_dashes = valid[FUNCTION_NAME];
  unsigned length = 0;
  // A bare name ends at `-`, a function's does not.
  while (is_name_part(lexer->lookahead)) {
    if (length + 1 < sizeof word) word[length] = (char)lexer->lookahead;
    length++;
    advance(lexer);
  }
  word[length < sizeof word ? length : sizeof word - 1] = 0;
  bool is_keyword = is_one_of(word, keywords);
  if (valid[BARE_NAME] && lexer->lookahead != '(' && !is_one_of(word, leads)) {
    lexer->mark_end(lexer);
    lexer->result_symbol = BARE_NAME;
    if (lexer->lookahead == '.') {
      // `module.name(…)` is a call.
      advance(lexer);
      while (is_name_part(lexer->lookahead) || lexer->lookahead == '-') advance(lexer);
      if (lexer->lookahead == '(') return false;
      return true;
    }
    return !starts_command(lexer);
  }
  if (!takes_dashes) return false;
  while (is_name_part(lexer->lookahead) || lexer->lookahead == '-') {
    is_keyword = false;
    advance(lexer);
  }
  if (lexer->lookahead == '.') {
    is_keyword = false;
    advance(lexer);
    if (!is_letter(lexer->lookahead)) return false;
    while (is_name_part(lexer->lookahead) || lexer->lookahead == '-') advance(lexer);
  }
  if (lexer->lookahead != '(' || is_keyword) return false;
  lexer->mark_end(lexer);
  lexer->result_symbol = FUNCTION_NAME;
  return true;
}

// `...` before a value, as an argument; otherwise it is a word.
static bool scan_spread(TSLexer *lexer) {
  for (int i = 0; i < 3; i++) {
    if (lexer->lookahead != '.') return false;
    advance(lexer);
  }
  lexer->mark_end(lexer);
  lexer->result_symbol = SPREAD_OPEN;
  return lexer->lookahead == '$' || lexer->lookahead == '(' || lexer->lookahead == '[';
}

bool tree_sitter_acr_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  (void)payload;
  // Everything is valid only while tree-sitter repairs a text.
  if (valid[ERROR_MARK]) return false;
  while (is_blank(lexer->lookahead) || (lexer->lookahead == '\n' && !valid[NEWLINE])) lexer->advance(lexer, true);
  if (lexer->lookahead == '\n') {
    lexer->result_symbol = NEWLINE;
    return scan_newline(lexer);
  }
  if (lexer->lookahead == '.' && valid[SPREAD_OPEN]) return scan_spread(lexer);
  if (lexer->lookahead == '{') return (valid[BLOCK_OPEN] || valid[RECORD_OPEN]) && scan_brace(lexer, valid);
  if (is_letter(lexer->lookahead)) return (valid[FUNCTION_NAME] || valid[BARE_NAME]) && scan_name(lexer, valid);
  return false;
}
