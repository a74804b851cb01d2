import AcrCore
import AcrHTTP
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import AzureIdentity

/// A clock that moves only when something waits on it, and remembers the waits.
final class TestClock: Sendable {
  private let state: Mutex<(now: Timestamp, waits: [Duration])>

  init(_ now: Timestamp = Timestamp(seconds: 1_700_000_000)) { state = Mutex((now, [])) }

  var now: Timestamp { state.withLock { $0.now } }
  /// The waits so far.
  var waits: [Duration] { state.withLock { $0.waits } }

  func advance(seconds: Int64) { state.withLock { $0.now = $0.now.adding(seconds: seconds) } }

  var clock: IdentityClock {
    IdentityClock(
      now: { self.now },
      sleep: { duration in
        try Task.checkCancellation()
        self.state.withLock { state in
          state.waits.append(duration)
          state.now = Timestamp(
            nanoseconds: state.now.nanoseconds + duration.components.seconds * 1_000_000_000
              + duration.components.attoseconds / 1_000_000_000)
        }
        await Task.yield()
      })
  }
}

/// Answers in turn; the last one stays.
final class Script: Sendable {
  private let replies: Mutex<[LoopbackServer.Reply]>

  init(_ replies: [LoopbackServer.Reply]) { self.replies = Mutex(replies) }

  func next() -> LoopbackServer.Reply {
    replies.withLock { replies in
      guard let first = replies.first else { return LoopbackServer.Reply(500, text: "the script is over") }
      if replies.count > 1 { replies.removeFirst() }
      return first
    }
  }
}

/// The way to the loopback servers of these tests: the real transport.
let sharedTransport = CurlTransport(.init(userAgent: "acrsh-tests", variable: { _ in nil }))

func makeContext(
  _ clock: TestClock, environment: [String: String] = [:], endpoints: ManagedIdentityEndpoints? = nil
) -> IdentityContext {
  var nowhere = ManagedIdentityEndpoints.standard
  nowhere.arcAgent = "/nonexistent/himds"
  // On a busy machine even a refused connection takes a while.
  nowhere.probeTimeout = .seconds(30)
  return IdentityContext(
    transport: sharedTransport, clock: clock.clock, environment: environment, endpoints: endpoints ?? nowhere)
}

/// A JWT whose signature is none.
func makeJWT(_ claims: [String: JSONValue]) -> String {
  let payload = JSONValue.object(claims.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) })
  return [#"{"alg":"none"}"#, payload.text].map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".") + ".sig"
}

func tokenReply(_ token: String = "token-1", life: Int = 3600, _ more: String = "") -> LoopbackServer.Reply {
  .json(#"{"token_type":"Bearer","expires_in":\#(life),"access_token":"\#(token)"\#(more)}"#)
}

/// A refusal in Entra's form.
func refusal(
  _ error: String, code: Int, status: Int = 400, text: String = "Some text.", headers: HeaderFields = [:]
) -> LoopbackServer.Reply {
  .json(
    #"""
    {"error":"\#(error)","error_description":"AADSTS\#(code): \#(text)\r\nTrace ID: 1-2-3\r\nCorrelation ID: 4-5-6",
     "error_codes":[\#(code)],"trace_id":"1-2-3","correlation_id":"4-5-6",
     "error_uri":"https://login.microsoftonline.com/error?code=\#(code)"}
    """#, status: status, headers: headers)
}

extension LoopbackServer.Request {
  /// The form as a dictionary; repeated names show.
  var fields: [String: String] {
    Dictionary(form.map { ($0.name, $0.value) }, uniquingKeysWith: { "\($0) | \($1)" })
  }
}

/// Everything about an error that could reach a person or a log.
func everyText(of error: any Error) -> String {
  var text = "\(error) \(String(reflecting: error))"
  dump(error, to: &text)
  return text
}

/// The error that `work` throws.
func failure(
  of work: () async throws -> some Any, _ location: SourceLocation = #_sourceLocation
) async throws -> AcrError {
  do {
    _ = try await work()
  } catch let error as AcrError {
    return error
  }
  Issue.record("nothing was thrown", sourceLocation: location)
  throw TestFailure()
}

struct TestFailure: Error {}

let armScope = "https://management.core.windows.net//.default"
let defaultClaims = #"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#
