import AcrCore
import HTTPTypes

/// The emulator's own interface, `/emulator/…` on the control port: what tests and people steer it with.
struct AdminService: Sendable {
  let world: World
  let devices: DeviceCodes
  let imports: ImportOperations
  let faults: FaultPlan
  let log: RequestLog
  /// Ends the emulator.
  let stop: @Sendable () -> Void

  func reply(to call: HTTPCall) async throws -> Reply {
    guard AdminService.isFromThisMachine(call) else {
      return Reply(
        status: .forbidden,
        text: "the emulator's own interface answers to 127.0.0.1 and localhost only, and to no web page\n")
    }
    do {
      return try await route(call)
    } catch let error as AcrError where error.kind == .usage {
      return Reply(status: .badRequest, json: ["error": .string(error.message), "help": .string(error.help ?? "")])
    }
  }

  /// False for a request that a web page of another origin makes: browsers send such a page's `Origin`, and a name that an
  /// attacker's DNS leads to this machine (DNS rebinding) stands in `Host`.
  private static func isFromThisMachine(_ call: HTTPCall) -> Bool {
    let hosts: Set<String> = ["127.0.0.1", "localhost", "[::1]"]
    func isLocal(_ authority: Substring) -> Bool {
      let port = authority.lastIndex(of: ":").flatMap { authority[$0...].contains("]") ? nil : $0 }
      return hosts.contains(String(authority[..<(port ?? authority.endIndex)]))
    }
    guard isLocal(call.authority[...]) else { return false }
    guard let origin = call.header("Origin") else { return true }
    guard let slashes = origin.firstRange(of: "://") else { return false }
    return isLocal(origin[slashes.upperBound...])
  }

  private func route(_ call: HTTPCall) async throws -> Reply {
    let parts = call.segments.dropFirst()
    switch (call.method, parts.first ?? "", parts.dropFirst().first) {
    case (.get, "ready", nil):
      guard let endpoints = await log.endpoints else {
        return Reply(status: .serviceUnavailable, json: ["ready": false])
      }
      return Reply(json: .object([.init("ready", true)] + (endpoints.members ?? [])))
    case (.get, "state", nil): return Reply(json: await state())
    case (.get, "requests", nil): return Reply(json: await log.json)
    case (.delete, "requests", nil):
      await log.clear()
      return Reply(status: .noContent)
    case (.post, "faults", nil):
      let id = try await faults.add(try await document(call))
      return Reply(status: .created, json: ["id": .integer(Int64(id))])
    case (.delete, "faults", let id):
      await faults.remove(id.flatMap { Int($0) })
      return Reply(status: .noContent)
    case (.post, "imports", nil): return try await changeImports(call)
    case (.post, "ranges", let name?): return try await changeRanges(call, name)
    case (.post, "pulls", let name?): return try await changePulls(call, name)
    case (.get, "devices", nil):
      return Reply(status: .ok, text: "POST /emulator/devices/CODE with {\"user\": \"NAME\"} or {\"declined\": true}\n")
    case (.post, "devices", let code?): return try await settle(call, code)
    case (.post, "stop", nil):
      stop()
      return Reply(status: .accepted)
    default: return Reply(status: .notFound, text: "the emulator has no such path\n")
    }
  }

  private func document(_ call: HTTPCall) async throws -> JSONValue {
    let bytes = try await call.bytes()
    if bytes.isEmpty { return [:] }
    do throws(JSONError) {
      return try JSONValue(parsing: bytes)
    } catch {
      throw AcrError(.usage, "the body is not JSON: \(error.reason)")
    }
  }

  /// `{"seconds": 2, "retryAfter": 1, "atOnce": false, "failures": ["reason", …]}`: how the next imports run.
  private func changeImports(_ call: HTTPCall) async throws -> Reply {
    let json = try await document(call)
    let reader = try ConfigurationReader(json, at: "imports", known: ["seconds", "retryAfter", "atOnce", "failures"])
    let old = await imports.plan
    let seconds = try reader.number("seconds", old.seconds)
    let isAtOnce = try reader.bool("atOnce", old.isAtOnce)
    let failures = try reader.strings("failures")
    var retryAfter = old.retryAfter
    if let value = json["retryAfter"] { retryAfter = value.isNull ? nil : try reader.integer("retryAfter", 1) }
    let wait = retryAfter
    await imports.update { plan in
      plan.seconds = seconds
      plan.isAtOnce = isAtOnce
      plan.retryAfter = wait
      plan.failures += failures
    }
    return Reply(status: .noContent)
  }

  /// `{"ranges": "ignored"}`: how the blobs of a registry answer to ranges.
  private func changeRanges(_ call: HTTPCall, _ name: String) async throws -> Reply {
    let reader = try ConfigurationReader(try await document(call), at: "ranges", known: ["ranges"])
    let word = try reader.word("ranges", RegistryConfiguration.RangeBehaviour.allCases.map(\.rawValue))
    guard let registry = world.registries.first(where: { $0.name == name }),
      let ranges = RegistryConfiguration.RangeBehaviour(rawValue: word)
    else { throw AcrError(.usage, "there is no registry `\(name)`") }
    registry.ranges = ranges
    return Reply(status: .noContent)
  }

  /// `{"left": 3}`: how many manifests anonymous clients may still read there; `{}` for no limit.
  private func changePulls(_ call: HTTPCall, _ name: String) async throws -> Reply {
    let reader = try ConfigurationReader(try await document(call), at: "pulls", known: ["left"])
    let left = try reader.integer("left", -1)
    guard let registry = world.registries.first(where: { $0.name == name }) else {
      throw AcrError(.usage, "there is no registry `\(name)`")
    }
    registry.pullsLeft = left < 0 ? nil : Int(left)
    return Reply(status: .noContent)
  }

  /// Answers a device code for a person. The code `next` means all codes to come: `{"user": "NAME"}` approves them at
  /// once, `{}` lets them wait.
  private func settle(_ call: HTTPCall, _ code: String) async throws -> Reply {
    let reader = try ConfigurationReader(try await document(call), at: "device", known: ["user", "declined"])
    let name = try reader.optional("user")
    let user = name.flatMap(world.configuration.user)
    if let name, user == nil { throw AcrError(.usage, "there is no user `\(name)`") }
    if code == "next" {
      await devices.setApprover(user?.objectID)
      return Reply(status: .noContent)
    }
    let answer: DeviceCodes.Answer
    if try reader.bool("declined", false) {
      answer = .declined
    } else {
      guard let user = user ?? world.configuration.users.first else {
        throw AcrError(.usage, "the configuration has no users")
      }
      answer = .approved(objectID: user.objectID)
    }
    guard await devices.settle(userCode: code, answer) else {
      throw AcrError(.usage, "no sign-in waits for the code `\(code)`")
    }
    return Reply(status: .noContent)
  }

  private func state() async -> JSONValue {
    var registries: [JSONValue] = []
    for registry in world.registries {
      var repositories: [JSONValue] = []
      for name in await registry.store.names {
        guard let key = try? RepositoryName(name), let record = await registry.store.repository(key) else { continue }
        let tags = record.tags.sorted { $0.key < $1.key }
        repositories.append([
          "name": .string(name), "manifests": .integer(Int64(record.manifests.count)),
          "blobs": .integer(Int64(record.blobs.count)),
          "tags": .object(tags.map { .init($0.key, .string($0.value.digest.description)) }),
        ])
      }
      registries.append([
        "name": .string(registry.name), "address": .string(registry.address),
        "ranges": .string(registry.ranges.rawValue),
        "uploads": .integer(Int64(await registry.uploads.count)), "repositories": .array(repositories),
      ])
    }
    return [
      "registries": .array(registries), "imports": await imports.summary,
      "faults": .integer(Int64(await faults.count)),
    ]
  }
}
