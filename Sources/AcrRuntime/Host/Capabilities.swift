import AcrLanguage

/// What of the language's own words a host gives to scripts. What is left out is unknown to the check, which says so before
/// anything runs. Commands of the host's own are given to ``Session/init(commands:capabilities:)``, and modules by the loader
/// of the check: without one, `use` is refused.
public struct Capabilities: Sendable, Equatable {
  /// What is given.
  public private(set) var words: Set<Word>

  /// Everything the language has: what acrsh itself gives.
  public static let all = Capabilities(words: Set(Word.allCases))

  /// What only computes and prints: no files, programs, environment, questions, threads or waiting.
  public static let computing = Capabilities(
    words: all.words.subtracting([
      .open, .stdin, .glob, .exists, .save, .sha256, .sha512, .base64, .secretFile, .run, .environment, .secretEnv,
      .confirm, .input, .secretPrompt, .parEach, .retry, .timeout, .sleep,
    ]))

  /// The same, and these words.
  public func with(_ words: Word...) -> Capabilities { Capabilities(words: self.words.union(words)) }

  /// The same without these words.
  public func without(_ words: Word...) -> Capabilities { Capabilities(words: self.words.subtracting(words)) }

  /// A command, a function or `$env`, by the name scripts write.
  public enum Word: String, Sendable, CaseIterable {
    // Rows
    case select, rename, drop, sortBy = "sort-by", reverse, first, last, skip, slice, latest, unique
    case groupBy = "group-by", joinBy = "join-by", zip, enumerate, chunk, window, flatten, get
    case count, sum, avg, min, max, percentile, lines, query
    // Work
    /// A block for each row.
    case each
    /// Runs a block on several threads.
    case parEach = "par-each"
    /// Waits between its tries.
    case retry
    /// One value of all rows.
    case fold
    /// Stops what takes too long.
    case timeout
    /// Waits.
    case sleep
    /// Asks the host's ``Prompter``.
    case confirm
    /// Asks the host's ``Prompter``.
    case input
    /// Starts any program of the machine.
    case run
    // Data
    /// Reads any file.
    case open
    /// Reads ``Host/input``.
    case stdin
    /// Lists any folder.
    case glob
    /// The function that looks for any file.
    case exists
    /// Writes any file.
    case save
    case from, to
    /// Read any file that is named.
    case sha256, sha512, base64
    case fromBase64 = "from-base64"
    // Output
    case ignore, print, chart
    // Secrets
    /// Reads ``Host/environment``.
    case secretEnv = "secret env"
    /// Reads any file.
    case secretFile = "secret file"
    /// Asks the host's ``Prompter``.
    case secretPrompt = "secret prompt"
    /// The function that turns a secret into text.
    case reveal
    /// The function that gives ``Host/now``.
    case now
    /// `$env.NAME`, which reads ``Host/environment``.
    case environment = "$env"
  }

  /// True for the name of a word that is left out.
  func withholds(_ name: String) -> Bool { Word(rawValue: name).map { !words.contains($0) } ?? false }

  /// The catalog of these commands: the host's, and what is given of the language.
  func catalog(of commands: [any Command], _ foreign: ForeignNames) -> Catalog {
    let own = Set(commands.flatMap { $0.signature.names })
    return Catalog(
      commands: commands.map(\.declaredSignature),
      functions: Builtins.catalogFunctions.filter { !withholds($0.name) },
      globalFlags: GlobalFlags.all,
      withheld: Set(Word.allCases.map(\.rawValue).filter(withholds)).subtracting(own),
      offersEnvironment: words.contains(.environment), checkPattern: TextExpression.problem, foreign: foreign)
  }
}
