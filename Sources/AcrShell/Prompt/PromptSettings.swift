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
      case .registry: "the place that `cd` went to, else the registry signed in to"
      case .identity: "who is signed in"
      case .sandbox: "a mark in the sandbox"
      case .dryRun: "a mark in a dry run"
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

  struct Parameters: ParameterSet {
    let part = Rest<String>(
      "part", help: PromptSettings.Part.allCases.map { "\($0.rawValue): \($0.help)" }.joined(separator: "; "),
      completer: .fixed(PromptSettings.Part.allCases.map(\.rawValue)))
    let text = Flag<String?>("text", defaultText: "acrsh", help: "the text at the start")
    let slow = Flag<Duration?>(
      "slow", defaultText: "2s", help: "shows the time of entries that take at least this long")
    let suggestions = Flag<Bool?>(
      "suggestions", defaultText: "true", help: "whether to suggest earlier entries")
    let plain = Switch("plain", help: "only the text at the start")
  }

  let signature = Signature(
    "prompt", summary: "Configures the prompt",
    description: """
      Without arguments, shows the settings. Settings in `rc.acr` (in `$XDG_CONFIG_HOME/acrsh`, else \
      `~/.config/acrsh`) apply to every session: that file runs when the prompt starts.
      """,
    group: .messages,
    examples: [
      .init("Registry and duration only", "prompt registry duration --slow 5s"), .init("The settings", "prompt"),
    ],
    columns: [
      Column("parts", .list, help: "what the prompt shows"),
      Column("text", help: "the text at the start"),
      Column("slow", .duration, help: "the shortest time that is shown"),
      Column("suggestions", .bool, help: "whether earlier entries are suggested"),
    ])

  /// The settings now.
  var settings: PromptSettings { state.withLock { $0 } }

  func run(_ call: Call<Parameters>) throws -> Output {
    let names = call[\.part]
    let parts = try names.map { name in
      guard let part = PromptSettings.Part(rawValue: name) else {
        let all = PromptSettings.Part.allCases.map(\.rawValue)
        throw ArgumentError(
          call.parameters.part,
          AcrError(
            .usage, "the prompt cannot show `\(name)`",
            help: Suggestion.nearest(to: name, in: all).map { "did you mean `\($0)`?" }
              ?? "it can show \(all.joined(separator: ", "))"))
      }
      return part
    }
    let new = state.withLock { settings in
      if !parts.isEmpty { settings.parts = parts }
      if call[\.plain] { settings.parts = [] }
      if let text = call[\.text] { settings.text = text }
      if let slow = call[\.slow] { settings.slow = slow.nanoseconds }
      if let suggests = call[\.suggestions] { settings.suggests = suggests }
      return settings
    }
    let isSet = call[\.text] != nil || call[\.slow] != nil || call[\.suggestions] != nil
    guard parts.isEmpty, !isSet, !call[\.plain] else { return .nothing }
    let fields: KeyValuePairs<String, Value> = [
      "parts": .list(new.parts.map { .string($0.rawValue) }), "text": .string(new.text),
      "slow": .duration(new.slow), "suggestions": .bool(new.suggests),
    ]
    return .value(.record(Record(fields)))
  }
}
