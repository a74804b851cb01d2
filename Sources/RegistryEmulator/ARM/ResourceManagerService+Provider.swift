import AcrCore
import HTTPTypes
import OCIRegistry

/// What the resource manager tells about the provider, about names and about a registry's use.
extension ResourceManagerService {
  static let provider = "Microsoft.ContainerRegistry"

  /// The regions that `az account list-locations` gets, beside those of the configuration's registries.
  private static let regions = [
    "eastus", "eastus2", "westus", "westus2", "westus3", "centralus", "northeurope", "westeurope", "uksouth",
    "francecentral", "germanywestcentral", "swedencentral", "southeastasia", "eastasia", "japaneast", "australiaeast",
    "brazilsouth", "centralindia",
  ]

  private var locations: [String] {
    Set(Self.regions + world.registries.compactMap(\.configuration.azure?.location)).sorted()
  }

  /// `GET /subscriptions/ID/locations`
  func locations(_ context: Context) -> Reply {
    let values = locations.map { name -> JSONValue in
      [
        "id": .string("/subscriptions/\(context.segments[1])/locations/\(name)"), "name": .string(name),
        "type": "Region", "displayName": .string(name), "regionalDisplayName": .string(name),
        "metadata": ["regionType": "Physical", "regionCategory": "Recommended"],
      ]
    }
    return Reply(json: ["value": .array(values)])
  }

  /// `GET /subscriptions/ID/providers/Microsoft.ContainerRegistry`, and what `register` answers.
  func describeProvider(_ context: Context) -> JSONValue {
    let types = ["registries", "registries/tokens", "registries/scopeMaps", "checkNameAvailability", "operations"]
    return [
      "id": .string("/subscriptions/\(context.segments[1])/providers/\(Self.provider)"),
      "namespace": .string(Self.provider), "registrationPolicy": "RegistrationRequired",
      "registrationState": "Registered",
      "resourceTypes": .array(
        types.map { type in
          [
            "resourceType": .string(type), "locations": .array(locations.map(JSONValue.string)),
            "apiVersions": .array(Self.apiVersions.sorted(by: >).map(JSONValue.string)),
          ]
        }),
    ]
  }

  /// `GET /providers/Microsoft.ContainerRegistry/operations`: the actions of roles that this emulator checks.
  func operations() -> Reply {
    let known: [(String, String, String)] = [
      (
        "registries/read", "Get Container Registry Properties", "Gets the properties of a registry or lists registries."
      ),
      ("registries/importImage/action", "Import Container Image", "Imports an image into a registry."),
      ("registries/listCredentials/action", "List Login Credentials", "Lists the passwords of the admin user."),
      ("registries/regenerateCredential/action", "Regenerate Login Credential", "Gives the admin user a new password."),
      ("registries/generateCredentials/action", "Generate Credentials", "Makes passwords of a token."),
      ("registries/listUsages/read", "List Registry Usages", "Lists how much of its quota a registry uses."),
      ("registries/tokens/read", "Get Token Properties", "Gets or lists tokens."),
      ("registries/tokens/write", "Update Token", "Creates, changes or deletes a token."),
      ("registries/scopeMaps/read", "Get Scope Map Properties", "Gets or lists scope maps."),
      ("registries/scopeMaps/write", "Update Scope Map", "Creates, changes or deletes a scope map."),
      ("checkNameAvailability/read", "Check Registry Name", "Tells whether a registry's name is free."),
      ("operations/read", "List Operations", "Lists the operations of the provider."),
    ]
    let values = known.map { name, title, text -> JSONValue in
      [
        "name": .string("\(Self.provider)/\(name)"), "isDataAction": false, "origin": "user,system",
        "display": [
          "provider": "Microsoft Container Registry", "resource": .string(name.split(separator: "/")[0].description),
          "operation": .string(title), "description": .string(text),
        ],
      ]
    }
    return Reply(json: ["value": .array(values)])
  }

  /// `POST …/providers/Microsoft.ContainerRegistry/checkNameAvailability`
  func checkName(_ context: Context) async throws -> Reply {
    try checkVersion(context)
    guard let json = try? JSONValue(parsing: try await context.call.bytes()), let name = json["name"]?.string else {
      throw ErrorReply(
        .resourceManager(
          .badRequest, "InvalidRequestContent", "The request content was invalid and could not be deserialized."))
    }
    guard json["type"]?.string?.lowercased() == Self.registryType.lowercased() else {
      throw ErrorReply(
        .resourceManager(
          .badRequest, "InvalidResourceType", "The resource type '\(json["type"]?.string ?? "")' is not valid."))
    }
    let isGood = (5...50).contains(name.utf8.count) && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    guard isGood else {
      return Reply(
        json: [
          "nameAvailable": false, "reason": "Invalid",
          "message": .string(
            "The specified resource name '\(name)' is invalid. It may have 5 to 50 letters and digits."),
        ])
    }
    guard world.registry(named: name) == nil else {
      return Reply(
        json: [
          "nameAvailable": false, "reason": "AlreadyExists",
          "message": .string("The registry \(name) is already in use."),
        ])
    }
    return Reply(
      json: ["nameAvailable": true, "availableLoginServerName": .string("\(name.lowercased()).azurecr.io")])
  }

  /// `GET …/registries/NAME/listUsages`: bytes and numbers beside what the SKU includes.
  func usages(_ registry: EmulatedRegistry) async throws -> Reply {
    let sku = registry.configuration.azure?.sku ?? "Premium"
    let limits: (bytes: Int64, webhooks: Int64, tokens: Int64) =
      switch sku {
      case "Basic": (10 << 30, 2, 100)
      case "Standard": (100 << 30, 10, 500)
      default: (500 << 30, 500, 50_000)
      }
    func usage(_ name: String, _ limit: Int64, _ value: Int64, _ unit: String = "Count") -> JSONValue {
      ["name": .string(name), "limit": .integer(limit), "currentValue": .integer(value), "unit": .string(unit)]
    }
    return Reply(
      json: [
        "value": [
          usage("Size", limits.bytes, registry.store.storedBytes, "Bytes"), usage("Webhooks", limits.webhooks, 0),
          usage("ScopeMaps", limits.tokens, Int64(registry.resources.scopeMaps.count)),
          usage("Tokens", limits.tokens, Int64(registry.resources.tokens.count)),
        ]
      ])
  }

  /// `POST …/regenerateCredential`: a new password of the admin user.
  func regenerateCredential(_ context: Context, _ registry: EmulatedRegistry) async throws -> Reply {
    let name = (try? JSONValue(parsing: try await context.call.bytes()))?["name"]?.string ?? ""
    guard ["password", "password2"].contains(name) else {
      throw ErrorReply(
        .resourceManager(.badRequest, "InvalidParameters", "The password '\(name)' is none of password and password2."))
    }
    // Refuses first where there is no admin user.
    _ = try credentials(registry)
    try registry.resources.setAdminPassword(
      name, Base64URL.encode((0..<32).map { _ in UInt8.random(in: .min ... .max) }))
    return try credentials(registry)
  }
}
