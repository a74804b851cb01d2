/// Programs that lines of shells use, with what does the same here.
enum ShellPrograms {
  static let cures: [String: String] = [
    "jq": "`--query EXPRESSION` and `get` pick from a result",
    "head": "`first N` takes the first rows", "tail": "`last N` takes the last rows",
    "grep": "`where $it like \"*TEXT*\"` keeps rows", "egrep": "`where $it =~ \"EXPRESSION\"` keeps rows",
    "awk": "`select` and `get` take columns", "cut": "`select` and `get` take columns",
    "wc": "`count` counts rows", "uniq": "`unique` leaves out duplicate rows",
    "xargs": "`each { … }` runs a block for each row", "cat": "`open FILE` reads a file",
    "echo": "`print TEXT` writes a line", "printf": "`print TEXT` writes a line",
    "tee": "`save FILE` writes a file", "sed": "the function `replace(…)` changes texts",
    "tr": "the function `replace(…)` changes texts", "export": "`let NAME = VALUE` declares a variable",
    "set": "`let NAME = VALUE` declares a variable",
  ]
}
