import AcrCore
import AcrHTTP
import AzureIdentity
import Foundation
import TestSupport

@testable import AzureRegistry

/// What Azure's own clients sent and were answered, condensed (Tests/Recordings, scripts/condense-recordings).
enum Recordings {
  /// Reads one of the files.
  static func read(_ name: String) throws -> JSONValue {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appendingPathComponent("Recordings/\(name)"))
    return try JSONValue(parsing: Array(data))
  }
}

/// Answers one recorded import as the resource manager did, and signs in whoever asks.
final class RecordedManager: Sendable {
  let server: LoopbackServer
  /// The addresses of the operation in the order in which they are given out.
  let locations: [String]

  static let subscription = "00000000-0000-0000-0000-000000000000"

  /// - Parameters:
  ///   - fact: one of the imports.
  ///   - registries: those that the subscription has.
  init(_ fact: JSONValue, registries: [JSONValue]) throws {
    let polls = fact["polls"]?.array ?? []
    let places = ([fact] + polls).compactMap { $0["operation"] }.filter { !$0.isNull }
    // A signed query is as long as the recorded one, and each address is another one.
    let locations = places.enumerated().map { number, place in
      let query = (place["query"]?.array ?? []).compactMap(\.string).map { "\($0)=\(number)" }.joined(separator: "&")
      let rest = Int(place["queryLength"]?.integer ?? 0) - query.utf8.count
      return "\(place["path"]?.string ?? "")?\(query)\(String(repeating: "A", count: max(0, rest)))"
    }
    self.locations = locations
    let list: JSONValue = ["value": .array(registries)]
    let operation = fact["operation"]?["path"]?.string
    let posted = fact["path"]?.string
    let status = Int(fact["status"]?.integer ?? 0)
    server = try LoopbackServer { request in
      // The port is not known before the server runs; every request names it.
      let origin = "http://\(request.headers["host"] ?? "")"
      switch request.path {
      case let path where path.hasSuffix("/oauth2/v2.0/token"):
        return .json(#"{"token_type":"Bearer","expires_in":3600,"access_token":"recorded-token"}"#)
      case "/subscriptions":
        return .json(
          #"{"value":[{"subscriptionId":"\#(RecordedManager.subscription)","displayName":"Recorded","state":"Enabled","tenantId":"t-1"}]}"#
        )
      case "/subscriptions/\(RecordedManager.subscription)/providers/Microsoft.ContainerRegistry/registries":
        return .json(list.text)
      case let path where path == posted && request.method == "POST":
        return .init(status, ["Location": origin + (locations.first ?? "")])
      case let path where path == operation:
        guard let number = locations.firstIndex(of: request.target), number < polls.count else {
          return .json(#"{"error":{"code":"Changed","message":"the address was changed"}}"#, status: 400)
        }
        let poll = polls[number]
        let next = number + 1 < locations.count ? locations[number + 1] : nil
        return .json(
          poll["body"]?.text ?? "", status: Int(poll["status"]?.integer ?? 0),
          headers: next.map { ["Location": origin + $0] } ?? [:])
      default: return .json(#"{"error":{"code":"NotRecorded","message":"this was not recorded"}}"#, status: 404)
      }
    }
  }

  /// Somebody who is signed in to it.
  func identity() async throws -> AccountManager {
    let identity = try makeIdentity(control: server.url)
    try await identity.signIn(.clientSecret(tenant: "t-1", clientID: "c-1", secret: Secret("recorded-secret")))
    return identity
  }
}
