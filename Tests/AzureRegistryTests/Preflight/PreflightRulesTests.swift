import AcrCore
import OCIRegistry
import Testing

@testable import AzureRegistry
@testable import ImportCore

@Suite("What the settings of two registries mean for an import, word for word")
struct PreflightRulesTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var target: JSONValue = [:]
    /// Nil for a source that the account cannot see.
    var source: JSONValue? = [:]
    var isByID = true
    var sourceTenant: String? = "t-1"
    let check: PreflightCheck.Name
    var result = PreflightCheck.Result.failed
    let detail: String
    var cure: String?
    var testDescription: String { name }
  }

  static let denied: JSONValue = [
    "networkRuleSet": ["defaultAction": "Deny", "ipRules": []], "networkRuleBypassOptions": "None",
  ]
  static let hidden: JSONValue = ["publicNetworkAccess": "Disabled", "networkRuleBypassOptions": "AzureServices"]
  static let sourceID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/second"
  static let trusted = "let trusted services pass: set `networkRuleBypassOptions` of"

  static let cases = [
    Case(
      name: "a classic target", target: ["sku": "Classic"], check: .targetTier,
      detail: "the registry `first` is a classic one, which cannot import",
      cure: "import to a registry of the tier Basic, Standard or Premium"),
    Case(
      name: "a target that is being made", target: ["provisioningState": "Creating"], check: .targetState,
      detail: "the registry `first` is being made", cure: "wait until it is ready"),
    Case(
      name: "a source that is being deleted", source: ["provisioningState": "Deleting"], check: .sourceState,
      detail: "the registry `second` is being deleted", cure: "import to or from another registry"),
    Case(
      name: "a target that is being changed", target: ["provisioningState": "Updating"], check: .targetState,
      result: .warning, detail: "the registry `first` is in the state `Updating`",
      cure: "where the import fails, wait until its last change is done"),
    Case(
      name: "a target behind rules that no service passes", target: denied, check: .targetNetwork,
      detail: "`first` has network rules and lets no trusted services pass, so the service cannot write to it",
      cure: "\(trusted) `first` to `AzureServices`"),
    Case(
      name: "a private target that trusted services pass", target: hidden, check: .targetNetwork, result: .passed,
      detail: "trusted services pass the network rules of `first`"),
    Case(
      name: "a source by its id behind rules that no service passes", source: denied, check: .sourceNetwork,
      detail: "`second` has network rules and lets no trusted services pass, so the service cannot read from it",
      cure: "\(trusted) `second` to `AzureServices`"),
    Case(
      name: "a private source that trusted services pass", source: hidden, check: .sourceNetwork, result: .passed,
      detail: "trusted services pass the network rules of `second`"),
    Case(
      name: "a private source by its host", source: hidden, isByID: false, check: .sourceNetwork,
      detail: "public access to `second` is disabled, so the service cannot reach it by its host",
      cure: "name it by its id, and without credentials: --registry \(sourceID)"),
    Case(
      name: "a source by its host whose firewall has no addresses", source: denied, isByID: false,
      check: .sourceNetwork,
      detail: "the firewall of `second` lets no address in, so the service cannot reach it by its host",
      cure: "name it by its id, and without credentials: --registry \(sourceID)"),
    Case(
      name: "a source by its host whose firewall has addresses",
      source: ["networkRuleSet": ["defaultAction": "Deny", "ipRules": [["action": "Allow", "value": "10.0.0.1"]]]],
      isByID: false, check: .sourceNetwork, result: .warning,
      detail: "the firewall of `second` lets only its list of addresses in, and the service's may not be on it",
      cure: "name it by its id, and without credentials: --registry \(sourceID)"),
    Case(
      name: "another tenant, by its id", sourceTenant: "t-2", check: .sourceTenant,
      detail: "`second` is in another tenant, where an id means nothing to the service",
      cure: "name it by its host, with credentials of its tenant: --source second.azurecr.io/app:v1 --username USER "
        + "--password PASSWORD"),
    Case(
      name: "another tenant, private", source: hidden, isByID: false, sourceTenant: "t-2", check: .sourceTenant,
      detail: "`second` is in another tenant and public access to it is disabled, which imports do not support",
      cure: "enable public access for the import, or import with --engine direct from a network that reaches it"),
    Case(
      name: "another tenant, by its host", isByID: false, sourceTenant: "t-2", check: .sourceTenant, result: .passed,
      detail: "`second` is in another tenant, and named by its host"),
    Case(
      name: "an unknown tenant", sourceTenant: nil, check: .sourceTenant, result: .skipped,
      detail: "the tenant of `second` is not known"),
    Case(
      name: "no exports", source: ["policies": ["exportPolicy": ["status": "disabled"]]], check: .sourceExport,
      detail: "the export policy of `second` does not let images out",
      cure: "have its owner enable `exportPolicy`, which needs public network access"),
    Case(
      name: "a source that is not visible", source: nil, check: .sourceNetwork, result: .skipped,
      detail: "the source's registry is not visible to this account"),
  ]

  static func info(_ name: String, _ settings: JSONValue) throws -> AzureRegistryInfo {
    let properties = (settings.members ?? []) + [.init("loginServer", .string("\(name).azurecr.io"))]
    return try #require(
      AzureRegistryInfo([
        "id": .string("/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/\(name)"),
        "sku": ["name": settings["sku"] ?? "Premium"], "properties": .object(properties),
      ]))
  }

  static func rules(_ item: Case) throws -> AzureRules {
    let id = try #require(AzureResourceID(registry: sourceID))
    let credentials = ServiceImportParameters.SourceCredentials(userName: "me", password: Secret("secret"))
    let parameters = try ServiceImportParameters(
      source: item.isByID ? .registry(id) : .host(RegistryHost("second.azurecr.io"), credentials),
      image: RepositoryReference("app:v1"), targetTags: [RepositoryReference("app:v1")])
    return AzureRules(
      target: try info("first", item.target), parameters: parameters,
      source: try item.source.map { try info("second", $0) }, targetTenant: "t-1", sourceTenant: item.sourceTenant)
  }

  @Test("each check", arguments: cases)
  func check(_ item: Case) throws {
    let found = try #require(try Self.rules(item).checks(isAzure: true).first { $0.name == item.check })
    #expect(found.result == item.result)
    #expect(found.detail == item.detail)
    #expect(found.cure == item.cure)
  }

  @Test("open registries of one tenant pass them all, and so does an import within a registry that exports nothing")
  func allGood() throws {
    let checks = try Self.rules(Case(name: "", check: .source, detail: "")).checks(isAzure: true)
    #expect(checks.map(\.result) == Array(repeating: .passed, count: 7))
    let closed = try Self.info("first", ["policies": ["exportPolicy": ["status": "disabled"]]])
    let parameters = try ServiceImportParameters(
      source: .registry(closed.id), image: RepositoryReference("app:v1"), targetTags: [RepositoryReference("app:v2")])
    let rules = AzureRules(
      target: closed, parameters: parameters, source: closed, targetTenant: "t-1", sourceTenant: "t-1")
    #expect(rules.checks(isAzure: true).first { $0.name == .sourceExport }?.result == .passed)
  }

  @Test("the report is one error: the first failure, and the others as notes")
  func reportError() throws {
    let item = Case(name: "", target: ["sku": "Classic"], source: Self.denied, check: .source, detail: "")
    let error = try #require(PreflightReport(try Self.rules(item).checks(isAzure: true).reversed()).error)
    #expect(error.kind == .usage)
    #expect(error.message == "the registry `first` is a classic one, which cannot import")
    #expect(error.help == "import to a registry of the tier Basic, Standard or Premium")
    #expect(
      error.notes == [
        "`source-network` failed, too: `second` has network rules and lets no trusted services pass, so the service "
          + "cannot read from it; let trusted services pass: set `networkRuleBypassOptions` of `second` to "
          + "`AzureServices`",
        "found by the check `target-tier` before anything was sent; --no-preflight skips it",
      ])
    #expect(PreflightReport([.passed(.source, "fine"), .warning(.ranges, "perhaps")]).error == nil)
  }
}
