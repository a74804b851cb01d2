import AcrCore
import AcrHTTP
import HTTPTypes
import OCIRegistry

extension ResourceManager {
  /// How long is waited for the end of a change where the service does not say.
  private static let usualWait = Duration.seconds(2)

  /// Asks for something that is not a resource, such as whether a name is free.
  /// - Parameters:
  ///   - body: JSON.
  ///   - tenant: the tenant of the subscription; nil for that of the current one.
  /// - Throws: ``AcrError`` for every answer that is not a success.
  public func ask(_ path: String, body: JSONValue, tenant: String? = nil) async throws -> JSONValue {
    let answer = try await post(path, body: Array(body.text.utf8), tenant: tenant)
    guard answer.isSuccess else { throw answer.failure(path) }
    guard let json = answer.json else { throw answer.malformed(path) }
    return json
  }

  /// Creates, changes or deletes a resource, or starts something at one, and waits for the end.
  /// - Parameters:
  ///   - path: of the resource, from `/subscriptions/` on.
  ///   - body: nil for a deletion.
  ///   - tenant: the tenant of the resource's subscription.
  /// - Returns: the resource, or what was started gives; nil where there is nothing more.
  /// - Throws: ``AcrError`` for a refusal, and for a change that the service began and did not finish.
  public func change(
    _ method: HTTPRequest.Method, _ path: String, body: JSONValue? = nil, tenant: String? = nil
  ) async throws -> JSONValue? {
    let url = "\(try await endpoint())\(path)?api-version=\(ResourceManager.registriesVersion)"
    var request = TransportRequest(method, url, isConfidential: true)
    if let body {
      request.body = .bytes(Array(body.text.utf8))
      request.headers[.contentType] = "application/json"
    }
    let first = try await send(request, tenant: tenant)
    guard first.isSuccess else { throw first.failure(path) }
    if let address = first.headers.first("Azure-AsyncOperation") {
      try await waitForStatus(at: Secret(address), first, path, tenant)
      guard method == .put || method == .patch else { return first.json }
      return try await get(path, tenant: tenant)
    }
    guard first.status == 202, let address = first.headers.first("Location") else { return first.json }
    return try await waitForResult(at: Secret(address), first, path, tenant)
  }

  /// Waits for an operation whose document has a status.
  private func waitForStatus(
    at address: Secret, _ first: ManagerAnswer, _ path: String, _ tenant: String?
  ) async throws {
    var wait = first.retryAfter ?? ResourceManager.usualWait
    while true {
      try await pause(wait)
      let answer = try await operation(at: address, tenant: tenant)
      guard answer.isSuccess else { throw answer.failure(path) }
      switch answer.json?["status"]?.string?.lowercased() {
      case "succeeded", nil: return
      case "failed", "canceled", "cancelled":
        var error = answer.failure(path)
        error.kind = .server
        if let said = answer.json?["error"]?["message"]?.string {
          error.message = "Azure could not finish this: \(ServerText.cleaned(said, limit: 400, without: answer.sent))"
        } else {
          error.message = "Azure could not finish this, and gave no reason"
        }
        throw error
      default: wait = answer.retryAfter ?? ResourceManager.usualWait
      }
    }
  }

  /// Waits for an operation that answers 202 until it has a result.
  private func waitForResult(
    at address: Secret, _ first: ManagerAnswer, _ path: String, _ tenant: String?
  ) async throws -> JSONValue? {
    var (address, wait) = (address, first.retryAfter ?? ResourceManager.usualWait)
    while true {
      try await pause(wait)
      let answer = try await operation(at: address, tenant: tenant)
      guard answer.isSuccess else { throw answer.failure(path) }
      guard answer.status == 202 else { return answer.json }
      if let next = answer.headers.first("Location") { address = Secret(next) }
      wait = answer.retryAfter ?? ResourceManager.usualWait
    }
  }

  private func pause(_ wait: Duration) async throws {
    do { try await Task.sleep(for: max(wait, .milliseconds(100))) } catch { throw AcrError(.cancelled, "interrupted") }
  }
}
