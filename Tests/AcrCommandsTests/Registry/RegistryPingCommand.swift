import AcrCore
import AcrLanguage
import AcrRuntime
import OCIRegistry

@testable import AcrCommands

/// `registry ping`: whether a registry answers, and how quickly.
struct RegistryPingCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let name = Flag<String?>("name", short: "n", help: "the registry: a name or a host", completer: .registry)
    let times = Flag<Int64>("times", default: 1, help: "how many requests, 1 to 100")
  }

  private static let columns = [
    Column("loginServer", help: "the registry's host"),
    Column("took", .duration, help: "how long the answer took"),
  ]
  private static let shape = Shape(columns)

  let signature = Signature(
    "registry ping",
    summary: "Asks a registry whether it answers",
    group: .registry,
    examples: [.init("A registry on this machine", "registry ping --name localhost:5000")],
    columns: OutputColumns(columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    let times = call[\.times]
    guard (1...100).contains(times) else {
      throw ArgumentError(call.parameters.times, AcrError(.usage, "`--times` is a number from 1 to 100, not \(times)"))
    }
    let host = try session.registryHost(call, \.name)
    let registries = session.registries
    let rows = try (0..<times).map { _ in
      let start = ContinuousClock.now
      try Blocking.wait(call.run) { try await registries.checkLogin(host) }
      let took = (ContinuousClock.now - start).nanoseconds
      return Value.record(Record(shape: Self.shape, values: [.string(host.name), .duration(took)]))
    }
    return .value(.list(rows))
  }
}
