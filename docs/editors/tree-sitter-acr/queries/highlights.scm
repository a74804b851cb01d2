(comment) @comment
(number) @number
(constant) @constant.builtin
(raw_string) @string
(string) @string
(escape) @string.escape
(word) @string
(interpolation) @embedded

[
  "param" "let" "var" "def" "use" "as" "assert" "where" "extend"
] @keyword
[ "if" "else" "match" ] @keyword
[ "for" "while" "in" ] @keyword
[ "try" "catch" "finally" "throw" ] @keyword
[ "return" "exit" ] @keyword
(break) @keyword
(continue) @keyword
[ "and" "or" "not" "like" ] @keyword

[
  "==" "!=" "<" "<=" ">" ">=" "=~" "!~" "+" "-" "*" "/" "%" "??" "=" "+=" "-=" ".." "..." "|"
] @operator
[ "(" ")" "[" "]" "{" "}" "${" ] @punctuation.bracket
[ "," ";" ":" ] @punctuation.delimiter

(type) @type
(variable) @variable
(row_field) @property
(field_name) @property
(entry name: (name) @property)
(column name: (name) @property)
(field_pattern name: (name) @variable)
(flag_name) @attribute
(end_of_flags) @attribute

(parameter name: (name) @variable.parameter)
(rest_parameter name: (name) @variable.parameter)
(input_parameter name: (name) @variable.parameter)
(let name: (name) @variable)
(for name: (name) @variable)
(use name: (name) @module)

(command name: (command_name) @function)
(call name: (function_name) @function)
(def name: (def_name) @function)
