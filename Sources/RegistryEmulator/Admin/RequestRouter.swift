import AcrCore
import AcrSystem
import HTTPTypes

/// What stands before every service: finds the one a request is for, notes the request, and lets faults happen.
struct RequestRouter: HTTPService {
  /// The registry whose port this is; nil for the control port.
  let registry: EmulatedRegistry?
  let services: Services

  func reply(to call: HTTPCall) async throws -> Reply {
    let target = registry ?? services.world.registry(host: call.authority)
    if target == nil, call.path.hasPrefix("/emulator/") { return try await services.admin.reply(to: call) }
    let start = ContinuousClock.now
    let name = target?.name ?? "control"
    let effects = await services.faults.take(target: name, method: call.method.rawValue, path: call.path)
    var reply: Reply
    do {
      if let fault = try await faulty(effects) {
        reply = fault
      } else {
        reply = try await answer(call, target)
      }
    } catch let error as ErrorReply {
      reply = error.reply
    }
    for case .cut(let bytes) in effects { reply.cutAfter = bytes }
    await services.log.add(
      RequestLog.Entry(target: name, method: call.method.rawValue, path: call.path, status: reply.status.code),
      took: ContinuousClock.now - start)
    return reply
  }

  private func answer(_ call: HTTPCall, _ target: EmulatedRegistry?) async throws -> Reply {
    if let target { return try await RegistryService(registry: target, world: services.world).reply(to: call) }
    if let site = services.world.configuration.sites.first(where: { $0.host == call.host }) {
      return site.reply(to: call)
    }
    if let reply = try await services.managedIdentities.reply(to: call) { return reply }
    if let reply = try await services.resourceManager.reply(to: call) { return reply }
    if let reply = try await services.entra.reply(to: call) { return reply }
    return Reply(status: .notFound, text: "nothing answers to this path\n")
  }

  private func faulty(_ effects: [FaultPlan.Effect]) async throws -> Reply? {
    for case .delay(let milliseconds) in effects { try await Task.sleep(for: .milliseconds(milliseconds)) }
    for case .status(let code, let retryAfter, let body) in effects {
      let status = HTTPResponse.Status(code: code)
      var reply: Reply
      if let body {
        reply = Reply(status: status, text: body)
      } else {
        let text = code == 429 ? "TOOMANYREQUESTS" : "UNAVAILABLE"
        reply = .registry(status, text, "a fault that a test asked for")
      }
      if let retryAfter { reply.headers[.retryAfter] = String(retryAfter) }
      return reply
    }
    return nil
  }
}

extension Site {
  /// The answer to a path; a body that is posted is taken and forgotten.
  fileprivate func reply(to call: HTTPCall) -> Reply {
    guard let answer = answers.last(where: { $0.name == call.path }) else {
      return Reply(status: .notFound, json: ["error": "nothing is here"])
    }
    return Reply(json: answer.value)
  }
}

/// All services of one emulator.
struct Services: Sendable {
  let world: World
  let entra: EntraService
  let managedIdentities: ManagedIdentityService
  let resourceManager: ResourceManagerService
  let admin: AdminService
  let faults: FaultPlan
  let log: RequestLog
}

/// The last requests, without anything secret: for tests that look at what a client sends.
actor RequestLog {
  struct Entry: Sendable {
    let target: String
    let method: String
    let path: String
    let status: Int
  }

  /// How many requests are kept.
  private static let limit = 2000
  private var entries: [Entry] = []
  /// Takes a line for each request.
  private let line: (@Sendable (String) -> Void)?
  /// Where everything is, once all ports are open.
  private(set) var endpoints: JSONValue?

  init(_ line: (@Sendable (String) -> Void)?) { self.line = line }

  /// Notes that all ports are open.
  func setReady(_ endpoints: JSONValue) { self.endpoints = endpoints }

  /// Adds a request, and writes its line: time, target, method, path, status and milliseconds. Queries and header fields may
  /// hold secrets and are left out, and what is no printed letter of ASCII is percent-encoded.
  func add(_ entry: Entry, took: Duration) {
    if let line {
      let path = entry.path.utf8.map { byte in
        (0x21...0x7E).contains(byte)
          ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }.joined()
      line(
        "\(Timestamp.now()) \(entry.target) \(entry.method) \(path) \(entry.status) \(Int64(took / .milliseconds(1))) ms"
      )
    }
    if entries.count >= RequestLog.limit { entries.removeFirst(RequestLog.limit / 2) }
    entries.append(entry)
  }

  func clear() { entries = [] }

  var json: JSONValue {
    .array(
      entries.map {
        [
          "target": .string($0.target), "method": .string($0.method), "path": .string($0.path),
          "status": .integer(Int64($0.status)),
        ]
      })
  }
}
