import AcrCore
import AcrSystem
import CCurl

/// What runs on the loop's thread: the only place that touches libcurl's handles.
final class CurlWorker {
  /// How many used handles are kept for the next transfers.
  private static let poolSize = 64
  /// How often in a row the loop looks for more input before it hands a waiting task the little it has.
  private static let maximumHolds = 16

  private let loop: CurlLoop
  private let loopHandle: OpaquePointer
  private let multi: UnsafeMutableRawPointer
  private let configuration: CurlTransport.Configuration
  private let names = HeaderNames()
  private var transfers: [UInt64: CurlTransfer] = [:]
  private var idByHandle: [UnsafeMutableRawPointer: UInt64] = [:]
  private var pool: [CurlHandle] = []
  private let news = CurlNews()
  /// Why no transfer can be started.
  private var setupError: AcrError?
  private var lastStallCheck = Monotonic.now()

  init?(_ loop: CurlLoop, _ configuration: CurlTransport.Configuration) {
    guard let loopHandle = loop.handle, let multi = acr_curl_loop_multi(loopHandle) else { return nil }
    self.loop = loop
    self.loopHandle = loopHandle
    self.multi = multi
    self.configuration = configuration
    let connections = CurlWorker.connections(wanted: configuration.maximumConnections)
    let options = [
      (CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX)),
      (CURLMOPT_MAX_TOTAL_CONNECTIONS, connections),
      (CURLMOPT_MAX_HOST_CONNECTIONS, min(connections, configuration.maximumConnectionsPerHost)),
      (CURLMOPT_MAXCONNECTS, connections),
    ]
    // Known since 7.67, and 100 without it: some that are still being read come on top of ``HostGate/widestShared``.
    _ = acr_curl_multi_setopt_long(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, 128)
    for (option, value) in options where acr_curl_multi_setopt_long(multi, option, value) != CURLM_OK {
      setupError = .missingOption(option.rawValue, version: String(cString: acr_curl_version_text()))
    }
  }

  /// How many descriptors are left to everything but connections: standard streams, pipes, files that are read, the resolver,
  /// and libdispatch, which ends the process when it cannot open the few that it needs.
  private static let spareDescriptors = 22

  /// How many connections the process's limit of open files allows (`ulimit -n`); at least two, one for each side.
  static func connections(wanted: Int, limit: Int? = ProcessInformation.openFileLimit) -> Int {
    limit.map { min(wanted, max(2, $0 - spareDescriptors)) } ?? wanted
  }

  /// Works until the loop is closed.
  func run() {
    var holds = 0
    while true {
      let work = loop.take(isIdle: transfers.isEmpty)
      for command in work.commands { handle(command) }
      if work.isAborting {
        for id in Array(transfers.keys) { end(id, .failure(AcrError.transferCancelled)) }
      }
      if work.isClosed { break }

      acr_curl_loop_run_due(loopHandle)
      collectDone()
      if flush(isIdle: false) {
        let ready = acr_curl_loop_wait(loopHandle, 0)
        holds += 1
        if ready > 0, holds < CurlWorker.maximumHolds { continue }
        collectDone()
        _ = flush(isIdle: true)
      }
      holds = 0
      checkStalls()
      if work.isStopping, transfers.isEmpty { continue }
      _ = acr_curl_loop_wait(loopHandle, pollMilliseconds)
    }
    for easy in pool { acr_curl_easy_cleanup(easy.pointer) }
    acr_curl_loop_free(loopHandle)
  }

  private func handle(_ command: CurlLoop.Command) {
    switch command {
    case .start(let plan): start(plan)
    case .cancel(let id): end(id, .failure(AcrError.transferCancelled))
    case .resumeReceiving(let id): transfers[id]?.resume(receiving: true)
    case .resumeSending(let id): transfers[id]?.resume(receiving: false)
    }
  }

  private func start(_ plan: CurlTransfer.Plan) {
    guard let handle = pool.popLast() ?? CurlHandle() else {
      plan.response.finish(.failure(AcrError(.network, "libcurl has no memory for a request")))
      return
    }
    let transfer = CurlTransfer(plan, handle, configuration, names, news)
    if let error = setupError ?? transfer.setupError {
      transfer.finish(.failure(RequestNotSent(error, isPermanent: true)))
      release(handle)
      return
    }
    let code = acr_curl_multi_add_handle(multi, handle.pointer)
    guard code == CURLM_OK else {
      transfer.finish(.failure(AcrError(.network, "libcurl does not take a request (CURLMcode \(code.rawValue))")))
      release(handle)
      return
    }
    transfers[plan.id] = transfer
    idByHandle[handle.pointer] = plan.id
  }

  private func collectDone() {
    var code = CURLE_OK
    while let handle = acr_curl_multi_next_done(multi, &code) {
      guard let id = idByHandle[handle], let transfer = transfers[id] else { continue }
      end(id, transfer.outcome(code))
    }
  }

  /// Takes a transfer off the multi handle, which closes its connection (or resets its HTTP/2 stream) if it is not done.
  private func end(_ id: UInt64, _ outcome: Result<Void, any Error>) {
    guard let transfer = transfers.removeValue(forKey: id) else { return }
    idByHandle[transfer.handle.pointer] = nil
    _ = acr_curl_multi_remove_handle(multi, transfer.handle.pointer)
    transfer.finish(outcome)
    release(transfer.handle)
  }

  private func release(_ handle: CurlHandle) {
    guard pool.count < CurlWorker.poolSize, handle.forget() else {
      acr_curl_easy_cleanup(handle.pointer)
      return
    }
    pool.append(handle)
  }

  /// Hands out what has arrived; true where something was held back for company.
  private func flush(isIdle: Bool) -> Bool {
    var isHolding = false
    for transfer in news.take() where !transfer.isFinished {
      transfer.endPauseAfterRefusal()
      switch transfer.plan.response.flush(isIdle: isIdle) {
      case .nothing: break
      case .resumeReceiving: transfer.resume(receiving: true)
      case .flushAgain:
        news.add(transfer)
        isHolding = true
      }
    }
    return isHolding
  }

  private func checkStalls() {
    let now = Monotonic.now()
    guard !transfers.isEmpty, now - lastStallCheck >= stallCheckInterval else { return }
    lastStallCheck = now
    for (id, transfer) in transfers {
      if let error = transfer.stall(at: now) { end(id, .failure(error)) }
    }
  }

  private var stallCheckInterval: Duration {
    min(.seconds(1), configuration.stallTimeout / 4, configuration.slowTime / 4)
  }

  private var pollMilliseconds: Int32 {
    transfers.isEmpty ? 3_600_000 : Int32(clamping: Monotonic.milliseconds(stallCheckInterval) + 1)
  }
}
