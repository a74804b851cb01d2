import AcrCore
import Synchronization
import TestSupport

/// When a server lies, and how. What it does to a request depends on the seed, on the request, and on how often that
/// request came: never on the time, so that a case can be run again.
struct LiePlan: Sendable {
  enum When: Sendable {
    case never
    /// About one topic: every time, or at most this many times at first.
    case about(Topic, Lie, times: Int)
    /// So many answers of a hundred, each in its own way.
    case often(Int)
  }

  var when: When
  var seed: UInt64

  /// The lie to tell, with the random numbers that decide its details.
  func lie(_ topic: Topic, _ request: LoopbackServer.Request, occurrence: Int) -> (Lie, SeededGenerator)? {
    var random = SeededGenerator(
      seed, "\(request.method) \(request.target.prefix(300)) \(occurrence)")
    switch when {
    case .never: return nil
    case .about(let wanted, let lie, let times):
      return topic == wanted && occurrence < times ? (lie, random) : nil
    case .often(let percent):
      guard random.chance(percent) else { return nil }
      return (random.pick(Lie.allCases), random)
    }
  }
}

/// A server on a port of this machine that gives an honest registry's answers, or what a plan makes of them.
final class LyingServer: Sendable {
  /// One lie that was told.
  struct Told: Sendable {
    let topic: Topic
    let lie: Lie
    let request: String
    let answer: String
  }

  private struct State {
    var counts: [String: Int] = [:]
    var told: [Told] = []
    var requests = 0
    /// The digests of manifests that went out, true ones and others.
    var manifests: Set<String> = []
  }

  private let state = Mutex(State())
  private let answerer: @Sendable (LoopbackServer.Request, String) -> Answer
  private let plan: LiePlan
  private let foreign: String
  private let server = Mutex<LoopbackServer?>(nil)
  /// After so many requests of one case the server hangs up: a client that asks for ever is found by its number.
  static let mostRequests = 30_000

  init(plan: LiePlan, foreign: String, answerer: @escaping @Sendable (LoopbackServer.Request, String) -> Answer) throws
  {
    self.plan = plan
    self.foreign = foreign
    self.answerer = answerer
    let started = try LoopbackServer { [weak self] in self?.reply($0) ?? .hangUp(reset: true) }
    server.withLock { $0 = started }
  }

  var authority: String { server.withLock { $0?.authority ?? "" } }
  var told: [Told] { state.withLock { $0.told } }
  var requestCount: Int { state.withLock { $0.requests } }
  /// The digests of all manifests that went out.
  var sentManifests: Set<String> { state.withLock { $0.manifests } }

  func stop() { server.withLock { $0.take() }?.stop() }

  private func reply(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
    let topic = Topic(request)
    let (occurrence, total) = state.withLock { state in
      state.requests += 1
      let name = "\(request.method) \(request.target)"
      defer { state.counts[name, default: 0] += 1 }
      return (state.counts[name, default: 0], state.requests)
    }
    guard total <= Self.mostRequests else { return .hangUp(reset: true) }
    let origin = "http://\(authority)"
    let honest = answerer(request, origin)
    if topic == .manifest, honest.status == 200 {
      state.withLock { _ = $0.manifests.insert(Digest.of(honest.body).description) }
    }
    guard case .some((let lie, var random)) = plan.lie(topic, request, occurrence: occurrence) else {
      return Lie.whole(honest)
    }
    let images = SampleImages.shared
    let context = LieContext(
      origin: origin, foreign: foreign, digests: images.sortedDigests, bodies: images.someBodies, request: request,
      occurrence: occurrence, total: total)
    let reply = lie.reply(to: honest, context, &random)
    let told = Told(
      topic: topic, lie: lie, request: "\(request.method) \(request.target)", answer: Self.describe(reply))
    state.withLock { state in
      if state.told.count < 1000 { state.told.append(told) }
      if topic == .manifest, case .bytes(let bytes)? = reply.steps.first {
        state.manifests.insert(Digest.of(bytes).description)
      }
    }
    return reply
  }

  private static func describe(_ reply: LoopbackServer.Reply) -> String {
    let head = reply.framing == .raw ? "" : "\(reply.status) "
    var text = head + reply.headers.all.map { "\($0.name): \($0.value.prefix(120))" }.joined(separator: "; ")
    for step in reply.steps.prefix(3) {
      switch step {
      case .bytes(let bytes): text += " «\(String(decoding: bytes.prefix(300), as: UTF8.self))»(\(bytes.count))"
      default: text += " \("\(step)".prefix(60))"
      }
    }
    return text.map { $0.isNewline ? "⏎" : String($0) }.joined()
  }
}

extension Topic {
  init(_ request: LoopbackServer.Request) {
    let path = request.target.prefix { $0 != "?" }
    self =
      if path == "/v2/" || path == "/v2" { .ping } else if path == "/v2/_catalog" || path == "/acr/v1/_catalog" {
        .catalog
      } else if path == "/token" || path == "/oauth2/token" { .token } else if path == "/oauth2/exchange" {
        .exchange
      } else if path.hasPrefix("/acr/v1/") { .metadata } else if path.contains("/blobs/uploads") {
        .upload
      } else if path.contains("/blobs/") { .blob } else if path.contains("/manifests/") {
        .manifest
      } else if path.contains("/referrers/") { .referrers } else if path.hasSuffix("/tags/list") {
        .tags
      } else if path.contains("/oauth2/v2.0/") || path.contains("/.well-known/") {
        .entra
      } else if path.contains("/operationResults/") { .operation } else if path.hasPrefix("/subscriptions") {
        .manager
      } else {
        .other
      }
  }
}
