import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// Accounts and subscriptions as az shows them.
enum AccountRows {
  /// The columns of subscriptions.
  static let columns = [
    Column("cloudName", help: "the cloud").key,
    Column("homeTenantId", help: "the tenant that owns the subscription"),
    Column("id", help: "the subscription's id"),
    Column("isDefault", .bool, help: "whether commands work in it"),
    Column("managedByTenants", .list, help: "the tenants that manage it"),
    Column("name", help: "the subscription's name"),
    Column("state", help: "for example Enabled"),
    Column("tenantDefaultDomain", help: "the tenant's domain").only("for a person who named no tenant"),
    Column("tenantDisplayName", help: "the tenant's name").only("for a person who named no tenant"),
    Column("tenantId", help: "the tenant"),
    Column("user", .record, help: "the account: its name and type"),
  ]

  /// The fields of `account show`.
  static let shownColumns =
    [
      Column("environmentName", help: "the cloud").key
    ] + columns.dropFirst()

  /// The name of the one row of an account without subscriptions, as az writes it.
  static let tenantLevelName = "N/A(tenant level account)"

  /// The fields of `whoami`.
  static let whoamiColumns = [
    Column("user", .record, help: "the account: its name and type"),
    Column("method", help: "how it signed in"),
    Column("cloudName", help: "the cloud"),
    Column("tenantId", null: "where the tenant is not known", help: "the tenant"),
    Column("id", null: "without a subscription", help: "the subscription's id"),
    Column("name", null: "without a subscription", help: "the subscription's name"),
    Column("subscriptions", .int, help: "how many subscriptions the account has"),
    Column("registries", .list, help: "the registries that this session is signed in to"),
  ]
  private static let whoamiShape = Shape(whoamiColumns)

  /// The subscriptions, as `az login` and `az account list` give them. An account without any has one row for its tenant.
  static func subscriptions(_ identity: AccountManager, _ account: Account) async -> [Record] {
    let current = await identity.currentSubscription
    let found = await identity.subscriptions
    guard !found.isEmpty else {
      return tenantLevel(account, cloud: "cloudName").map { [$0] } ?? []
    }
    return found.map { record($0, isDefault: $0.id == current?.id, account, cloud: "cloudName") }
  }

  /// One subscription, or the tenant of an account without any, as `az account show` gives it.
  static func shown(_ subscription: Subscription?, isDefault: Bool, _ account: Account) -> Record? {
    guard let subscription else { return tenantLevel(account, cloud: "environmentName") }
    return record(subscription, isDefault: isDefault, account, cloud: "environmentName")
  }

  private static func record(
    _ subscription: Subscription, isDefault: Bool, _ account: Account, cloud: String
  ) -> Record {
    var fields: [(String, Value)] = [
      (cloud, .string(account.cloudName)), ("homeTenantId", .string(subscription.homeTenantID)),
      ("id", .string(subscription.id)), ("isDefault", .bool(isDefault)),
      ("managedByTenants", .list(subscription.managedByTenants.map { .record(Record(["tenantId": .string($0)])) })),
      ("name", .string(subscription.name)), ("state", .string(subscription.state)),
    ]
    if let domain = subscription.tenantDefaultDomain { fields.append(("tenantDefaultDomain", .string(domain))) }
    if let name = subscription.tenantDisplayName { fields.append(("tenantDisplayName", .string(name))) }
    fields += [("tenantId", .string(subscription.tenantID)), ("user", user(account))]
    return Record(shape: shape(fields.map(\.0)), values: fields.map(\.1))
  }

  /// The shape of these names, with the ranks of the columns.
  private static func shape(_ names: [String]) -> Shape {
    Shape(names.compactMap { name in (columns + shownColumns).first { $0.name == name } })
  }

  private static func tenantLevel(_ account: Account, cloud: String) -> Record? {
    guard let tenant = account.tenant else { return nil }
    let fields: [(String, Value)] = [
      (cloud, .string(account.cloudName)), ("homeTenantId", .string(tenant)), ("id", .string(tenant)),
      ("isDefault", .bool(true)), ("managedByTenants", .list([])), ("name", .string(tenantLevelName)),
      ("state", .string("Enabled")), ("tenantId", .string(tenant)), ("user", user(account)),
    ]
    return Record(shape: shape(fields.map(\.0)), values: fields.map(\.1))
  }

  /// The account and where it works.
  static func whoami(_ identity: AccountManager, _ account: Account, _ session: CommandContext) async -> Record {
    let current = await identity.currentSubscription
    let registries = await session.registries.credentials.list().map { registry in
      Value.record(
        Record([
          "loginServer": .string(registry.host.name), "username": registry.userName.map(Value.string) ?? .null,
        ]))
    }
    let count = Int64(await identity.subscriptions.count)
    return Record(
      shape: whoamiShape,
      values: [
        user(account), .string(account.method), .string(account.cloudName),
        (current?.tenantID ?? account.tenant).map(Value.string) ?? .null, current.map { .string($0.id) } ?? .null,
        current.map { .string($0.name) } ?? .null, .int(count), .list(registries),
      ])
  }

  private static func user(_ account: Account) -> Value {
    var record = Record(["name": .string(account.userName), "type": .string(account.kind.rawValue)])
    if let info = account.assignedIdentityInfo {
      record = Record([
        "assignedIdentityInfo": .string(info), "name": .string(account.userName),
        "type": .string(account.kind.rawValue),
      ])
    }
    return .record(record)
  }
}
