import AcrCore
import AcrHTTP
import Foundation
import HTTPTypes
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct StreamingTests {
  @Test func aBodyThatIsReadSlowlyIsHeldBack() async throws {
    let size = 48 << 20
    try await withLoopbackServer { _ in
      .init(200, steps: [.zeros(size)])
    } _: { server in
      let response = try await makeTransport().send(TransportRequest(.get, "\(server.url)/"))
      var total = 0
      for round in 0... {
        if round < 3 { try await Task.sleep(for: .milliseconds(150)) }
        guard let piece = try await response.body.next() else { break }
        #expect(!piece.isEmpty)
        #expect(piece.count <= 1 << 20)
        total += piece.count
      }
      #expect(total == size)
    }
  }

  @Test func aProducerIsHeldBackByTheConnection() async throws {
    let gate = DispatchSemaphore(value: 0)
    let asked = Counter()
    let pieces = 2048
    let size = 64 * 1024
    try await withLoopbackServer(
      bodies: .discard,
      early: { _ in
        gate.wait()
        return nil
      }, handler: { .init(201, text: "\($0.bodyCount)") }
    ) { server in
      let stream = makeStream(pieces: pieces, size: size, length: Int64(pieces * size), asked: asked)
      let upload = Task {
        let response = try await makeTransport().send(
          TransportRequest(.put, "\(server.url)/", body: .stream(stream)))
        return try await response.body.collect(upTo: 100)
      }
      // What the system's socket buffers take is out of our hands; it is some megabytes of the 128.
      var last = -1
      while last != asked.value || last == 0 {
        last = asked.value
        try await Task.sleep(for: .milliseconds(200))
      }
      #expect(asked.value < pieces / 2)
      gate.signal()
      #expect(try await upload.value == Array("\(pieces * size)".utf8))
      #expect(asked.value == pieces + 1)
    }
  }

  @Test(arguments: [401, 413, 500], [Int64(8 << 20), nil])
  func anAnswerDuringAnUploadIsReturned(status: Int, length: Int64?) async throws {
    try await withLoopbackServer(
      early: { _ in .init(status, text: "enough") }, handler: { _ in .init(201) }
    ) { server in
      let sent = Counter()
      // The producer stops in the middle, as one does whose own source is slow.
      let stream = BodyStream(length: length) {
        if sent.add() > 2 { try await Task.sleep(for: .seconds(3600)) }
        return [UInt8](repeating: 1, count: 1000)
      }
      let response = try await makeTransport().send(TransportRequest(.put, "\(server.url)/", body: .stream(stream)))
      #expect(response.status == status)
      #expect(try await response.body.collect(upTo: 100) == Array("enough".utf8))
    }
  }

  private struct ProducerFailure: Error {}

  @Test(arguments: [0, 1, 5])
  func anErrorOfTheProducerIsThrownAndTheServerNeverHasItAll(pieces: Int) async throws {
    try await withLoopbackServer(bodies: .discard) { _ in
      .init(201)
    } _: { server in
      let asked = Counter()
      // It fails where the end would be, after the last byte was produced: like a digest that turns out wrong.
      let stream = BodyStream(length: Int64(pieces * 1000)) {
        if asked.add() > pieces { throw ProducerFailure() }
        return [UInt8](repeating: 1, count: 1000)
      }
      if pieces > 0 {
        await #expect(throws: ProducerFailure.self) {
          _ = try await makeTransport().send(TransportRequest(.put, "\(server.url)/", body: .stream(stream)))
        }
        #expect(server.requests.isEmpty)
      }
    }
  }

  @Test(arguments: [
    (Int64(10), "the body ended after 6 of the 10 bytes it was announced with"),
    (5, "the body is longer than the 5 bytes it was announced with"),
  ])
  func aBodyOfAnotherLengthThanAnnouncedIsAnError(length: Int64, message: String) async throws {
    try await withLoopbackServer { _ in
      .init(201)
    } _: { server in
      let stream = makeStream(pieces: 3, size: 2, length: length)
      let error = await acrError {
        _ = try await makeTransport().send(TransportRequest(.put, "\(server.url)/", body: .stream(stream)))
      }
      #expect(error?.kind == .invalid)
      #expect(error?.message == message)
      #expect(server.requests.isEmpty)
    }
  }

  @Test func cancellingWhileWaitingForTheHeadClosesTheConnection() async throws {
    try await withLoopbackServer { _ in
      .stall
    } _: { server in
      let transport = makeTransport()
      let task = Task { await acrError { _ = try await transport.send(TransportRequest(.get, "\(server.url)/slow")) } }
      let isAsked = try await server.wait { requests, _ in requests.count == 1 }
      #expect(isAsked)
      task.cancel()
      #expect(await task.value?.kind == .cancelled)
      let isSeen = try await server.wait { _, disconnects in disconnects.contains { $0.target == "/slow" } }
      #expect(isSeen)
    }
  }

  @Test func cancellingWhileReadingTheBodyClosesTheConnection() async throws {
    try await withLoopbackServer { _ in
      .init(200, steps: [.bytes([1, 2, 3]), .stall], framing: .declared(10))
    } _: {
      server in
      let transport = makeTransport()
      let started = Counter()
      let task = Task {
        await acrError {
          let response = try await transport.send(TransportRequest(.get, "\(server.url)/"))
          while try await response.body.next() != nil { started.add() }
        }
      }
      while started.value == 0 { try await Task.sleep(for: .milliseconds(5)) }
      task.cancel()
      #expect(await task.value?.kind == .cancelled)
      let isSeen = try await server.wait { _, disconnects in disconnects.contains { $0.moment == .duringReply } }
      #expect(isSeen)
    }
  }

  @Test func cancellingAnUploadClosesTheConnectionAndStopsTheProducer() async throws {
    try await withLoopbackServer { _ in
      .init(201)
    } _: { server in
      let transport = makeTransport()
      let asked = Counter()
      let stopped = Counter()
      let stream = BodyStream(length: 1_000_000) {
        if asked.add() == 1 { return [1, 2, 3] }
        do { try await Task.sleep(for: .seconds(3600)) } catch { stopped.add() }
        return nil
      }
      let task = Task {
        await acrError {
          _ = try await transport.send(TransportRequest(.put, "\(server.url)/", body: .stream(stream)))
        }
      }
      while asked.value < 2 { try await Task.sleep(for: .milliseconds(5)) }
      task.cancel()
      #expect(await task.value?.kind == .cancelled)
      let isSeen = try await server.wait { _, disconnects in disconnects.contains { $0.moment == .duringRequest } }
      #expect(isSeen)
      while stopped.value == 0 { try await Task.sleep(for: .milliseconds(5)) }
    }
  }

  @Test func droppingABodyClosesTheConnection() async throws {
    try await withLoopbackServer { _ in
      .init(200, steps: [.zeros(64 << 20)])
    } _: { server in
      let transport = makeTransport()
      var response: TransportResponse? = try await transport.send(TransportRequest(.get, "\(server.url)/"))
      #expect(response?.status == 200)
      response = nil
      let isSeen = try await server.wait { _, disconnects in disconnects.contains { $0.moment == .duringReply } }
      #expect(isSeen)
    }
  }

  struct Cut: Sendable, CustomTestStringConvertible {
    let reply: LoopbackServer.Reply
    let message: String
    var testDescription: String { message }
  }

  @Test(arguments: [
    Cut(
      reply: .cut(body: [UInt8](repeating: 7, count: 1000), after: 400, reset: false),
      message: "the connection to `HOST` broke in the middle of the answer (got 400 of 1000 bytes)"),
    Cut(
      reply: .init(200, steps: [.bytes([1, 2, 3]), .close], framing: .chunked),
      message: "the connection to `HOST` broke in the middle of the answer (got 3 bytes and no end)"),
    Cut(reply: .hangUp(reset: false), message: "the connection to `HOST` broke before it answered"),
    Cut(reply: .hangUp(reset: true), message: "the connection to `HOST` broke before it answered"),
    Cut(
      reply: .init(steps: [.bytes(Array("HTTP/1.1 200 OK\r\nContent-".utf8)), .close], framing: .raw),
      message: "the connection to `HOST` broke before it answered"),
  ])
  func aBrokenConnectionSaysHowMuchArrived(_ test: Cut) async throws {
    try await withLoopbackServer { _ in
      test.reply
    } _: { server in
      let error = await acrError {
        let response = try await makeTransport().send(TransportRequest(.get, "\(server.url)/"))
        _ = try await response.body.collect(upTo: 100_000)
      }
      #expect(error?.kind == .network)
      #expect(error?.message == test.message.replacingOccurrences(of: "HOST", with: server.authority))
    }
  }

  @Test func theBytesBeforeABreakAreHandedOut() async throws {
    try await withLoopbackServer { _ in
      .cut(body: [UInt8](repeating: 7, count: 1000), after: 400, reset: false)
    } _: { server in
      let response = try await makeTransport().send(TransportRequest(.get, "\(server.url)/"))
      var count = 0
      let error = await acrError { while let piece = try await response.body.next() { count += piece.count } }
      #expect(count == 400)
      #expect(error?.kind == .network)
    }
  }

  @Test(arguments: [
    LoopbackServer.Reply.stall, LoopbackServer.Reply(200, steps: [.bytes([1]), .stall], framing: .declared(10)),
  ])
  func aServerThatGoesSilentIsATimeout(_ reply: LoopbackServer.Reply) async throws {
    try await withLoopbackServer { _ in
      reply
    } _: { server in
      let error = await acrError {
        let transport = makeTransport(stallTimeout: .milliseconds(400))
        let response = try await transport.send(TransportRequest(.get, "\(server.url)/"))
        _ = try await response.body.collect(upTo: 100)
      }
      #expect(error?.kind == .timeout)
      #expect(error?.message == "no data was transferred to or from `\(server.authority)` for 0.4 s")
    }
  }

  @Test func timeInWhichWeAreTheSlowOnesDoesNotCount() async throws {
    let size = 24 << 20
    try await withLoopbackServer(bodies: .keep(upTo: 100)) { request in
      request.method == "GET" ? .init(200, steps: [.zeros(size)]) : .init(201, text: "\(request.bodyCount)")
    } _: { server in
      let transport = makeTransport(stallTimeout: .milliseconds(300))
      let response = try await transport.send(TransportRequest(.get, "\(server.url)/"))
      try await Task.sleep(for: .milliseconds(900))
      #expect(try await response.body.collect(upTo: size).count == size)

      let asked = Counter()
      let stream = BodyStream(length: nil) {
        try await Task.sleep(for: .milliseconds(900))
        return asked.add() == 1 ? [1, 2, 3] : nil
      }
      let upload = try await transport.send(TransportRequest(.put, "\(server.url)/", body: .stream(stream)))
      #expect(upload.status == 201)
    }
  }

  @Test func aConnectionThatIsNotAcceptedTimesOut() async throws {
    // A socket that listens, whose queue is full: further connections get no answer.
    let full = try FullListener()
    defer { full.close() }
    let error = await acrError {
      let transport = makeTransport(connectTimeout: .milliseconds(300))
      _ = try await transport.send(TransportRequest(.get, "http://127.0.0.1:\(full.port)/"))
    }
    #expect(error?.kind == .timeout)
    #expect(error?.message == "no connection to `127.0.0.1:\(full.port)` within 0.3 s")
  }
}

/// A listening socket with connections enough to fill its queue.
private final class FullListener {
  let port: UInt16
  private var descriptors: [Int32] = []

  init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(listener, $0, size)
        _ = listen(listener, 0)
        _ = getsockname(listener, $0, &size)
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    descriptors = [listener]
    for _ in 0..<4 {
      let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = connect(client, $0, size) }
      }
      descriptors.append(client)
    }
  }

  func close() { for descriptor in descriptors { Glibc.close(descriptor) } }
}
