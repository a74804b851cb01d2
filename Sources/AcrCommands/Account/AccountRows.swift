import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// Accounts and subscriptions as az shows them.
enum AccountRows {
  private static let shape = Shape([
    "cloudName", "homeTenantId", "id", "isDefault", "managedByTenants", "name", "state", "tenantId", "user",
  ])

  /// The subscriptions, as `az login` and `az account list` give them.
  static func subscriptions(_ identity: IdentitySession, _ account: Account) async -> [Record] {
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
  static func whoami(_ identity: IdentitySession, _ account: Account, _ session: AcrSession) async -> Record {
    let current = await identity.currentSubscription
    let registries = await session.registries.credentials.list().map { registry in
      Value.record(
        Record([
          "loginServer": .string(registry.host.name), "username": registry.userName.map(Value.string) ?? .null,
        ]))
    }
    return Record([
      "user": user(account), "method": .string(account.method), "cloudName": .string(account.cloudName),
      "tenantId": (current?.tenantID ?? account.tenant).map(Value.string) ?? .null,
      "id": current.map { .string($0.id) } ?? .null, "name": current.map { .string($0.name) } ?? .null,
      "subscriptions": .int(Int64(await identity.subscriptions.count)), "registries": .list(registries),
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
