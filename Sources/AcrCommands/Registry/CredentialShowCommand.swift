import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// `acr credential show`: the admin user of an Azure registry.
struct CredentialShowCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let name = Flag<String?>(
      "name", short: "n", help: "the registry: its name, login server or resource id", completer: .registry)
  }

  let signature = Signature(
    "acr credential show",
    summary: "Gets the admin user of an Azure registry and its passwords",
    description: """
      The passwords are secrets: they can be passed to flags that take one, and a terminal shows them as `secret(…)`. Into a \
      pipe they are written, as the Azure CLI does it.
      """,
    group: .registry,
    examples: [
      .init(
        "Sign in as the admin user",
        "let admin = acr credential show --name myregistry\n"
          + "acr login --name myregistry -u ${admin.username} -p ($admin.passwords | get value | first)")
    ],
    cmdlet: .init(
      "Get-AzContainerRegistryCredential",
      parameters: PowerShell.registryNames + [
        .init("ResourceGroupName", .flag("resource-group")), .init("SubscriptionId", .flag("subscription")),
      ] + PowerShell.common),
    columns: [
      Column("username", help: "the admin user"),
      Column("passwords", .list, help: "its passwords: records with name and value"),
    ]
  ).with(azure: [.sortedFields, .givesSecrets])

  func run(_ call: Call<Parameters>) throws -> Output {
    guard let text = try session.registryText(call, \.name) else {
      throw CommandContext.needsRegistry(call.parameters.name)
    }
    let session = session
    return try locate(call.parameters.name) {
      try Blocking.wait(call.run) {
        let services = try await session.azure.signedIn()
        let registry = try await session.azureRegistry(text)
        let admin = try await services.manager.adminCredentials(of: registry)
        let passwords = admin.passwords.map { password in
          Value.record(Record(["name": .string(password.name), "value": .secret(password.value)]))
        }
        return .value(.record(Record(["username": .string(admin.userName), "passwords": .list(passwords)])))
      }
    }
  }
}
