/// What the check can find once a text is syntactically right. The sentences are in `CheckFinding+Message.swift`.
enum CheckFinding: Equatable, Sendable {
  // Variables
  case unknownVariable(String, nearest: String?, isInEnvironment: Bool)
  case wholeEnvironment
  case environmentWithheld
  case environmentInWord(String)
  case environmentIsReserved
  case assignsEnvironment
  case rowIsReserved
  case noRow(String, blockName: String?)
  case declaredTwice(String, line: Int?)
  case shadows(String, line: Int)
  case unusedVariable(String)
  case notAssignable(String, Variable.Kind)
  case assignsOuterFromDefinition(String)
  case assignsOuterInParallel(String)
  case assignsOuterInClosure(String)
  case wholeModule(String)
  case unknownConstant(String, nearest: String?, isFunction: Bool)
  case constantWithArguments(String, String)
  case recordInWord(String, field: String?)
  case keyTwice(String)
  // Commands
  case unknownCommand(String, nearest: String?)
  case withheldCommand(String)
  /// A command of the Azure CLI that is none here.
  case foreignCommand(String)
  /// A program that lines of shells use.
  case shellProgram(String, cure: String)
  case foreignFlag(String, command: String, reason: String)
  case lists(String, [String])
  case commandIsVariable(String)
  case assignsBareName(String, isKnown: Bool)
  case shellAssignment(String)
  case functionAsCommand(String)
  case unknownFlag(String, command: String, nearest: String?)
  case flagWithoutValue(String, next: String?)
  case flagTwice(String)
  case missing(String, [String], isFlag: Bool, isCall: Bool)
  case missingBlock(String)
  case tooManyValues(String, limit: Int, isCall: Bool)
  case bareText(String, nearest: String?)
  case valueForSwitch(String, String)
  case operatorBehindCommand(String, String)
  case tooManyBlockNames(String, Int, Int)
  case spreadNeedsRest(String)
  case choicesNotWritten
  case wrongWord(String, ValueType, String)
  case wrongType(String, ValueType, found: ValueType)
  case notAChoice(String, [String])
  case unacceptableText(TextProblem)
  case blockForValue(String, ValueType)
  case valueForBlock(String, isRecord: Bool)
  case needsInput(String)
  case takesNoInput(String)
  case functionTakesNoInput(String)
  case definitionNeedsInput(String)
  case sourceWithRegistry
  case plainSecret(String)
  case unknownColumn(String, command: String, nearest: String?, known: [String])
  // Functions
  case unknownFunction(String, nearest: String?)
  case withheldFunction(String)
  case unknownModule(String)
  case commandAsFunction(String)
  case wrongArity(name: String, arity: ClosedRange<Int>, parameters: String, given: Int)
  case flagsNeedCommand(String, [String])
  case definedTwice(String, line: Int)
  case hidesCommand(String)
  case hidesFunction(String)
  case restNotLast
  case inputNotFirst(String)
  case requiredBehindOptional(String, String)
  // Statements
  case paramNotAtTop(isSession: Bool)
  case returnAtTop
  case returnInBlock
  case leavesValue(String)
  case armNeverReached
  case emptyRange
  case listOfLiterals([String])
  case nameInAlternative(String)
  case outsideLoop(String)
  case loopWordInBlock(String)
  case unreachable(String)
  // Modules
  case noModules
  case moduleNotRead(String, String)
  case moduleCycle([String])
  case moduleNameTaken(String)
  case importedTwice(String, String)
  case statementInModule
  // `--strict`
  case revealsSecret
  case secretInScript(String)
  case unusedDefinition(String)
  /// What the shapes of values tell.
  case type(TypeFinding)

  var severity: Diagnostic.Severity {
    switch self {
    case .shadows, .unusedVariable, .unreachable, .hidesCommand, .hidesFunction, .revealsSecret, .secretInScript,
      .unusedDefinition, .unknownColumn, .armNeverReached, .emptyRange, .listOfLiterals:
      .warning
    case .plainSecret: .note
    case .type(let finding): finding.severity
    default: .error
    }
  }

  /// Whether it says that a name is nobody's.
  var isUnknownName: Bool {
    switch self {
    case .unknownVariable, .unknownConstant, .unknownCommand, .unknownFlag, .unknownFunction, .unknownModule,
      .foreignCommand, .shellProgram, .foreignFlag:
      true
    default: false
    }
  }

  static func wrongArity(_ function: FunctionSignature, given: Int) -> CheckFinding {
    .wrongArity(name: function.name, arity: function.arity, parameters: function.parameters, given: given)
  }
}
