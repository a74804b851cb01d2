import AcrCore
import AcrSystem
import Crypto
import HTTPTypes
import ImportCore
import OCIRegistry

/// The imports that were started: they run on, whether somebody asks for them or not.
actor ImportOperations {
  /// How far an import is.
  private enum State {
    case accepted
    case running([(name: String, status: String)])
    case succeeded
    case failed(code: String, message: String)
  }

  private struct Operation {
    let targetID: String
    let region: String
    let started: Timestamp
    /// What was asked for, without the password.
    let request: JSONValue
    var state = State.accepted
  }

  /// What a test wants of the next imports.
  struct Plan: Sendable {
    /// How long an import takes at least, in seconds.
    var seconds: Double
    /// What `Retry-After` says; nil leaves it out.
    var retryAfter: Int64?
    /// True where an import is done before its beginning is answered, so that the first question finds its end.
    var isAtOnce = false
    /// Why the next imports fail.
    var failures: [String] = []
  }

  private var operations: [String: Operation] = [:]
  private let worker: any ImportWorker
  /// Signs the addresses of operations, so that a client that does not send them back as they are is noticed.
  private let secret = SymmetricKey(size: .bits256)
  /// What a test wants of the next imports.
  var plan: Plan

  init(worker: any ImportWorker, settings: OperationSettings) {
    self.worker = worker
    plan = Plan(seconds: settings.seconds, retryAfter: settings.retryAfter)
  }

  /// Changes what the next imports do.
  func update(_ change: @Sendable (inout Plan) -> Void) { change(&plan) }

  /// Starts an import.
  /// - Parameter source: opens the source; what it throws becomes the operation's failure.
  /// - Returns: the operation's id, `registries-<uuid>`.
  func start(
    target: EmulatedRegistry, parameters: ImportParameters,
    source: @escaping @Sendable () async throws -> any ArtifactSource
  ) async -> String {
    let id = "registries-\(UUIDText.random())"
    operations[id] = Operation(
      targetID: target.resourceID, region: target.configuration.azure?.location.uppercased() ?? "WESTUS",
      started: .now(), request: parameters.shown)
    let failure = plan.failures.isEmpty ? nil : plan.failures.removeFirst()
    let seconds = plan.seconds
    let work = Task { await carryOut(id, target, parameters, source, failure, seconds) }
    if plan.isAtOnce { await work.value }
    return id
  }

  private func carryOut(
    _ id: String, _ target: EmulatedRegistry, _ parameters: ImportParameters,
    _ source: @Sendable () async throws -> any ArtifactSource, _ failure: String?, _ seconds: Double
  ) async {
    do {
      try await Task.sleep(for: .seconds(seconds / 2))
      if let failure { throw AcrError(.server, failure) }
      let targets = parameters.targets(in: target)
      if !parameters.isForced { try await checkTags(targets, target) }
      let opened = try await source()
      let image = parameters.sourceImage
      let job = ImportJob(source: opened, selector: parameters.selector, targets: targets.map { ($0.store, $0.tag) })
      try await worker.run(job) { digests in
        Task { await self.show(id, digests.map { ("\(image.repository)@\($0)", "Pending") }) }
      } written: { digest in
        Task { await self.show(id, [("\(image.repository)@\(digest)", "Succeeded")]) }
      }
      try await Task.sleep(for: .seconds(seconds / 2))
      operations[id]?.state = .succeeded
    } catch {
      let (code, reason) = ImportOperations.reason(error)
      let message = "Operation \(id) failed. Resource \(target.resourceID) \(reason)"
      operations[id]?.state = .failed(code: code, message: message)
    }
  }

  /// Without `Force`, a tag that exists fails the import before anything is copied (swagger, `mode`).
  private func checkTags(_ targets: [ImportTargetName], _ registry: EmulatedRegistry) async throws {
    for target in targets {
      guard let tag = target.tag, try await target.store.digest(of: tag) != nil else { continue }
      let name = "\(target.store.name):\(tag)"
      throw AcrError(.conflict, "\(name) Tag \(name) already exists in target registry.")
    }
  }

  private func show(_ id: String, _ news: [(name: String, status: String)]) {
    var items: [(name: String, status: String)] = []
    switch operations[id]?.state {
    case .accepted: items = []
    case .running(let old): items = old
    default: return
    }
    for (name, status) in news {
      if let index = items.firstIndex(where: { $0.name == name }) {
        // The two notices of one manifest are tasks of their own and may come in the wrong order.
        if items[index].status == "Pending" { items[index].status = status }
      } else {
        items.append((name, status))
      }
    }
    operations[id]?.state = .running(items)
  }

  /// The sentence about a failure, by the grammar of public reports (wire facts, "Failures").
  private static func reason(_ error: any Error) -> (code: String, reason: String) {
    guard let error = error as? AcrError else {
      if let reply = (error as? ErrorReply)?.reply, case .bytes(let bytes) = reply.body {
        return (
          "InvalidParameters",
          "Invalid message \(reply.status.reasonPhrase) \(reply.status.reasonPhrase) "
            + String(decoding: bytes, as: UTF8.self)
        )
      }
      return ("InternalError", "\(error)")
    }
    func answer(_ phrase: String, _ code: String) -> String {
      let body: JSONValue = ["errors": [["code": .string(code), "message": .string(error.message)]]]
      return "Invalid message \(phrase) \(body.text)"
    }
    switch error.kind {
    case .conflict: return ("Conflict", error.message)
    case .auth: return ("InvalidParameters", answer("Unauthorized Unauthorized", "UNAUTHORIZED"))
    case .denied: return ("InvalidParameters", answer("Forbidden Forbidden", "DENIED"))
    case .notFound:
      return ("InvalidParameters", answer("NotFound Not Found", error.code ?? "MANIFEST_UNKNOWN"))
    case .throttled: return ("InvalidParameters", "Invalid message 429 Too Many Requests \(error.message)")
    case .invalid: return ("InvalidParameters", "Error copying blobs. \(error.message)")
    default: return ("InvalidParameters", error.message)
    }
  }

  // MARK: Asking

  /// Where an operation is asked for: an address with a signed query that has to be sent back as it is. The real one is
  /// as long.
  func location(_ id: String, subscription: String, version: String, origin: String) -> String {
    let region = operations[id]?.region ?? "WESTUS"
    let path =
      "/subscriptions/\(subscription)/providers/Microsoft.ContainerRegistry/locations/\(region)/operationResults/\(id)"
    let time = String(Timestamp.now().nanoseconds / 100)
    let certificate = Base64URL.encode((0..<900).map { _ in UInt8.random(in: .min ... .max) })
    let query = "api-version=\(version)&t=\(time)&c=\(certificate)"
    return "\(origin)\(path)?\(query)&s=\(signature("\(path)?\(query)"))&h=\(UUIDText.random())"
  }

  private func signature(_ text: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: secret)
    return Base64URL.encode(Array(code))
  }

  /// Answers a poll.
  func poll(id: String, _ context: ResourceManagerService.Context) throws -> Reply {
    guard let operation = operations[id] else {
      throw ErrorReply(.resourceManager(.notFound, "OperationNotFound", "The operation '\(id)' could not be found."))
    }
    let query = context.call.rawQuery
    let parts = query.components(before: "&s=")
    guard let parts, signature("\(context.call.path)?\(parts)") == context.call.query["s"] else {
      throw ErrorReply(
        .resourceManager(
          .unauthorized, "InvalidOperationSignature",
          "The address of the operation was changed: it has to be sent back as it came."))
    }
    switch operation.state {
    case .succeeded: return Reply(json: ["status": "Succeeded"])
    case .failed(let code, let message): return .resourceManager(.badRequest, code, message)
    case .accepted: return pending(id, context, [], "Accepted")
    case .running(let items): return pending(id, context, items, "Running")
    }
  }

  private func pending(
    _ id: String, _ context: ResourceManagerService.Context, _ items: [(name: String, status: String)], _ status: String
  ) -> Reply {
    let members = items.map { JSONValue.Member($0.name, .string($0.status)) }
    var reply = Reply(status: .accepted, json: .object(members + [.init("status", .string(status))]))
    reply.headers[.location] = location(
      id, subscription: context.segments[1], version: context.apiVersion, origin: context.call.origin)
    if let seconds = plan.retryAfter { reply.headers[.retryAfter] = String(seconds) }
    return reply
  }

  /// All operations, for the admin API.
  var summary: JSONValue {
    .array(
      operations.sorted { $0.value.started < $1.value.started }.map { id, operation in
        let state =
          switch operation.state {
          case .accepted: "Accepted"
          case .running: "Running"
          case .succeeded: "Succeeded"
          case .failed(_, let message): "Failed: \(message)"
          }
        return [
          "id": .string(id), "target": .string(operation.targetID), "state": .string(state),
          "request": operation.request,
        ]
      })
  }
}

/// A target of an import in a registry of the emulator.
struct ImportTargetName: Sendable {
  let store: StoredRepository
  let tag: TagName?
}

extension ImportParameters {
  /// The targets by the rules of the service: a target without a tag gets the source's, or `latest`.
  func targets(in registry: EmulatedRegistry) -> [ImportTargetName] {
    let tagged = targetTags.map {
      ImportTargetName(
        store: StoredRepository(registry: registry, name: $0.repository), tag: $0.tag ?? sourceImage.tag ?? .latest)
    }
    let untagged = untaggedRepositories.map {
      ImportTargetName(store: StoredRepository(registry: registry, name: $0), tag: nil)
    }
    return tagged + untagged
  }
}

extension String {
  /// What stands before the first `marker`; nil without one.
  fileprivate func components(before marker: String) -> String? {
    firstRange(of: marker).map { String(self[..<$0.lowerBound]) }
  }
}
