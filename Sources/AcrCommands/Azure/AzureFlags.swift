import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// The flags with which the Azure CLI says where a registry is and who opens it.
struct AzureFlags: ParameterSet {
  let username = Flag<String?>("username", short: "u", help: "the user for the registry, for this command only")
  let password = Flag<Secret?>(
    "password", short: "p", help: "the password for the registry; without a user an access token")
  let suffix = Flag<String?>("suffix", help: "of a login server NAME-SUFFIX.azurecr.io that the account cannot look up")
  let subscription = Flag<String?>("subscription", help: "the subscription of the registry, by name or id")
  let resourceGroup = Flag<String?>("resource-group", short: "g", help: "the resource group of the registry")

  /// The names of those for commands that talk to the registry itself.
  static let dataPlane: Set<String> = ["username", "password", "suffix", "subscription", "resource-group"]
  /// Of those for commands that only ask the resource manager.
  static let manager: Set<String> = ["subscription", "resource-group"]
  /// Of a command that finds its registry in no other way.
  static let subscriptionOnly: Set<String> = ["subscription"]
}

/// Where the registry that a command names is, and who opens it, beyond its name.
struct RegistryAddressing: Sendable {
  var credentials: Credentials?
  var suffix: String?
  var subscription: String?
  var resourceGroup: String?

  /// Nothing was said.
  static let none = RegistryAddressing()

  /// True where the name has to be looked up in one place.
  var isPlaced: Bool { subscription != nil || resourceGroup != nil }
}

extension AzureFlags {
  /// What the flags say.
  /// - Parameter names: those that the command takes.
  /// - Throws: ``ArgumentError`` for a user without a password, where nobody can be asked for it.
  static func addressing(_ call: Call<AzureFlags>, _ names: Set<String>) throws -> RegistryAddressing {
    func text(_ flag: KeyPath<AzureFlags, Flag<String?>>) -> String? {
      names.contains(call.parameters[keyPath: flag].name) ? call[flag].flatMap { $0.isEmpty ? nil : $0 } : nil
    }
    var addressing = RegistryAddressing(
      suffix: text(\.suffix), subscription: text(\.subscription), resourceGroup: text(\.resourceGroup))
    guard names.contains(call.parameters.password.name) else { return addressing }
    var password = call[\.password].flatMap { $0.isEmpty ? nil : $0 }
    let user = text(\.username)
    if let user, password == nil {
      guard let prompter = call.run.prompter, call.run.isInteractive else {
        throw ArgumentError(
          call.parameters.username,
          AcrError(
            .usage, "`--username` needs `--password` beside it",
            help: "`--password (secret env NAME)` takes it from the environment"))
      }
      password = try prompter.secret("Password of \(user): ")
    }
    addressing.credentials = password.map { password in
      user.map { .user($0, password: password) } ?? .accessToken(password)
    }
    return addressing
  }
}

/// A command with az's flags around it: they choose the session that the command sees, which knows nothing of them.
struct AzureAddressed<Base: Command>: Command {
  let session: CommandContext
  let offered: Set<String>
  let make: @Sendable (CommandContext) -> Base

  struct Parameters: ParameterSet {
    let base: Base.Parameters
    let azure = AzureFlags()
    /// The flags of ``azure`` that the command has not itself.
    let names: Set<String>
    /// All declarations, in order.
    let declarations: [any DeclaredParameter]

    init() { self.init(Base.Parameters(), offered: AzureFlags.dataPlane) }

    init(_ base: Base.Parameters, offered: Set<String>) {
      self.base = base
      let own = base.declarations
      names = offered.subtracting(AzureFlags.names(of: own))
      declarations = own + AzureFlags.declarations(named: names)
    }
  }

  var parameters: Parameters { Parameters(make(session).parameters, offered: offered) }
  var signature: Signature { make(session).signature }

  func run(_ call: Call<Parameters>) throws -> Output {
    let parameters = call.parameters
    let addressing = try AzureFlags.addressing(call.narrowed(to: parameters.azure), parameters.names)
    return try make(session.addressed(addressing)).run(call.narrowed(to: parameters.base))
  }
}

extension AzureFlags {
  // Key paths in generic types stop the compiler (6.3), so these are here.
  fileprivate static func names(of declarations: [any DeclaredParameter]) -> [String] { declarations.map { $0.name } }

  fileprivate static func declarations(named names: Set<String>) -> [any DeclaredParameter] {
    AzureFlags().declarations.filter { names.contains($0.name) }
  }
}

extension CommandContext {
  /// The client for a registry, with the credentials that the command was given.
  func client(_ host: RegistryHost) -> RegistryClient {
    guard let credentials = addressing.credentials else { return registries.client(host) }
    return registries.client(host, credentials: credentials, origin: "`--username` and `--password`")
  }

  /// A registry of the resource manager, looked for where the command's flags say.
  /// - Throws: ``AcrError`` of kind `auth` if not signed in, and what the search throws.
  func azureRegistry(_ text: String) async throws -> AzureRegistryInfo {
    let services = try await azure.signedIn()
    var name = text.hasPrefix("https://") ? String(text.dropFirst("https://".count)) : text
    if name.hasSuffix("/") { name.removeLast() }
    guard addressing.isPlaced, !name.hasPrefix("/") else { return try await services.finder.find(name) }
    if RegistryHost.looksLikeHost(name) { name = String(name.prefix { $0 != "." }) }
    return try await services.finder.find(
      name, resourceGroup: addressing.resourceGroup,
      in: try await addressing.subscription.asyncMap { try await services.identity.subscription(named: $0) })
  }
}
