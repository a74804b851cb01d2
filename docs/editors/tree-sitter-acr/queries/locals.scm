[ (block) (block_literal) (def) (for) (arm) ] @local.scope

(let name: (name) @local.definition)
(for name: (name) @local.definition)
(try error: (name) @local.definition)
(parameter name: (name) @local.definition)
(rest_parameter name: (name) @local.definition)
(input_parameter name: (name) @local.definition)
(flag_parameter name: (flag_name) @local.definition)
(block_literal (name) @local.definition)
(field_pattern name: (name) @local.definition)
(def name: (def_name) @local.definition)

(variable) @local.reference
(command name: (command_name) @local.reference)
(call name: (function_name) @local.reference)
