[
  (block)
  (block_literal)
  (match)
  (record)
  (list)
  (parenthesized)
  (pipeline)
  (string)
  (raw_string)
] @fold
