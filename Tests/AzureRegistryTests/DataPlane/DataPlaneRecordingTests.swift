import AcrCore
import AcrHTTP
import OCIRegistry
import TestSupport
import Testing

@testable import AzureRegistry

/// A registry that answers what was recorded of a real one: a challenge to whoever has no token, tokens, and then the
/// recorded documents.
private final class RecordedRegistry: Sendable {
  let server: LoopbackServer

  init(_ facts: [JSONValue]) throws {
    let answers = facts.filter { RecordedRegistry.isAnswer($0) }
    server = try LoopbackServer { request in
      let origin = request.headers["host"] ?? ""
      if request.path == "/oauth2/exchange" { return .json(#"{"refresh_token":"recorded-refresh-token"}"#) }
      if request.path == "/oauth2/token" { return .json(#"{"access_token":"recorded-access-token"}"#) }
      guard request.headers["authorization"] == "Bearer recorded-access-token" else {
        return .json(
          #"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#, status: 401,
          headers: [
            "WWW-Authenticate":
              #"Bearer realm="http://\#(origin)/oauth2/token",service="\#(origin)",scope="s",error="invalid_token""#
          ])
      }
      guard let fact = answers.first(where: { RecordedRegistry.matches($0, request) }) else {
        return .json(#"{"errors":[{"code":"UNSUPPORTED","message":"this was not recorded"}]}"#, status: 400)
      }
      var headers: HeaderFields = [:]
      if let link = fact["link"]?.string { headers["Link"] = link }
      let status = Int(fact["status"]?.integer ?? 0)
      let answer = fact["answer"] ?? .null
      if let text = answer.string { return .init(status, headers, text: text) }
      return .json(answer.text, status: status, headers: headers)
    }
  }

  static func isAnswer(_ fact: JSONValue) -> Bool {
    fact["status"]?.integer != 401 && fact["path"]?.string?.hasPrefix("/oauth2/") == false
  }

  /// The path that this program asks for where the SDK asks for another one: lists of repositories are the OCI API's.
  static func path(_ fact: JSONValue) -> String {
    let path = fact["path"]?.string ?? ""
    return path == "/acr/v1/_catalog" && fact["query"]?["last"] == nil ? "/v2/_catalog" : path
  }

  /// True for a request like the recorded one. The SDK names a size of pages only where it is told one.
  static func matches(_ fact: JSONValue, _ request: LoopbackServer.Request) -> Bool {
    guard request.method == fact["method"]?.string, request.path == path(fact) else { return false }
    let recorded = fact["query"]?.members?.map { "\($0.name)=\($0.value.string ?? "")" }.sorted() ?? []
    let hasSize = recorded.contains { $0.hasPrefix("n=") }
    let sent = request.query.filter { hasSize || $0.name != "n" }.map { "\($0.name)=\($0.value)" }.sorted()
    return sent == recorded
  }
}

@Suite("The recorded answers of real registries are read", .serialized)
struct DataPlaneRecordingTests {
  static func recordings() throws -> [JSONValue] { try Recordings.read("data-plane.json").array ?? [] }

  /// What came of one question.
  private enum Outcome {
    case items([JSONValue])
    case document(JSONValue)
    case done
    case failure(AcrError)
  }

  /// Asks as the recorded request did.
  private func ask(_ fact: JSONValue, _ client: RegistryClient) async throws -> Outcome {
    let metadata = AzureMetadata(client)
    let method = fact["method"]?.string
    let path = fact["path"]?.string ?? ""
    let size = fact["query"]?["n"]?.string.flatMap { Int($0) } ?? 100
    let order = fact["query"]?["orderby"]?.string.flatMap(AzureMetadata.Order.init)
    do {
      if path == "/acr/v1/_catalog" {
        return .items(try await client.catalog(pageSize: size).all().map { .string($0.name) })
      }
      if let range = path.firstRange(of: "/manifests/") {
        let name = try RepositoryName(path[..<range.lowerBound].dropFirst("/v2/".count))
        try await metadata.delete(.manifest(name, try Digest(path[range.upperBound...])))
        return .done
      }
      let rest = path.dropFirst("/acr/v1/".count)
      for (marker, isTag) in [("/_tags", true), ("/_manifests", false)] {
        guard let range = rest.firstRange(of: marker) else { continue }
        let name = try RepositoryName(rest[..<range.lowerBound])
        let item = rest[range.upperBound...].dropFirst()
        if item.isEmpty {
          let pages =
            isTag
            ? metadata.tags(of: name, orderedBy: order, pageSize: size)
            : metadata.manifests(of: name, orderedBy: order, pageSize: size)
          return .items(try await pages.all())
        }
        let thing: AzureMetadata.Item =
          isTag ? .tag(name, try TagName(item)) : .manifest(name, try Digest(item))
        if method == "DELETE" {
          try await metadata.delete(thing)
          return .done
        }
        return .document(try await metadata.details(of: thing))
      }
      let repository = AzureMetadata.Item.repository(try RepositoryName(rest))
      if method == "DELETE" {
        try await metadata.delete(repository)
        return .done
      }
      return .document(try await metadata.details(of: repository))
    } catch let error as AcrError {
      return .failure(error)
    }
  }

  @Test("each recording", arguments: try recordings())
  func replayed(_ recording: JSONValue) async throws {
    let facts = recording["exchanges"]?.array ?? []
    let registry = try RecordedRegistry(facts)
    defer { registry.server.stop() }
    let host = try RegistryHost(registry.server.authority)
    let isAnonymous = recording["recording"]?.string?.contains("anon") == true
    let session = RegistryClients(http: quickHTTP, credentials: CredentialStore(environment: ["HOME": "/nonexistent"]))
    let identity = AccessTokenIdentity(token: Secret("recorded-entra-token"), for: host, http: quickHTTP)
    let client = session.client(
      host, credentials: .anonymous, origin: "the test", identity: isAnonymous ? nil : identity)
    let answers = facts.filter { RecordedRegistry.isAnswer($0) }
    // A list is asked for once, and goes on by itself.
    for fact in answers where fact["query"]?["last"] == nil {
      let outcome = try await ask(fact, client)
      try compare(outcome, fact, answers)
    }
    let asked = registry.server.requests.filter {
      $0.headers["authorization"] != nil && !$0.path.hasPrefix("/oauth2/")
    }
    for fact in answers where isWritable(fact) {
      #expect(asked.contains { RecordedRegistry.matches(fact, $0) }, "\(fact["path"]?.string ?? "") was not asked for")
    }
    #expect(asked.allSatisfy { request in answers.contains { RecordedRegistry.matches($0, request) } })
    checkTokens(registry.server.requests, facts, isAnonymous)
  }

  /// False for names that are no names: the SDK sends them, and this program says what is wrong with them.
  private func isWritable(_ fact: JSONValue) -> Bool {
    let path = fact["path"]?.string ?? ""
    if path.contains("Nonexistent") { return false }
    guard let range = path.firstRange(of: "sha256:") else { return true }
    return (try? Digest(path[range.lowerBound...])) != nil
  }

  private func compare(_ outcome: Outcome, _ fact: JSONValue, _ all: [JSONValue]) throws {
    let answer = fact["answer"] ?? .null
    switch outcome {
    case .failure(let error):
      guard isWritable(fact) else {
        #expect(error.kind == .usage)
        return
      }
      #expect(fact["status"]?.integer == 404)
      #expect(error.kind == .notFound)
      #expect(error.status == 404)
      #expect(error.code == answer["errors"]?.array?.first?["code"]?.string)
    case .document(let document):
      #expect(document == (answer["manifest"] ?? answer["tag"] ?? answer))
    case .items(let items):
      let member = ["repositories", "manifests", "tags"].first { answer[$0] != nil } ?? ""
      let order = fact["query"]?["orderby"]
      let pages = all.filter { $0["path"] == fact["path"] && ($0["query"]?["last"] != nil || $0 == fact) }
      let recorded = pages.flatMap { $0["answer"]?[member]?.array ?? [] }
      #expect(!recorded.isEmpty)
      #expect(items == recorded, "\(order?.text ?? "")")
    case .done: Issue.record("nothing was deleted in these recordings")
    }
  }

  /// The sign-in: an exchange where the SDK made one, with its form, and a token of the recorded scope.
  private func checkTokens(_ requests: [LoopbackServer.Request], _ facts: [JSONValue], _ isAnonymous: Bool) {
    let exchanges = requests.filter { $0.path == "/oauth2/exchange" }
    if isAnonymous || facts.allSatisfy({ !isWritable($0) }) {
      #expect(exchanges.isEmpty)
      return
    }
    let recorded = facts.first { $0["path"]?.string == "/oauth2/exchange" }?["form"]?.members ?? []
    for request in exchanges {
      #expect(recorded.allSatisfy { member in request.form.contains { $0.name == member.name } })
      #expect(request.form.first { $0.name == "grant_type" }?.value == "access_token")
    }
    for fact in facts where fact["path"]?.string == "/oauth2/token" {
      // A deletion whose digest is none is not asked for, and needs no token.
      guard let scope = fact["form"]?["scope"]?.string,
        !scope.hasSuffix(":delete") || facts.allSatisfy({ isWritable($0) })
      else { continue }
      let isAsked = requests.contains { request in
        request.path == "/oauth2/token" && request.form.contains { $0.name == "scope" && $0.value.contains(scope) }
      }
      #expect(isAsked, "no token for \(scope)")
    }
  }
}
