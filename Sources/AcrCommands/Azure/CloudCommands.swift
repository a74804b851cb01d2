import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `cloud list`: the clouds there are.
struct CloudList: Command {
  let session: AcrSession

  let signature = Signature(
    "cloud list",
    summary: "Lists the clouds there are, with their addresses",
    group: .session,
    examples: [.init("Their names", "cloud list | get name")],
    cmdlet: .init("Get-AzEnvironment", parameters: []))

  func run(_ call: Invocation) throws -> Output {
    try session.azure.withClouds { clouds in
      .value(.list(clouds.clouds.map { .record(CloudRecord.record($0, isActive: $0 == clouds.active)) }))
    }
  }
}

/// `cloud show`: one cloud.
struct CloudShow: Command {
  let session: AcrSession

  let signature = Signature(
    "cloud show",
    summary: "Shows the addresses of a cloud",
    group: .session,
    flags: [.init("name", short: "n", .string, help: "the cloud; without it the chosen one")],
    examples: [.init("The chosen one", "cloud show | get name")])

  func run(_ call: Invocation) throws -> Output {
    try session.azure.withClouds { clouds in
      let cloud = try call.string("name").map { name in try locate("name") { try clouds.cloud(named: name) } }
      return .value(
        .record(CloudRecord.record(cloud ?? clouds.active, isActive: (cloud ?? clouds.active) == clouds.active)))
    }
  }
}

/// `cloud set`: chooses the cloud.
struct CloudSet: Command {
  let session: AcrSession

  let signature = Signature(
    "cloud set",
    summary: "Chooses the cloud to sign in to, for this session and later ones",
    description: "An account of another cloud is signed out of this session.",
    group: .session,
    flags: [
      .init(
        "name", short: "n", .string, isRequired: true, help: "the cloud",
        completer: .fixed(AzureCloud.builtIn.map(\.name)))
    ],
    examples: [.init("Back to the public cloud", "cloud set --name AzureCloud")])

  func run(_ call: Invocation) throws -> Output {
    let name = call.string("name") ?? ""
    let cloud = try locate("name") {
      try session.azure.withClouds { clouds in
        try clouds.setActive(name)
        return clouds.active
      }
    }
    try session.use(cloud, call.run)
    return .nothing
  }
}

/// `cloud register` and `cloud update`: clouds of one's own.
struct CloudRegister: Command {
  let session: AcrSession
  /// True for `cloud update`.
  let isUpdate: Bool

  var signature: Signature {
    Signature(
      isUpdate ? "cloud update" : "cloud register",
      summary: isUpdate ? "Changes the addresses of a cloud" : "Makes a cloud of its own addresses known",
      description: "The flags are those of the Azure CLI. Addresses take https; plain http only on this machine.",
      group: .session,
      flags: [.init("name", short: "n", .string, isRequired: true, help: "the cloud's name")]
        + CloudSetting.allCases.map { .init($0.flag, .string, help: CloudRecord.help($0)) },
      examples: [
        .init(
          "A cloud behind other addresses",
          isUpdate
            ? "cloud update --name Own --suffix-acr-login-server-endpoint .registry.example"
            : "cloud register --name Own --endpoint-resource-manager https://management.example/ "
              + "--endpoint-active-directory https://login.example")
      ])
  }

  func run(_ call: Invocation) throws -> Output {
    let name = call.string("name") ?? ""
    var settings: [CloudSetting: String] = [:]
    for setting in CloudSetting.allCases { settings[setting] = call.string(setting.flag) }
    let isActive = try locate("name") {
      try session.azure.withClouds { clouds in
        if isUpdate {
          try clouds.update(name, settings: settings)
        } else {
          try clouds.register(try AzureCloud(name: name, settings: settings))
        }
        return clouds.active.name == (try? clouds.cloud(named: name).name)
      }
    }
    if isActive { try session.use(try session.azure.withClouds { $0.active }, call.run) }
    return .nothing
  }
}

/// `cloud unregister`: forgets a cloud.
struct CloudUnregister: Command {
  let session: AcrSession

  let signature = Signature(
    "cloud unregister",
    summary: "Forgets a cloud that was registered",
    group: .session,
    flags: [.init("name", short: "n", .string, isRequired: true, help: "the cloud")],
    examples: [.init("Forget one", "cloud unregister --name Own")])

  func run(_ call: Invocation) throws -> Output {
    let name = call.string("name") ?? ""
    try locate("name") { try session.azure.withClouds { try $0.unregister(name) } }
    return .nothing
  }
}

extension AcrSession {
  /// Goes over to a cloud. Its saved sign-in is taken up where there is one.
  func use(_ cloud: AzureCloud, _ run: RunContext) throws {
    try Blocking.wait(run) { [self] in
      let identity = try await azure.services().identity
      await identity.use(cloud)
      if await identity.account == nil { await identity.restore() }
      await accountChanged()
    }
  }
}

/// Clouds as az shows them.
enum CloudRecord {
  static func record(_ cloud: AzureCloud, isActive: Bool) -> Record {
    func fields(_ isSuffix: Bool) -> Record {
      let settings = CloudSetting.allCases.filter { $0.isSuffix == isSuffix }
      return Record(
        shape: Shape(settings.map(\.jsonName)), values: settings.map { cloud[$0].map(Value.string) ?? .null })
    }
    return Record([
      "name": .string(cloud.name), "isActive": .bool(isActive), "endpoints": .record(fields(false)),
      "suffixes": .record(fields(true)),
    ])
  }

  static func help(_ setting: CloudSetting) -> String {
    switch setting {
    case .activeDirectory: "where Entra answers"
    case .activeDirectoryResourceID: "what tokens for the resource manager are asked for"
    case .resourceManager: "where the resource manager answers"
    case .management: "where the classic management answered"
    case .activeDirectoryGraphResourceID: "what tokens for the old graph are asked for"
    case .microsoftGraphResourceID: "what tokens for Microsoft Graph are asked for"
    case .acrLoginServer: "how hosts of registries end"
    case .keyVaultDNS: "how hosts of key vaults end"
    case .storageEndpoint: "how hosts of storage accounts end"
    case .sqlServerHostname: "how hosts of SQL servers end"
    }
  }
}
