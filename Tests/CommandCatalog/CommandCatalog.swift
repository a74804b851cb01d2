import AcrCommands
import AcrCore
import AcrHTTP
import AcrLanguage
import AcrRuntime
import AcrShell
import OCIRegistry

/// The real commands, in a session that reaches nothing and keeps nothing: their signatures are those of the program.
public enum CommandCatalog {
  /// A session whose every request fails.
  public static func session() -> CommandContext {
    let http = HTTPClient(transport: NoTransport())
    let azure = AzureContext(AzureContext.Settings(transport: NoTransport(), http: http))
    return CommandContext(
      registries: RegistryClients(
        http: http, credentials: CredentialStore(environment: [:]), identity: azure.registryIdentity),
      azure: azure, progress: NoProgress())
  }

  /// The commands of the program, but for the pipeline words, which every session has.
  public static let commands: [any Command] = session().commands + ShellCommands.all

  /// What the check knows: every command and every function.
  public static let catalog = Session(commands: commands, foreign: AzureCLI.foreignNames).catalog
}

/// A network that is not there.
private struct NoTransport: Transport {
  func send(_ request: TransportRequest) async throws -> TransportResponse {
    throw AcrError(.network, "this session has no network")
  }
}
