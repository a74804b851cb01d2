import Synchronization

/// What the hosts of requests are called, by the beginnings of their URLs: most requests go to a few hosts.
final class HostNames: Sendable {
  private static let most = 1000
  private let known = Mutex<[String: String]>([:])

  /// The host of a request, with its port where that is not the scheme's own; empty where the URL has none.
  func name(for request: TransportRequest) -> String {
    guard let origin = URLReference.origin(of: request) else { return URLReference(request.url).hostAndPort ?? "" }
    return known.withLock { known in
      if let name = known[origin] { return name }
      let name = URLReference(origin).hostAndPort ?? ""
      if known.count < HostNames.most { known[origin] = name }
      return name
    }
  }
}
