import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `cloud register` and `cloud update`: clouds of one's own.
struct CloudRegisterCommand: Command {
  let session: CommandContext
  /// True for `cloud update`.
  let isUpdate: Bool

  struct Parameters: ParameterSet {
    let name = Flag<String>("name", short: "n", help: "the cloud's name")
    let settings = CloudSetting.allCases.map { Flag<String?>($0.flag, help: CloudRecord.help($0)) }
    let others = CloudRegisterCommand.others.map {
      Flag<String?>($0, help: "accepted as the Azure CLI's: it is of a service that acrsh does not ask")
    }
    let profile = Flag<String?>("profile", help: "accepted as the Azure CLI's: there is one, `latest`")
    let skipEndpointDiscovery = Switch(
      "skip-endpoint-discovery", help: "accepted as the Azure CLI's: no addresses are looked up")
  }

  /// The addresses of services that have nothing to do with registries.
  private static let others = [
    "endpoint-sql-management", "endpoint-gallery", "endpoint-active-directory-data-lake-resource-id",
    "endpoint-vm-image-alias-doc", "suffix-azure-datalake-store-file-system-endpoint",
    "suffix-azure-datalake-analytics-catalog-and-job-endpoint",
  ]

  var signature: Signature {
    Signature(
      isUpdate ? "cloud update" : "cloud register",
      summary: isUpdate ? "Changes the addresses of a cloud" : "Registers a cloud",
      description: "The flags are those of the Azure CLI. Addresses take https; plain http only on this machine.",
      group: .session,
      examples: [
        .init(
          "A cloud behind other addresses",
          isUpdate
            ? "cloud register --name Own --endpoint-resource-manager https://management.example/\n"
              + "cloud update --name Own --suffix-acr-login-server-endpoint .registry.example"
            : "cloud register --name Own --endpoint-resource-manager https://management.example/ "
              + "--endpoint-active-directory https://login.example")
      ])
  }

  func run(_ call: Call<Parameters>) throws -> Output {
    let name = call[\.name]
    var settings: [CloudSetting: String] = [:]
    for (index, setting) in CloudSetting.allCases.enumerated() { settings[setting] = call[\.settings[index]] }
    let isActive = try locate(call.parameters.name) {
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
