import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity
import AzureRegistry
import OCIRegistry

/// `acr logout`: forgets what `acr login` was given.
struct RegistryLogoutCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let name = Flag<String?>("name", short: "n", help: "the registry: a name or a host", completer: .registry)
  }

  let signature = Signature(
    "acr logout",
    summary: "Signs out of a registry",
    group: .registry,
    examples: [.init("Forget a registry", "acr logout --name localhost:5000")])

  func run(_ call: Call<Parameters>) throws -> Output {
    let host = try session.registryHost(call, \.name)
    let registries = session.registries
    let wasKnown = try Blocking.wait(call.run) { await registries.logout(host) }
    session.status.update { facts in
      guard facts.registry == host.name else { return }
      (facts.registry, facts.registryUser) = (nil, nil)
    }
    if !wasKnown { call.run.sink.message("note: this session had no credentials for \(host)") }
    return .nothing
  }
}
