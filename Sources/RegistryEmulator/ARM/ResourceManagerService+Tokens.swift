import AcrCore
import AcrSystem
import HTTPTypes

/// Tokens and scope maps, as resources below a registry (swagger 2025-11-01, `Tokens`, `ScopeMaps`).
extension ResourceManagerService {
  /// `…/registries/NAME/tokens[/TOKEN]` and `…/scopeMaps[/MAP]`.
  func child(_ context: Context) async throws -> Reply? {
    let registry = try registry(context)
    let name = context.segments.count > 9 ? context.segments[9] : nil
    let isChange = context.call.method != .get
    if isChange {
      try check(context, registry, "\(context.segments[8])/write") { [.owner, .contributor].contains($0) }
    }
    switch context.segments[8].lowercased() {
    case "tokens": return try await token(context, registry, name)
    case "scopemaps": return try await scopeMap(context, registry, name)
    default: return nil
    }
  }

  private func properties(_ context: Context) async throws -> JSONValue {
    guard let json = try? JSONValue(parsing: try await context.call.bytes()), json.members != nil else {
      throw ErrorReply(
        .resourceManager(
          .badRequest, "InvalidRequestContent", "The request content was invalid and could not be deserialized."))
    }
    return json["properties"] ?? [:]
  }

  private static func invalid(_ message: String) -> ErrorReply {
    ErrorReply(.resourceManager(.badRequest, "InvalidParameters", message))
  }

  private static func notFound(_ type: String, _ name: String, _ registry: EmulatedRegistry) -> ErrorReply {
    ErrorReply(
      .resourceManager(
        .notFound, "ResourceNotFound",
        "The resource \(registry.resourceID)/\(type)/\(name) could not be found."))
  }

  private static func checkName(_ name: String) throws {
    let isGood =
      (5...50).contains(name.utf8.count) && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    guard isGood else {
      throw invalid("The name '\(name)' is not valid: it may have 5 to 50 letters, digits and hyphens.")
    }
  }

  // MARK: Tokens

  private func token(_ context: Context, _ registry: EmulatedRegistry, _ name: String?) async throws -> Reply {
    let resources = registry.resources
    guard let name else {
      guard context.call.method == .get else { return Reply(status: .methodNotAllowed) }
      return Reply(json: ["value": .array(resources.tokens.map { describe($0, registry) })])
    }
    let found = resources.token(name)
    switch context.call.method {
    case .get:
      guard let found else { throw Self.notFound("tokens", name, registry) }
      return Reply(json: describe(found, registry))
    case .put:
      try Self.checkName(name)
      let properties = try await properties(context)
      var token = found ?? .init(name: name, scopeMap: "", isEnabled: true, created: .now())
      try apply(properties, to: &token, registry)
      guard !token.scopeMap.isEmpty else { throw Self.invalid("The token '\(name)' needs a scopeMapId.") }
      try resources.put(token)
      return Reply(status: found == nil ? .created : .ok, json: describe(token, registry))
    case .patch:
      guard var token = found else { throw Self.notFound("tokens", name, registry) }
      try apply(try await properties(context), to: &token, registry)
      try resources.put(token)
      return Reply(json: describe(token, registry))
    case .delete:
      try resources.removeToken(name)
      return Reply(status: found == nil ? .noContent : .ok)
    default:
      return Reply(status: .methodNotAllowed)
    }
  }

  private func apply(
    _ properties: JSONValue, to token: inout RegistryResources.Token, _ registry: EmulatedRegistry
  ) throws {
    if let id = properties["scopeMapId"]?.string {
      let prefix = "\(registry.resourceID)/scopeMaps/".lowercased()
      guard id.lowercased().hasPrefix(prefix), let map = registry.resources.scopeMap(String(id.dropFirst(prefix.count)))
      else { throw Self.invalid("The scope map '\(id)' could not be found.") }
      token.scopeMap = map.name
    }
    if let status = properties["status"]?.string {
      guard ["enabled", "disabled"].contains(status) else {
        throw Self.invalid("The status '\(status)' is none of enabled and disabled.")
      }
      token.isEnabled = status == "enabled"
    }
    // The names that stand there are those that stay: the way in which passwords are deleted.
    if let kept = properties["credentials"]?["passwords"]?.array?.compactMap({ $0["name"]?.string }) {
      token.passwords.removeAll { !kept.contains($0.name) }
    }
  }

  private func describe(_ token: RegistryResources.Token, _ registry: EmulatedRegistry) -> JSONValue {
    let passwords = token.passwords.map { password -> JSONValue in
      var members: [JSONValue.Member] = [.init("creationTime", .string(password.created.azureText))]
      if let expiry = password.expiry { members.append(.init("expiry", .string(expiry.azureText))) }
      return .object(members + [.init("name", .string(password.name))])
    }
    return [
      "id": .string("\(registry.resourceID)/tokens/\(token.name)"), "name": .string(token.name),
      "type": "Microsoft.ContainerRegistry/registries/tokens",
      "properties": [
        "provisioningState": "Succeeded", "creationDate": .string(token.created.azureText),
        "scopeMapId": .string("\(registry.resourceID)/scopeMaps/\(token.scopeMap)"),
        "credentials": ["certificates": [], "passwords": .array(passwords)],
        "status": token.isEnabled ? "enabled" : "disabled",
      ],
    ]
  }

  /// `POST …/generateCredentials`: new passwords of a token, shown this once.
  func generateCredentials(_ context: Context, _ registry: EmulatedRegistry) async throws -> Reply {
    guard let json = try? JSONValue(parsing: try await context.call.bytes()), let id = json["tokenId"]?.string else {
      throw Self.invalid("Missing property parameters.TokenId.")
    }
    let prefix = "\(registry.resourceID)/tokens/".lowercased()
    guard id.lowercased().hasPrefix(prefix), var token = registry.resources.token(String(id.dropFirst(prefix.count)))
    else {
      throw ErrorReply(.resourceManager(.notFound, "ResourceNotFound", "The token '\(id)' could not be found."))
    }
    var expiry: Timestamp?
    if let text = json["expiry"]?.string {
      guard let time = Timestamp(rfc3339: text), time > .now() else {
        throw Self.invalid("The expiry '\(text)' is no time to come.")
      }
      expiry = time
    }
    let wanted = json["name"]?.string
    guard wanted == nil || wanted == "password1" || wanted == "password2" else {
      throw Self.invalid("The password '\(wanted ?? "")' is none of password1 and password2.")
    }
    let now = Timestamp.now()
    var shown: [JSONValue] = []
    for name in wanted.map({ [$0] }) ?? ["password1", "password2"] {
      let value = Base64URL.encode((0..<32).map { _ in UInt8.random(in: .min ... .max) })
      token.passwords.removeAll { $0.name == name }
      token.passwords.append(.init(name: name, hash: RegistryResources.hash(value), created: now, expiry: expiry))
      shown.append([
        "creationTime": .string(now.azureText), "expiry": expiry.map { .string($0.azureText) } ?? .null,
        "name": .string(name), "value": .string(value),
      ])
    }
    token.passwords.sort { $0.name < $1.name }
    try registry.resources.put(token)
    return Reply(json: ["username": .string(token.name), "passwords": .array(shown)])
  }

  // MARK: Scope maps

  private func scopeMap(_ context: Context, _ registry: EmulatedRegistry, _ name: String?) async throws -> Reply {
    let resources = registry.resources
    guard let name else {
      guard context.call.method == .get else { return Reply(status: .methodNotAllowed) }
      return Reply(json: ["value": .array(resources.scopeMaps.map { describe($0, registry) })])
    }
    let found = resources.scopeMap(name)
    if context.call.method == .get {
      guard let found else { throw Self.notFound("scopeMaps", name, registry) }
      return Reply(json: describe(found, registry))
    }
    if found?.isSystem == true {
      throw Self.invalid("The scope map '\(name)' belongs to the system and stays as it is.")
    }
    switch context.call.method {
    case .put, .patch:
      if context.call.method == .patch, found == nil { throw Self.notFound("scopeMaps", name, registry) }
      try Self.checkName(name)
      let properties = try await properties(context)
      var map = found ?? .init(name: name, description: "", actions: [], created: .now())
      if let text = properties["description"]?.string { map.description = text }
      if let actions = properties["actions"]?.array?.compactMap(\.string) {
        if let wrong = actions.first(where: { ScopeAction.parse($0) == nil }) {
          throw Self.invalid("The action '\(wrong)' is not valid.")
        }
        map.actions = actions
      }
      guard !map.actions.isEmpty else { throw Self.invalid("The scope map '\(name)' needs actions.") }
      try resources.put(map)
      return Reply(status: found == nil ? .created : .ok, json: describe(map, registry))
    case .delete:
      try resources.removeScopeMap(name)
      return Reply(status: found == nil ? .noContent : .ok)
    default:
      return Reply(status: .methodNotAllowed)
    }
  }

  private func describe(_ map: RegistryResources.ScopeMap, _ registry: EmulatedRegistry) -> JSONValue {
    [
      "id": .string("\(registry.resourceID)/scopeMaps/\(map.name)"), "name": .string(map.name),
      "type": "Microsoft.ContainerRegistry/registries/scopeMaps",
      "properties": [
        "description": .string(map.description), "type": map.isSystem ? "SystemDefined" : "UserDefined",
        "creationDate": .string(map.created.azureText), "provisioningState": "Succeeded",
        "actions": .array(map.actions.map(JSONValue.string)),
      ],
    ]
  }
}
