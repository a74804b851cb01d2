/// What a command takes and says about itself. Binding, the check, `help`, completion and the reference page are all made
/// from it, so that they cannot disagree.
public struct Signature: Sendable {
  /// The name people are shown, for example `import`.
  public var name: String
  /// Further spellings of the same command, for example `acr import`. A leading `az` is dropped before names are compared.
  public var aliases: [String]
  /// One line in the third person without a full stop: what it does.
  public var summary: String
  /// Paragraphs for `help` and the manual; may be empty.
  public var description: String
  /// The group it stands in on the reference page.
  public var group: Group
  /// Values without a flag, in order. Only the last may be a rest.
  public var positionals: [Positional] {
    get { parameters.value.positionals }
    set {
      let flags = flags
      parameters = Lazy { (newValue, flags) }
    }
  }
  /// Flags, in the order `help` shows them.
  public var flags: [Flag] { parameters.value.flags }
  /// Flags it shares with all commands that work like the Azure CLI's; the ``Catalog`` sets them. A flag of its own hides
  /// one of the same name, and keeps its short letter.
  public var globalFlags: [Flag] {
    offeredFlags.isEmpty ? [] : offeredFlags.filter { flag in !flags.contains { $0.name == flag.name } }
  }
  var offeredFlags: [Flag] = []
  /// Made when they are first asked for: a start makes a catalog of all commands and runs few of them.
  private var parameters: Lazy<(positionals: [Positional], flags: [Flag])>
  /// Lines that run as they stand.
  public var examples: [Example]
  /// What it does with rows that come from a pipe.
  public var input: Input
  /// What a `def` calls the value before the pipe; nil for commands, which take it without a name.
  public var inputParameter: Positional?
  /// True when it changes something outside the session, so that a dry run stops before it.
  public var changes: Bool
  /// The Azure PowerShell cmdlet that means the same, if there is one.
  public var cmdlet: Cmdlet?
  /// Further cmdlets that mean the same, with other parameters.
  public var moreCmdlets: [Cmdlet] = []
  /// In what its result is the Azure CLI's where another program reads it.
  public var azure: AzureManner = []
  /// The columns of the rows it gives, or the fields of its record: `help` and the reference show them, Tab offers them
  /// behind a `.` further down the pipe, and the check knows them.
  public var columns: OutputColumns
  /// What becomes of the columns of its input.
  public var columnFlow: ColumnFlow

  /// Creates the signature of a command; its parameters come from the command's declarations.
  public init(
    _ name: String, aliases: [String] = [], summary: String, description: String = "", group: Group,
    examples: [Example] = [], input: Input = .none, changes: Bool = false, cmdlet: Cmdlet? = nil,
    columns: OutputColumns = [],
    columnFlow: ColumnFlow = .declared
  ) {
    self.init(
      name, aliases: aliases, summary: summary, description: description, group: group, positionals: [], flags: [],
      examples: examples, input: input, changes: changes, cmdlet: cmdlet, columns: columns,
      columnFlow: columnFlow)
  }

  /// Creates a signature with parameters, as a `def` has them.
  package init(
    _ name: String, aliases: [String] = [], summary: String, description: String = "", group: Group,
    positionals: [Positional] = [], flags: [Flag] = [], examples: [Example] = [], input: Input = .none,
    changes: Bool = false, cmdlet: Cmdlet? = nil, columns: OutputColumns = [],
    columnFlow: ColumnFlow = .declared
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.description = description
    self.group = group
    parameters = Lazy { (positionals, flags) }
    self.examples = examples
    self.input = input
    self.changes = changes
    self.cmdlet = cmdlet
    self.columns = columns
    self.columnFlow = columnFlow
  }

  /// The signature with these parameters, which are made when they are first asked for.
  package func with(
    parameters: @escaping @Sendable () -> (positionals: [Positional], flags: [Flag])
  ) -> Signature {
    var signature = self
    signature.parameters = Lazy(parameters)
    return signature
  }

  /// Every spelling, the main one first.
  public var names: [String] { [name] + aliases }

  /// Its own flags and the global ones.
  public var allFlags: [Flag] { flags + globalFlags }

  /// The same with further cmdlets.
  public func with(cmdlets: [Cmdlet]) -> Signature {
    var signature = self
    signature.moreCmdlets = cmdlets
    return signature
  }

  /// The same, whose result is the Azure CLI's for other programs.
  public func with(azure: AzureManner) -> Signature {
    var signature = self
    signature.azure = azure
    return signature
  }

  /// The groups of the reference page, in its order.
  public enum Group: String, Sendable, CaseIterable {
    case registry, rows, work, data, messages, secrets, session, script

    /// Whether its commands take the global flags: those the Azure CLI has commands for.
    public var takesGlobalFlags: Bool { self == .registry || self == .session }
  }

  /// In what the result of a command is the Azure CLI's where another program reads it.
  public struct AzureManner: OptionSet, Sendable {
    /// The bits of the manners.
    public let rawValue: Int

    /// Creates a set from its bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The fields of `tsv` stand in the order of their names, as the Azure CLI sorts them.
    public static let sortedFields = AzureManner(rawValue: 1)
    /// A field that is null is left out there: the registry did not send it.
    public static let omitsNull = AzureManner(rawValue: 2)
    /// What it is asked for is a secret: it is written out, unless a person would see it on a terminal.
    public static let givesSecrets = AzureManner(rawValue: 4)
  }

  /// What a command does with the value piped into it.
  public enum Input: Sendable {
    /// A pipe into it is an error the check finds.
    case none
    /// It can stand first or behind a pipe.
    case optional
    /// It needs a pipe.
    case required
  }

  /// A value without a flag.
  public struct Positional: Sendable {
    /// Its name, without dashes.
    public var name: String
    /// The type its value is converted to.
    public var type: ValueType
    /// Whether a call without it is refused.
    public var isRequired: Bool
    /// The long name of a flag in whose place it stands: a call needs one of the two.
    public var unlessFlag: String?
    /// True for the last one when it takes all that are left, as a list.
    public var isRest: Bool
    /// True for a rest that takes words starting with `-` too: behind the value before it no flag is looked for, as in
    /// `run PROGRAM --its-flag`.
    public var takesFlags: Bool
    /// What it is for, on one line.
    public var help: String
    /// How Tab finds values.
    public var completer: Completer
    /// Checks a text that is written out.
    public var check: TextCheck?
    /// The values of which one has to be given; empty where any may.
    public var choices: [Constant]
    /// How many values a block gets, and so how many it may name.
    public var blockValues: Int

    /// Creates a positional.
    public init(
      _ name: String, _ type: ValueType = .string, isRequired: Bool = true, unlessFlag: String? = nil,
      isRest: Bool = false,
      takesFlags: Bool = false, help: String, completer: Completer = .none, check: TextCheck? = nil,
      choices: [Constant] = [], blockValues: Int = 1
    ) {
      self.choices = choices
      self.blockValues = blockValues
      self.name = name
      self.type = type
      self.isRequired = isRequired
      self.unlessFlag = unlessFlag
      self.isRest = isRest
      self.takesFlags = takesFlags
      self.help = help
      self.completer = completer
      self.check = check
    }
  }

  /// A flag: `--name VALUE`, `--name=VALUE`, `-n VALUE`, or a switch.
  public struct Flag: Sendable {
    /// The long name without dashes.
    public var name: String
    /// The one-letter name, if it has one.
    public var short: Character?
    /// Its value's type, or nil for a switch.
    public var type: ValueType?
    /// Whether a call without it is refused.
    public var isRequired: Bool
    /// True when it may be given several times; its value is then a list.
    public var isRepeatable: Bool
    /// True when it takes all words up to the next flag, as `--scope A B` of the Azure CLI does; it is then repeatable too.
    public var isGreedy = false
    /// Further names: long ones, or one letter.
    public var aliases: [String] = []
    /// What the value is when the flag is not given, as help shows it.
    public var defaultText: String?
    /// What it is for, on one line.
    public var help: String
    /// How Tab finds values.
    public var completer: Completer
    /// Checks a text that is written out.
    public var check: TextCheck?
    /// The values of which one has to be given; empty where any may.
    public var choices: [Constant]
    /// How many values a block gets, and so how many it may name.
    public var blockValues: Int

    /// Creates a flag; without a type it is a switch.
    public init(
      _ name: String, short: Character? = nil, _ type: ValueType? = nil, isRequired: Bool = false,
      isRepeatable: Bool = false, default defaultText: String? = nil, help: String, completer: Completer = .none,
      check: TextCheck? = nil, choices: [Constant] = [], blockValues: Int = 1
    ) {
      self.choices = choices
      self.blockValues = blockValues
      self.name = name
      self.short = short
      self.type = type
      self.isRequired = isRequired
      self.isRepeatable = isRepeatable
      self.defaultText = defaultText
      self.help = help
      self.completer = completer
      self.check = check
    }
  }

  /// A cmdlet's name and how its parameters map to the flags of the command. Both match without regard to case.
  public struct Cmdlet: Sendable {
    /// Its name, without dashes.
    public var name: String
    public var parameters: [Parameter]
    /// What stands between the parts of a flag's value.
    public var joint: String

    /// Creates a cmdlet, for example `Get-AzAccessToken`.
    public init(_ name: String, parameters: [Parameter], joint: String = "/") {
      self.name = name
      self.parameters = parameters
      self.joint = joint
    }

    /// `-Name`, and what it means.
    public struct Parameter: Sendable {
      /// Without the dash.
      public var name: String
      /// What it means to the command.
      public var meaning: Meaning
      /// True for one that is accepted and means nothing here.
      public var isNothing: Bool { if case .nothing = meaning { true } else { false } }

      /// Creates a parameter.
      public init(_ name: String, _ meaning: Meaning) {
        self.name = name
        self.meaning = meaning
      }
    }

    /// What a cmdlet's parameter means to the command.
    public enum Meaning: Sendable, Equatable {
      /// Nothing here; a switch, or one with a value.
      case nothing(takesValue: Bool)
      /// The flag of this long name.
      case flag(String)
      /// A part of a flag's value; the parts that are given are joined by the cmdlet's joint in this order (`-SourceRegistryUri` and
      /// `-SourceImage` are `--source`).
      case part(of: String, order: Int)
      /// A fixed choice; each value sets the switch of that name, or nothing (`-Mode Force`).
      case choice([String: String?])
    }
  }

  /// A line of acr text that runs, and what it is for.
  public struct Example: Sendable {
    /// What it is for.
    public var title: String
    /// The line itself.
    public var line: String

    /// Creates an example.
    public init(_ title: String, _ line: String) {
      self.title = title
      self.line = line
    }
  }
}

/// The types of the language, as `param` and signatures name them.
public enum ValueType: String, Sendable, CaseIterable {
  case string, int, number, bool, duration, size, datetime, list, record, secret, block, any

  /// How help writes a value of the type: `STRING`, `{ … }`.
  public var placeholder: String { self == .block ? "{ … }" : rawValue.uppercased() }
}

/// How Tab finds values for an argument.
public enum Completer: Sendable, Equatable {
  case none
  case file
  case fixed([String])
  /// Registries this session knows: signed in, or used before.
  case registry
  /// Repositories of the registry that the named flag or positional holds.
  case repository(of: String)
  /// Tags of the repository that the named flags or positionals hold.
  case tag(registry: String, repository: String)
  /// An image of the registry that the named flag holds: `repository:tag` or `repository@digest`.
  case image(of: String)
  /// A whole reference, `host/repository:tag`.
  case reference
  /// A repository with its registry, `host/repository`.
  case repositoryReference
  /// Where `cd` can go: a registry, a whole reference, or the way from where the person is.
  case place
  /// A column of the rows that come from the pipe.
  case column
  /// Names of commands, for `help`.
  case command
}

/// A function called as `f(x)` in expressions.
public struct FunctionSignature: Sendable {
  /// Its name, without dashes.
  public var name: String
  /// How many arguments it takes.
  public var arity: ClosedRange<Int>
  /// How its arguments are called in `help`, for example `text, separator`.
  public var parameters: String
  /// What it gives, on one line.
  public var summary: String

  /// Creates a function's signature.
  public init(_ name: String, _ arity: ClosedRange<Int>, _ parameters: String, summary: String) {
    self.name = name
    self.arity = arity
    self.parameters = parameters
    self.summary = summary
  }
}

/// Everything the check knows about the world: commands and functions.
public struct Catalog: Sendable {
  /// All commands.
  public let commands: [Signature]
  /// All functions.
  public let functions: [FunctionSignature]
  /// Commands and functions of the language that the host does not offer: the check says so by their names.
  public let withheld: Set<String>
  /// Whether scripts may read `$env`.
  public let offersEnvironment: Bool
  /// Says what is wrong with a regular expression; nil where nobody knows.
  public let checkPattern: TextCheck?
  /// What other programs of this field have besides.
  public let foreign: ForeignNames
  private let commandIndex: [String: Int]
  private let cmdletIndex: [String: (command: Int, cmdlet: Signature.Cmdlet)]
  private let functionIndex: [String: Int]
  /// Every word with which some command's name starts: `acr`, `acr manifest`, …
  private let prefixes: Set<String>

  /// Creates a catalog. A name that occurs twice belongs to the first.
  /// - Parameters:
  ///   - globalFlags: the flags that every command of the groups `registry` and `session` gets.
  ///   - withheld: names of the language that are not offered, for a better message than "unknown".
  ///   - offersEnvironment: whether scripts may read `$env`.
  ///   - checkPattern: says what is wrong with a regular expression.
  ///   - foreign: what other programs of this field have besides.
  public init(
    commands: [Signature], functions: [FunctionSignature], globalFlags: [Signature.Flag] = [],
    withheld: Set<String> = [], offersEnvironment: Bool = true, checkPattern: TextCheck? = nil,
    foreign: ForeignNames = .none
  ) {
    self.checkPattern = checkPattern
    self.foreign = foreign
    self.withheld = withheld
    self.offersEnvironment = offersEnvironment
    self.commands = commands.map { signature in
      guard signature.group.takesGlobalFlags else { return signature }
      var signature = signature
      signature.offeredFlags = globalFlags
      return signature
    }
    self.functions = functions
    var index: [String: Int] = [:]
    var prefixes: Set<String> = []
    var cmdlets: [String: (command: Int, cmdlet: Signature.Cmdlet)] = [:]
    for (position, signature) in commands.enumerated() {
      if let cmdlet = signature.cmdlet {
        for cmdlet in [cmdlet] + signature.moreCmdlets where cmdlets[cmdlet.name.lowercased()] == nil {
          cmdlets[cmdlet.name.lowercased()] = (position, cmdlet)
        }
      }
      for name in signature.names {
        if index[name] == nil { index[name] = position }
        var words = name.split(separator: " ")
        while words.count > 1 {
          words.removeLast()
          prefixes.insert(words.joined(separator: " "))
        }
      }
    }
    commandIndex = index
    cmdletIndex = cmdlets
    self.prefixes = prefixes
    functionIndex = Dictionary(functions.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The command of an exact name (words joined by one space).
  public func command(named name: String) -> Signature? { commandIndex[name].map { commands[$0] } }

  /// The command whose cmdlet has a name, without regard to case; its ``Signature/cmdlet`` is this one.
  public func command(ofCmdlet name: String) -> Signature? {
    cmdletIndex[name.lowercased()].map { place in
      var signature = commands[place.command]
      signature.cmdlet = place.cmdlet
      return signature
    }
  }

  /// The function of a name.
  public func function(named name: String) -> FunctionSignature? { functionIndex[name].map { functions[$0] } }

  /// True when some command's name starts with these words and goes on.
  public func isPrefix(_ name: String) -> Bool { prefixes.contains(name) }

  /// Every spelling of every command.
  public var commandNames: [String] { commands.flatMap(\.names) }
}
