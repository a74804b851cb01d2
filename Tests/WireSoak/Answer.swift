import AcrCore

/// What an honest server answers, before somebody changes it on its way.
struct Answer: Sendable {
  var status: Int
  var headers: [(name: String, value: String)]
  var body: [UInt8]

  init(_ status: Int, _ headers: [(String, String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers.map { (name: $0.0, value: $0.1) }
    self.body = body
  }

  /// A JSON document.
  static func json(_ value: JSONValue, status: Int = 200, _ headers: [(String, String)] = []) -> Answer {
    Answer(status, [("Content-Type", "application/json")] + headers, body: Array(value.text.utf8))
  }

  /// An error as the distribution specification writes it.
  static func failure(_ status: Int, _ code: String, _ headers: [(String, String)] = []) -> Answer {
    json(
      ["errors": [["code": .string(code), "message": .string("the registry says \(code)")]]], status: status, headers)
  }

  subscript(_ name: String) -> String? {
    get { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
    set {
      headers.removeAll { $0.name.lowercased() == name.lowercased() }
      if let newValue { headers.append((name, newValue)) }
    }
  }
}

/// What a request is about; lies are told about one of these.
enum Topic: String, CaseIterable, Sendable {
  case ping, token, exchange, catalog, tags, manifest, blob, upload, referrers, metadata, entra, manager, operation
  case other
}
