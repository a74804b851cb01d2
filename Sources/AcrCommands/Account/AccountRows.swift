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
    Column("tenantId", help: "the tenant"),
    Column("user", .record, help: "the account: its name and type"),
  ]
  private static let shape = Shape(columns)

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

  /// The subscriptions, as `az login` and `az account list` give them.
  static func subscriptions(_ identity: AccountManager, _ account: Account) async -> [Record] {
    let current = await identity.currentSubscription
    return await identity.subscriptions.map { subscription in
      Record(
        shape: shape,
        values: [
          .string(account.cloudName), .string(subscription.homeTenantID), .string(subscription.id),
          .bool(subscription.id == current?.id),
          .list(subscription.managedByTenants.map { .record(Record(["tenantId": .string($0)])) }),
          .string(subscription.name), .string(subscription.state), .string(subscription.tenantID), user(account),
        ])
    }
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
