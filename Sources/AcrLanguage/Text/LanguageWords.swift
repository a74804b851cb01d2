/// The words that mean something in the grammar. Editors' grammars and docs/GRAMMAR.md are compared with them.
public enum LanguageWords {
  /// Words that start a statement or a part of one, and so are no commands.
  public static let statements: Set<String> = [
    "param", "let", "var", "if", "for", "while", "def", "try", "throw", "return", "exit", "break", "continue", "use",
    "else", "catch", "finally", "match", "assert",
  ]
  /// Operators that are words.
  public static let operators: Set<String> = ["and", "or", "not", "in", "like"]
  /// Stages of a pipeline that take expressions.
  public static let stages: Set<String> = ["where", "extend"]
  /// What stands between a module's path and its name.
  public static let alias = "as"
  /// Words that are values.
  public static let constants: Set<String> = ["true", "false", "null"]
}
