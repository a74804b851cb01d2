/// A column of the rows that a command gives, or a field of its record.
public struct Column: Sendable, Equatable {
  /// The name, as `.name` and `select` take it.
  public var name: String
  /// The type of its values that are not null.
  public var type: ValueType
  /// What a plain number counts, for example `seconds since 1970`. Sizes are in bytes, and durations know their unit.
  public var unit: String?
  /// When it is null; nil for never.
  public var null: String?
  /// When rows have it; nil for always.
  public var only: String?
  /// One line: what it says.
  public var help: String
  /// Which columns a narrow table leaves out first.
  public var rank = Rank.normal

  /// How much a column matters in a table that is wider than the terminal.
  public enum Rank: Int, Sendable, Comparable {
    /// What one asks the command for; never left out.
    case key
    case normal
    /// Left out first.
    case detail

    public static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
  }

  /// Creates a column.
  public init(
    _ name: String, _ type: ValueType = .string, unit: String? = nil, null: String? = nil, only: String? = nil,
    help: String
  ) {
    self.name = name
    self.type = type
    self.unit = unit
    self.null = null
    self.only = only
    self.help = help
  }

  /// The same column, which is there only in some calls.
  public func only(_ condition: String) -> Column {
    var column = self
    column.only = condition
    return column
  }

  /// The same column, which a narrow table never leaves out.
  public var key: Column { ranked(.key) }

  /// The same column, which a narrow table leaves out first.
  public var detail: Column { ranked(.detail) }

  private func ranked(_ rank: Rank) -> Column {
    var column = self
    column.rank = rank
    return column
  }

  /// What `help` says of it behind its name and type.
  public var note: String {
    var text = help
    if let unit = unit ?? (type == .size ? "bytes" : nil) { text += ", in \(unit)" }
    if let null { text += "; null \(null)" }
    if let only { text += "; only \(only)" }
    return text
  }
}

/// The columns that a command gives.
public struct OutputColumns: Sendable, Equatable, ExpressibleByArrayLiteral {
  /// The declared columns, in their order.
  public var declared: [Column]
  /// True where rows may have further columns, so that the check cannot know a wrong name.
  public var isOpen: Bool

  /// Creates columns.
  public init(_ declared: [Column], isOpen: Bool = false) {
    self.declared = declared
    self.isOpen = isOpen
  }

  public init(arrayLiteral columns: Column...) { self.init(columns) }

  /// These columns, and perhaps others.
  public static func open(_ declared: [Column]) -> OutputColumns { OutputColumns(declared, isOpen: true) }

  /// The names, in their order.
  public var names: [String] { declared.map(\.name) }
}

/// What a command does with the columns of the rows that come to it.
public enum ColumnFlow: Sendable {
  /// Its rows have the columns that its signature declares.
  case declared
  /// Rows pass as they are, as with `sort-by`.
  case same
  /// Rows keep the columns that its positionals name, as with `select`.
  case chosen
}
