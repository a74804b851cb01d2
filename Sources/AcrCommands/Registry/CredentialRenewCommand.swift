import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// `acr credential renew`: a new password for the admin user.
struct CredentialRenewCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let registry = ManagedRegistry()
    let passwordName = Flag<String>(
      "password-name", help: "which of the two is made anew", completer: .fixed(["password", "password2"]),
      check: { text in
        ["password", "password2"].contains(text)
          ? nil : TextProblem("`\(text)` is not the name of a password", help: "`password` or `password2`")
      })
  }

  let signature = Signature(
    "acr credential renew",
    summary: "Makes a new password for the admin user of an Azure registry",
    description: "The old one stops working at once. The passwords are shown as those of `acr credential show`.",
    group: .registry,
    examples: [.init("The second one", "acr credential renew --name myregistry --password-name password2")],
    changes: true,
    cmdlet: .init(
      "Update-AzContainerRegistryCredential",
      parameters: PowerShell.registryNames + [
        .init("ResourceGroupName", .flag("resource-group")), .init("SubscriptionId", .flag("subscription")),
        .init("PasswordName", .flag("password-name")),
      ] + PowerShell.common),
    columns: [
      Column("username", help: "the admin user"),
      Column("passwords", .list, help: "its passwords: records with name and value"),
    ]
  ).with(azure: [.sortedFields, .givesSecrets])

  func run(_ call: Call<Parameters>) throws -> Output {
    let name = call[\.passwordName]
    let run = call.run
    guard ["password", "password2"].contains(name) else {
      throw ArgumentError(
        call.parameters.passwordName,
        AcrError(.usage, "`\(name)` is not the name of a password", help: "`password` or `password2`"))
    }
    return try session.withRegistry(call[\.registry], \.name) { registry, services, tenant in
      if run.isDryRun {
        return DryRun.output("renew the \(name) of `\(registry.name)`", ["registry": .string(registry.name)], run)
      }
      let json = try await services.manager.ask(
        "\(registry.id.path)/regenerateCredential", body: ["name": .string(name)], tenant: tenant)
      return .value(
        .record(AzureResource.record(json, Shape(["username", "passwords"]), hiding: ["value"])))
    }
  }
}
