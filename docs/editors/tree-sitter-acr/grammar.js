// The grammar of acr for tree-sitter, after docs/GRAMMAR.md. scripts/check-grammar compares it with acrsh's own parser.
//
// Where a command's arguments end depends on what is around it, so commands, words and pipelines exist three times:
//   plain  a line of its own, or inside ( )
//   item   in a list, a record or a call, where a comma ends them
//   head   between `if`, `while`, `for … in`, `match` and their block, where `{` ends them
// What a brace opens, where a line ends a statement, and whether a name is called is for src/scanner.c to say.

const contexts = ['plain', 'item', 'head'];

const name = /[A-Za-z_][A-Za-z0-9_]*/;
const commandName = /[A-Za-z_][^\s"'|;&()\[\]{}<>$]*/;
const itemCommandName = /[A-Za-z_][^\s"'|;&()\[\]{}<>$,]*/;
// A backslash at the end of a line goes on with the next one.
const fragment = /([^\s"'|;&()\[\]{}<>$\\#]|\\[^\s"'|;&()\[\]{}<>$])([^\s"'|;&()\[\]{}<>$\\]|\\[^\s"'|;&()\[\]{}<>$])*/;
const itemFragment = /([^\s"'|;&()\[\]{}<>$\\#,]|\\[^\s"'|;&()\[\]{}<>$,])([^\s"'|;&()\[\]{}<>$\\,]|\\[^\s"'|;&()\[\]{}<>$,])*/;
const moreFragment = /([^\s"'|;&()\[\]{}<>$\\]|\\[^\s"'|;&()\[\]{}<>$])+/;
const moreItemFragment = /([^\s"'|;&()\[\]{}<>$\\,]|\\[^\s"'|;&()\[\]{}<>$,])+/;

// A query without quotes, as `--query [].os`: brackets in brackets, and no spaces.
const queryPart = /[^\s"'`|;&()\[\]{}<>$\\,=]/.source;
const inBrackets = /[^\s"|;&()\[\]{}$\\]/.source;
const inner = `(\\[${inBrackets}*\\]|\\{${inBrackets}*\\})`;
const group = `(\\[(${inBrackets}|${inner})*\\]|\\{(${inBrackets}|${inner})*\\})`;
const query = new RegExp(
  `(\\[\\]|\\[${inBrackets}*\\]\\.|\\[[*?](${inBrackets}|${inner})*\\]|${queryPart}+\\[(${inBrackets}|${inner})*\\])` +
    `(${queryPart}|${group})*`);

const statements = [
  'param', 'let', 'var', 'for', 'while', 'assert', 'def', 'throw', 'return', 'exit', 'break', 'continue', 'use', 'else',
  'catch', 'finally',
];

const comparisons = ['==', '!=', '<', '<=', '>', '>=', '=~', '!~', 'like', 'in', seq('not', 'in')];

const separated = (rule) => optional(seq(rule, repeat(seq(',', rule)), optional(',')));

// Rules of expressions, from loose to tight. `lead` names the family: the one that begins with a bare name exists for the
// first name inside ${ }, which is a variable. What stands as `binary` in the tree has a rule of its own for each level.
function expressions(lead) {
  const rules = {};
  function level(rule, operators, tighter, chains = true) {
    rules[`_${lead}${rule}`] = ($) => choice($[`_${lead}${tighter}`], alias($[`_${lead}${rule}_binary`], $.binary));
    rules[`_${lead}${rule}_binary`] = ($) =>
      seq(
        field('left', $[`_${lead}${chains ? rule : tighter}`]), field('operator', choice(...operators)),
        field('right', $[`_${tighter}`]));
  }
  level('expression', ['??'], 'or');
  level('or', ['or'], 'and');
  level('and', ['and'], 'comparison');
  level('comparison', comparisons, 'sum', false);
  level('sum', ['+', '-'], 'product');
  level('product', ['*', '/', '%'], 'unary');
  rules[`_${lead}unary`] = lead
    ? ($) => $[`_${lead}postfix`]
    : ($) => choice($._postfix, alias($._unary_operation, $.unary));
  return { ...rules, ...postfix(`_${lead}postfix`, ($) => [$[`_${lead}primary`]]) };
}

// `.name`, `[…]` and `(…)` behind a value.
function postfix(rule, bases) {
  return {
    [rule]: ($) =>
      choice(
        ...bases($), alias($[`${rule}_field`], $.field), alias($[`${rule}_index`], $.index),
        alias($[`${rule}_slice`], $.slice), alias($[`${rule}_apply`], $.apply)),
    [`${rule}_field`]: ($) => seq($[rule], alias($._field_name, $.field_name)),
    [`${rule}_index`]: ($) => seq($[rule], ...indexing($)),
    [`${rule}_slice`]: ($) => seq($[rule], ...slicing($)),
    [`${rule}_apply`]: ($) => seq($[rule], ...applying($)),
  };
}

const indexing = ($) => [choice($._index_open, $._optional_index_open), field('index', $._value_plain), ']'];
const slicing = ($) => [$._index_open, optional($._value_plain), '..', optional($._value_plain), ']'];
const applying = ($) => [$._call_open, separated($._item), ')'];

// Commands, words and pipelines of each context.
function inContext(context) {
  const own = (rule) => ($) => $[`_${rule}_${context}`];
  const isItem = context === 'item';
  const rules = {
    [`_value_${context}`]: ($) =>
      choice(
        $._expression, $._statement_value, alias(own('command')($), $.command), $._row_stage,
        alias(own('pipeline')($), $.pipeline)),
    [`_pipeline_${context}`]: ($) =>
      seq(
        choice($._expression, $._statement_value, alias(own('command')($), $.command), $._row_stage),
        repeat1(seq('|', choice(alias(own('command')($), $.command), $._row_stage)))),
    [`_command_${context}`]: ($) =>
      choice(
        prec.right(
          seq(
            field('name', alias(isItem ? $._item_command_name : $._command_name, $.command_name)),
            repeat(own('argument')($)))),
        // No command has the name of a statement.
        seq(choice(...statements), $._never)),
    [`_argument_${context}`]: ($) =>
      choice(
        alias(own('flag')($), $.flag), $.end_of_flags, own('argument_value')($),
        alias($._spread_argument, $.spread)),
    [`_flag_${context}`]: ($) =>
      choice(
        prec.right(
          seq(
            alias($._flag_name, $.flag_name),
            optional(choice(seq(token.immediate('='), optional(own('argument_value')($))), own('more')($))))),
        prec.right(
          seq(
            alias($._query_flag, $.flag_name),
            optional(
              choice(
                alias($._query, $.word), own('more')($),
                seq(token.immediate(prec(2, '=')), optional(choice(alias($._query, $.word), own('argument_value')($))))))))),
    [`_argument_value_${context}`]: ($) =>
      choice(
        $.string, $.raw_string, $._argument_postfix, alias(own('word')($), $.word),
        ...(context === 'head' ? [] : [$.record, $.block_literal, alias($.block, $.block_literal)])),
    [`_more_${context}`]: ($) =>
      token.immediate(prec(1, isItem ? moreItemFragment : moreFragment)),
    [`_word_${context}`]: ($) =>
      prec.right(
        seq(
          choice($.variable, $.interpolation, isItem ? $._item_fragment : $._fragment, $._dollar),
          repeat(
            choice(
              alias($._more_variable, $.variable), alias($._more_interpolation, $.interpolation), $._more_dollar,
              own('more')($))))),
  };
  return rules;
}

module.exports = grammar({
  name: 'acr',

  externals: ($) => [
    $._newline, $._block_open, $._record_open, $._closure_open, $.function_name, $._bare_name, $._spread_open, $._never,
    $._error_mark,
  ],

  extras: ($) => [/[ \t\r\n]/, /\\[ \t\r]*\n/, $.comment],

  // Whether a comma goes on with `extend` or with the list around it, shows behind it.
  conflicts: ($) => [[$.extend]],

  rules: {
    source_file: ($) => optional($._statements),

    _statements: ($) =>
      choice(
        repeat1($._terminator),
        seq(
          repeat($._terminator), $._statement, repeat(seq(repeat1($._terminator), $._statement)),
          repeat($._terminator))),
    _terminator: ($) => choice($._newline, ';'),

    _statement: ($) =>
      choice(
        $.param, $.let, $.assignment, $.for, $.while, $.assert, $.def, $.throw, $.return, $.exit, $.break, $.continue,
        $.use, $._value_plain),

    block: ($) => seq(alias($._block_open, '{'), optional($._statements), '}'),
    block_literal: ($) =>
      seq(alias($._closure_open, '{'), '|', separated($._binding), '|', optional($._statements), '}'),

    // Statements
    param: ($) => seq('param', $._parameter),
    let: ($) => seq(choice('let', 'var'), field('name', $._binding), '=', field('value', $._value_plain)),
    assignment: ($) =>
      seq(field('place', $._postfix), choice('=', '+=', '-='), field('value', $._value_plain)),
    for: ($) => seq('for', field('name', $._binding), 'in', field('list', $._value_head), $.block),
    while: ($) => seq('while', field('condition', $._value_head), $.block),
    assert: ($) => seq('assert', $._expression, optional(choice($.string, $.raw_string))),
    def: ($) =>
      seq('def', field('name', $.def_name), '(', separated($._parameter), ')', field('body', $.block)),
    throw: ($) => seq('throw', $._value_plain),
    return: ($) => prec.right(seq('return', optional($._value_plain))),
    exit: ($) => prec.right(seq('exit', optional($._value_plain))),
    break: () => 'break',
    continue: () => 'continue',
    use: ($) => seq('use', field('path', choice($.string, $.raw_string)), optional(seq('as', field('name', $.name)))),

    _statement_value: ($) => choice($.if, $.match, $.try),
    if: ($) =>
      prec.right(
        seq(
          'if', field('condition', $._value_head), $.block,
          repeat(seq('else', 'if', field('condition', $._value_head), $.block)), optional(seq('else', $.block)))),
    try: ($) =>
      prec.right(
        seq(
          'try', $.block,
          choice(
            seq('catch', optional(field('error', $.name)), $.block, optional(seq('finally', $.block))),
            seq('finally', $.block)))),
    match: ($) =>
      seq(
        'match', field('subject', $._value_head), alias($._block_open, '{'),
        repeat1(choice(',', ';', $.arm, seq('else', $.block))), '}'),
    arm: ($) =>
      seq(
        $._pattern, repeat(seq(',', $._pattern)), optional(seq('if', field('condition', $._value_head))), $.block),

    _parameter: ($) => choice($.parameter, $.flag_parameter, $.rest_parameter, $.input_parameter),
    parameter: ($) => seq(field('name', choice($.name, alias('in', $.name))), optional($._type), optional($._choices), optional($._default)),
    flag_parameter: ($) =>
      seq(field('name', alias(/--[A-Za-z_][A-Za-z0-9_-]*/, $.flag_name)), optional($._type), optional($._choices), optional($._default)),
    rest_parameter: ($) => seq('...', field('name', $.name)),
    input_parameter: ($) => seq('in', field('name', $.name), optional($._type), optional($._default)),
    _type: ($) => seq(':', field('type', $.type)),
    _choices: ($) => seq('in', field('choices', $.list)),
    _default: ($) => seq('=', field('default', $._value_item)),
    type: () =>
      choice(
        'string', 'int', 'number', 'bool', 'duration', 'size', 'datetime', 'list', 'record', 'secret', 'block', 'any'),

    // Patterns
    _binding: ($) => choice($.name, $.record_pattern, $.list_pattern),
    _pattern: ($) =>
      choice(
        $.anything, $.range_pattern, $.comparison_pattern, $.record_pattern, $.list_pattern, $._pattern_value),
    anything: () => '_',
    range_pattern: ($) =>
      prec.right(choice(seq($._pattern_value, '..', optional($._pattern_value)), seq('..', $._pattern_value))),
    comparison_pattern: ($) =>
      seq(choice(...comparisons), $._sum),
    record_pattern: ($) =>
      seq(alias($._record_open, '{'), separated(choice($.field_pattern, $.rest_pattern)), '}'),
    field_pattern: ($) =>
      seq(
        field('name', choice($.name, $.string, $.raw_string)), optional(token.immediate('?')),
        optional(choice(seq(':', $._inner_pattern), seq('as', $.name)))),
    list_pattern: ($) =>
      seq('[', separated(choice($._inner_pattern, $.rest_pattern)), ']'),
    rest_pattern: ($) => seq('...', optional($.name)),
    _inner_pattern: ($) => choice($._pattern, $.name),
    _pattern_value: ($) =>
      choice(
        $._pattern_operand, alias($._pattern_sum, $.binary), alias($._pattern_product, $.binary),
        alias($._pattern_minus, $.unary)),
    _pattern_sum: ($) => prec.left(1, seq($._pattern_value, choice('+', '-'), $._pattern_value)),
    _pattern_product: ($) => prec.left(2, seq($._pattern_value, choice('*', '/', '%'), $._pattern_value)),
    _pattern_minus: ($) => prec(3, seq('-', $._pattern_operand)),
    ...postfix('_pattern_operand', ($) => [$._plain_primary]),

    // Rows
    _row_stage: ($) => choice($.where, $.extend),
    where: ($) => seq('where', $._expression),
    extend: ($) => seq('extend', $.column, repeat(seq(',', $.column))),
    column: ($) => seq(field('name', $.name), '=', field('value', $._expression)),

    ...inContext('plain'),
    ...inContext('item'),
    ...inContext('head'),

    // What can stand as an argument without being a word.
    ...postfix('_argument_postfix', ($) => [
      $.parenthesized, $.list, $.call, alias($._variable_index, $.index), alias($._variable_slice, $.slice),
      alias($._variable_apply, $.apply),
    ]),
    _variable_index: ($) => seq($.variable, ...indexing($)),
    _variable_slice: ($) => seq($.variable, ...slicing($)),
    _variable_apply: ($) => seq($.variable, ...applying($)),
    _spread_argument: ($) => seq($._spread_open, $._postfix),

    // Expressions
    ...expressions(''),
    ...expressions('bare_'),
    _unary_operation: ($) => seq(field('operator', choice('not', '-')), $._unary),
    _bare_primary: ($) => alias($._bare_name, $.variable),
    _primary: ($) => choice($._plain_primary, $.list, $.record, $.block_literal),
    _plain_primary: ($) =>
      choice(
        $.number, $.string, $.raw_string, $.constant, $.variable, $.row_field, $.call, $.parenthesized),
    constant: () => choice('true', 'false', 'null'),
    call: ($) => seq(field('name', $.function_name), $._call_open, separated($._item), ')'),
    parenthesized: ($) => seq('(', $._value_plain, ')'),
    list: ($) => seq('[', separated($._item), ']'),
    _item: ($) => choice($._value_item, $.spread),
    spread: ($) => seq('...', $._value_item),
    record: ($) => seq(alias($._record_open, '{'), separated(choice($.entry, $.spread)), '}'),
    entry: ($) => seq(field('name', choice($.name, $.string, $.raw_string)), ':', field('value', $._value_item)),

    // Texts
    raw_string: () => /'[^']*'/,
    string: ($) =>
      seq(
        '"',
        repeat(
          choice(
            alias($._more_variable, $.variable), alias($._more_interpolation, $.interpolation), $.escape,
            $._more_dollar, $.string_content)),
        token.immediate('"')),
    string_content: () => token.immediate(prec(2, /[^"\\$]+/)),
    escape: () => token.immediate(/\\([nt"\\$`]|u\{[0-9A-Fa-f]{1,6}\})/),
    interpolation: ($) => seq('${', $._interpolated, '}'),
    _more_interpolation: ($) => seq(token.immediate(prec(3, '${')), $._interpolated, '}'),
    _interpolated: ($) =>
      choice(
        $._bare_expression, $._value_plain, alias($._bare_pipeline, $.pipeline)),
    _bare_pipeline: ($) =>
      seq(
        $._bare_expression, repeat1(seq('|', choice(alias($._command_plain, $.command), $._row_stage)))),

    // Tokens
    comment: () => token(prec(-1, /#[^\n]*/)),
    name: () => name,
    def_name: () => /[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*/,
    variable: () => /\$[A-Za-z_][A-Za-z0-9_]*/,
    _more_variable: () => token.immediate(prec(3, /\$[A-Za-z_][A-Za-z0-9_]*/)),
    _dollar: () => token(prec(-1, '$')),
    _more_dollar: () => token.immediate(prec(1, '$')),
    row_field: () => /\.[A-Za-z_][A-Za-z0-9_]*/,
    _field_name: () => token.immediate(prec(2, /\??\.[A-Za-z_][A-Za-z0-9_]*/)),
    _index_open: () => token.immediate(prec(2, '[')),
    _optional_index_open: () => token.immediate(prec(2, '?[')),
    _call_open: () => token.immediate(prec(2, '(')),
    number: () => /\d+(\.\d+)?([eE][+-]?\d+)?(ms|s|m|h|d|B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)?/,
    _command_name: () => commandName,
    _item_command_name: () => itemCommandName,
    _fragment: () => token(prec(-2, fragment)),
    _item_fragment: () => token(prec(-2, itemFragment)),
    _flag_name: () => token(prec(1, /-(-|[A-Za-z_])[A-Za-z0-9_-]*/)),
    _query_flag: () => token(prec(2, '--query')),
    _query: () => token(query),
    end_of_flags: () => token(prec(2, '--')),
  },
});
