/// Finds the next page in `Link` headers (RFC 8288).
enum LinkHeader {
  /// The target with the relation `next`, as written; nil when there is none.
  static func next(_ headers: some Sequence<String>) -> String? {
    for header in headers {
      var rest = header[...]
      while let open = rest.firstIndex(of: "<") {
        guard let close = rest[open...].firstIndex(of: ">") else { break }
        let target = rest[rest.index(after: open)..<close]
        rest = rest[rest.index(after: close)...]
        let parameters = rest.prefix { $0 != "," }
        let isNext = parameters.split(separator: ";").contains { parameter in
          let parts = parameter.split(separator: "=", maxSplits: 1).map {
            $0.filter { $0 != " " && $0 != "\t" && $0 != "\"" }
          }
          return parts.count == 2 && parts[0].lowercased() == "rel" && parts[1].lowercased() == "next"
        }
        if isNext { return String(target) }
      }
    }
    return nil
  }
}
