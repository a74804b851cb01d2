import AcrCore
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix

/// What answers requests.
protocol HTTPService: Sendable {
  /// Answers one request.
  /// - Throws: ``ErrorReply`` for an answer that ends the work early; any other error becomes a status of 500.
  func reply(to call: HTTPCall) async throws -> Reply
}

/// A port of the loopback interface that speaks http and https, whichever the client begins with.
struct Listener: Sendable {
  /// The port.
  let port: Int
  private let server: NIOAsyncChannel<ServedConnection.Channel?, Never>
  private let connections: OpenConnections
  private let running: Task<Void, Never>

  /// `127.0.0.1:PORT`
  var authority: String { "127.0.0.1:\(port)" }

  /// Opens a port; 0 lets the system choose one.
  /// - Parameter service: answers the requests; it learns the port as ``HTTPCall/authority`` where a client sends none.
  /// - Throws: ``AcrError``: `network` for a port that is taken.
  static func open(port: Int, tls: TLSContext, service: any HTTPService) async throws -> Listener {
    let server: NIOAsyncChannel<ServedConnection.Channel?, Never>
    do {
      server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.backlog, value: 256)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        .bind(host: "127.0.0.1", port: port) { channel in
          // A client may be gone already. That is no error of the port, which would end with it.
          channel.eventLoop.makeCompletedFuture { try? ServedConnection.setUp(channel, tls: tls) }
        }
    } catch {
      throw AcrError(
        .network, "cannot listen on 127.0.0.1:\(port): \(error)", help: "use another port, or 0 for a free one")
    }
    let connections = OpenConnections()
    let running: Task<Void, Never> = Task {
      try? await server.executeThenClose { arriving in
        try await withThrowingDiscardingTaskGroup { group in
          for try await channel in arriving {
            guard let channel else { continue }
            group.addTask {
              await ServedConnection(channel: channel, service: service, connections: connections).serve()
            }
          }
        }
      }
    }
    return Listener(
      port: server.channel.localAddress?.port ?? port, server: server, connections: connections, running: running)
  }

  /// Closes the port, and waits for the answers to requests in progress.
  func close() async {
    server.channel.close(promise: nil)
    connections.closeWhenIdle()
    await running.value
  }
}
