import AcrCore
import AcrHTTP
import Foundation
import Synchronization
import TestSupport
import Testing

/// A transport that sees no environment but the given one.
func makeTransport(
  connectTimeout: Duration = .seconds(10), stallTimeout: Duration = .seconds(30), perHost: Int = 32,
  caFile: String? = nil, insecureHosts: InsecureHosts = [], environment: [String: String] = [:]
) -> CurlTransport {
  CurlTransport(
    CurlTransport.Configuration(
      userAgent: "acrsh/test", connectTimeout: connectTimeout, stallTimeout: stallTimeout,
      maximumConnectionsPerHost: perHost, caFile: caFile, insecureHosts: insecureHosts,
      variable: { environment[$0] }))
}

/// The ``AcrError`` that `body` throws, also from inside ``RequestNotSent``; nil where it throws none.
func acrError(_ body: () async throws -> Void) async -> AcrError? {
  do {
    try await body()
    return nil
  } catch let error as RequestNotSent {
    return error.reason
  } catch {
    return error as? AcrError
  }
}

/// A number that several tasks and threads count with.
final class Counter: Sendable {
  private let state = Mutex(0)
  var value: Int { state.withLock { $0 } }
  @discardableResult
  func add(_ amount: Int = 1) -> Int {
    state.withLock { value in
      value += amount
      return value
    }
  }
}

/// A list that several tasks and threads add to.
final class Log<Element: Sendable>: Sendable {
  private let state = Mutex<[Element]>([])
  var all: [Element] { state.withLock { $0 } }
  func add(_ element: Element) { state.withLock { $0.append(element) } }
}

/// A body of `pieces` pieces of `size` bytes, which counts the pieces it was asked for.
func makeStream(pieces: Int, size: Int, length: Int64?, asked: Counter = Counter()) -> BodyStream {
  BodyStream(length: length) {
    asked.add() <= pieces ? [UInt8](repeating: 0x61, count: size) : nil
  }
}

/// Time that passes only when somebody sleeps; it notes how long.
final class FakeTime: Sendable {
  private let state = Mutex((now: Duration.zero, sleeps: [Duration]()))
  var sleeps: [Duration] { state.withLock { $0.sleeps } }
  var sleeper: Sleeper {
    Sleeper(
      now: { self.state.withLock { $0.now } },
      sleep: { duration in
        try Task.checkCancellation()
        self.state.withLock { state in
          state.now += duration
          state.sleeps.append(duration)
        }
      })
  }
}

/// An nginx with the given `server` blocks, which runs while `body` does.
func withNginx<Result>(
  in directory: TemporaryDirectory, servers: String, port: UInt16, _ body: () async throws -> Result
) async throws -> Result {
  let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { name in
    "\(name)_temp_path \(directory.path)/\(name);"
  }
  let configuration = try directory.write(
    """
    pid \(directory.path)/nginx.pid; error_log \(directory.path)/error.log; worker_processes 1;
    events { worker_connections 256; }
    http { access_log off; \(folders.joined(separator: " ")) \(servers) }
    """, to: "nginx.conf")
  let nginx = try Program(
    "nginx", ["-p", directory.path, "-c", configuration, "-g", "daemon off; master_process off;"]
  ).start()
  defer { nginx.stop() }
  for _ in 0..<200 {
    if isListening(port) { break }
    try await Task.sleep(for: .milliseconds(25))
  }
  return try await body()
}

/// True where something accepts connections on a port of 127.0.0.1.
private func isListening(_ port: UInt16) -> Bool {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  guard descriptor >= 0 else { return false }
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  return withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
}
