import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `logout`: forgets the account.
struct Logout: Command {
  let session: AcrSession

  let signature = Signature(
    "logout",
    summary: "Signs out of Azure, and forgets a saved sign-in",
    group: .session,
    examples: [.init("Forget everything", "logout")],
    cmdlet: .init("Disconnect-AzAccount", parameters: []))

  func run(_ call: Invocation) throws -> Output {
    let session = session
    let wasSignedIn = try Blocking.wait(call.run) {
      let identity = try await session.azure.services().identity
      let account = await identity.account
      try await identity.signOut()
      await session.accountChanged()
      return account != nil
    }
    if !wasSignedIn { call.run.sink.talk("note: nobody was signed in") }
    return .nothing
  }
}

/// `whoami`: the account, and where it works.
struct WhoAmI: Command {
  let session: AcrSession

  let signature = Signature(
    "whoami", aliases: ["account show"],
    summary: "Shows who is signed in, to which cloud, and in which subscription",
    group: .session,
    examples: [.init("The tenant of the account", "whoami | get tenantId")],
    cmdlet: .init("Get-AzContext", parameters: []))

  func run(_ call: Invocation) throws -> Output {
    let session = session
    return try Blocking.wait(call.run) {
      let identity = try await session.azure.services().identity
      guard let account = await identity.account else {
        throw AcrError(
          .auth, "nobody is signed in to `\(await identity.cloud.name)`", help: "sign in: `login`",
          notes: await session.registries.credentials.list().map { "signed in to the registry \($0.host)" })
      }
      return .value(.record(await AccountRows.whoami(identity, account, session)))
    }
  }
}

/// `account list`: the subscriptions.
struct AccountList: Command {
  let session: AcrSession

  let signature = Signature(
    "account list",
    summary: "Lists the subscriptions of the account",
    group: .session,
    examples: [.init("Their names", "account list | get name")],
    cmdlet: .init("Get-AzSubscription", parameters: []))

  func run(_ call: Invocation) throws -> Output {
    let session = session
    return try Blocking.wait(call.run) {
      let identity = try await session.azure.services().identity
      guard let account = await identity.account else {
        throw AcrError(.auth, "nobody is signed in to `\(await identity.cloud.name)`", help: "sign in: `login`")
      }
      return .value(.list(await AccountRows.subscriptions(identity, account).map(Value.record)))
    }
  }
}

/// `account set`: chooses the subscription.
struct AccountSet: Command {
  let session: AcrSession

  let signature = Signature(
    "account set",
    summary: "Chooses the subscription that commands work in",
    group: .session,
    flags: [
      .init("subscription", short: "s", .string, isRequired: true, help: "the subscription, by name or id")
    ],
    examples: [.init("By its name", "account set --subscription \"Sample subscription\"")],
    cmdlet: .init(
      "Set-AzContext",
      parameters: [.init("Subscription", .flag("subscription")), .init("SubscriptionId", .flag("subscription"))]))

  func run(_ call: Invocation) throws -> Output {
    let session = session
    let name = call.string("subscription") ?? ""
    return try locate("subscription") {
      try Blocking.wait(call.run) {
        let identity = try await session.azure.services().identity
        try await identity.selectSubscription(name)
        return .nothing
      }
    }
  }
}

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
