import AcrCore
import AcrLanguage
import AcrRuntime
import AcrText
import Synchronization

/// What the prompt shows and how, as `prompt` sets it.
struct PromptSettings: Sendable, Equatable {
  /// Something the prompt can show.
  enum Part: String, Sendable, CaseIterable {
    case registry, identity, sandbox, dryRun = "dry-run", state, duration

    var help: String {
      switch self {
      case .registry: "the registry signed in to"
      case .identity: "who is signed in"
      case .sandbox: "a mark when commands reach the sandbox"
      case .dryRun: "a mark when nothing is changed"
      case .state: "the kind of the error the last entry ended with"
      case .duration: "how long the last entry took, when it was long"
      }
    }
  }

  /// What is shown, in this order.
  var parts = Part.allCases
  /// The text in front.
  var text = "acrsh"
  /// How long an entry takes at least for its time to be shown, in nanoseconds.
  var slow: Int64 = 2_000_000_000
  /// Whether earlier entries are suggested behind the line.
  var suggests = true
}

/// `prompt`: says what the prompt shows.
final class PromptCommand: Command {
  private let state = Mutex(PromptSettings())

  let signature = Signature(
    "prompt", summary: "Configures the prompt",
    description: """
      Without arguments it gives the settings. In `rc.acr` (in `$XDG_CONFIG_HOME/acrsh`, else `~/.config/acrsh`) they \
      count for every session: that file is run when the prompt starts.
      """,
    group: .talk,
    positionals: [
      .init(
        "part", isRequired: false, isRest: true,
        help: PromptSettings.Part.allCases.map { "\($0.rawValue): \($0.help)" }.joined(separator: "; "),
        completer: .fixed(PromptSettings.Part.allCases.map(\.rawValue)))
    ],
    flags: [
      .init("text", .string, default: "acrsh", help: "what stands in front"),
      .init("slow", .duration, default: "2s", help: "how long an entry takes at least for its time to be shown"),
      .init("suggestions", .bool, default: "true", help: "whether earlier entries are suggested behind the line"),
      .init("plain", help: "only the text in front"),
    ],
    examples: [
      .init("Registry and duration only", "prompt registry duration --slow 5s"), .init("The settings", "prompt"),
    ])

  /// The settings now.
  var settings: PromptSettings { state.withLock { $0 } }

  func run(_ call: Invocation) throws -> Output {
    let names = call.strings("part")
    let parts = try names.map { name in
      guard let part = PromptSettings.Part(rawValue: name) else {
        let all = PromptSettings.Part.allCases.map(\.rawValue)
        throw ArgumentError(
          "part",
          AcrError(
            .usage, "`\(name)` is nothing the prompt can show",
            help: Suggestion.nearest(to: name, in: all).map { "did you mean `\($0)`?" }
              ?? "it can show \(all.joined(separator: ", "))"))
      }
      return part
    }
    let new = state.withLock { settings in
      if !parts.isEmpty { settings.parts = parts }
      if call.isOn("plain") { settings.parts = [] }
      if let text = call.string("text") { settings.text = text }
      if let slow = call.duration("slow") { settings.slow = slow }
      if case .bool(let suggests)? = call.arguments["suggestions"] { settings.suggests = suggests }
      return settings
    }
    let isSet = ["text", "slow", "suggestions"].contains { !(call.arguments[$0]?.isNull ?? true) }
    guard parts.isEmpty, !isSet, !call.isOn("plain") else { return .nothing }
    let fields: KeyValuePairs<String, Value> = [
      "parts": .list(new.parts.map { .string($0.rawValue) }), "text": .string(new.text),
      "slow": .duration(new.slow), "suggestions": .bool(new.suggests),
    ]
    return .value(.record(Record(fields)))
  }
}
