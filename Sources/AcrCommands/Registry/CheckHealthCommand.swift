import AcrCore
import AcrHTTP
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `acr check-health`: what stands between this machine and a registry.
struct CheckHealthCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let registry = ManagedRegistry()
    let repository = Flag<String?>(
      "repository", help: "also whether the account may read this repository", completer: .repository(of: "name"))
    let ignoreErrors = Switch("ignore-errors", help: "goes on behind a check that failed, and does not fail")
    let yes = Switch("yes", short: "y", help: "accepted as the Azure CLI's: there is no question")
  }

  private static let columns = [
    Column("check", help: "what was looked at").key, Column("status", help: "passed, failed or skipped").key,
    Column("detail", null: "where there is no more to say", help: "what was found"),
  ]
  private static let shape = Shape(columns)

  let signature = Signature(
    "acr check-health",
    summary: "Checks the way from this machine to a registry: sign-in, name, API, token, permissions",
    description: """
      Asks as the Azure CLI's `acr check-health` does, but for Docker and Helm, which acrsh needs neither of. The first check \\
      that fails ends it with its error; with --ignore-errors each is a row.
      """,
    group: .registry,
    examples: [.init("One registry", "acr check-health --name myregistry --ignore-errors")],
    columns: OutputColumns(columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    let text = try session.registryText(call[\.registry], \.name)
    let repository = try call[\.repository].map { name in
      try locate(call.parameters.repository) { () throws(AcrError) in try RepositoryName(name) }
    }
    var rows: [Value] = []
    let goesOn = call[\.ignoreErrors]
    let session = session
    /// Notes what a check gives. What one check found is needed by the next: nil ends the checks.
    func check<Found: Sendable>(
      _ name: String, _ body: @escaping @Sendable () async throws -> (Found, String?)
    ) throws -> Found? {
      do {
        let (found, detail) = try Blocking.wait(call.run, body)
        rows.append(Self.row(name, "passed", detail))
        return found
      } catch let error as AcrError where error.kind != .cancelled && goesOn {
        rows.append(Self.row(name, "failed", error.message))
        return nil
      }
    }
    _ = try check("account") { () -> (Bool, String?) in
      let services = try await session.azure.signedIn()
      return (true, await services.identity.account?.userName)
    }
    guard let text else {
      rows.append(Self.row("registry", "skipped", "--name says which registry"))
      return .value(.list(rows))
    }
    let host = try check("registry") { () -> (RegistryHost, String?) in
      guard case .registry(let host) = try await session.registry(RegistryText(text)) else {
        throw AcrError(.usage, "`\(text)` is a folder, and this is about registries")
      }
      return (host, host.name)
    }
    guard let host else { return .value(.list(rows)) }
    let answers = try check("registry API") { () -> (Bool, String?) in
      let scheme = host.isLoopback ? "http" : "https"
      let url = "\(scheme)://\(host.apiHost)/v2/"
      let answer = try await session.azure.settings.http.send(TransportRequest(.get, url))
      _ = await answer.body.beginning(upTo: HTTPClient.errorLimit)
      if answer.status == 403 {
        throw AcrError(
          .denied, "the firewall of `\(host)` does not let this machine in",
          help: "its rules: acr show --name \(host.name.prefix { $0 != "." }) --query networkRuleSet", status: 403,
          target: host.name)
      }
      return (true, "\(url) answers")
    }
    guard answers != nil else { return .value(.list(rows)) }
    _ = try check("registry token") { () -> (Bool, String?) in
      try await session.client(host).checkLogin()
      return (true, nil)
    }
    if let repository {
      _ = try check("repository") { () -> (Bool, String?) in
        let store = session.store(.registry(host), repository, .pull).store
        _ = try await store.tagPages().next()
        return (true, "\(host)/\(repository) can be read")
      }
    }
    return .value(.list(rows))
  }

  private static func row(_ check: String, _ status: String, _ detail: String?) -> Value {
    .record(
      Record(shape: shape, values: [.string(check), .string(status), detail.map(Value.string) ?? .null]))
  }
}
