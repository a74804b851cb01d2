import AcrHTTP

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

extension LinkHeader {
  /// The address of the next page. Of the host that a `Link` names only the path and the query count, since registries behind
  /// proxies name themselves as they see themselves; a path that lost a prefix, but is the same list, is put right, too.
  /// - Parameters:
  ///   - link: as written.
  ///   - page: the address of the page that has it.
  static func target(_ link: String, of page: String) -> String {
    var target = URLReference(URLReference.resolve(base: page, reference: link))
    let own = URLReference(page)
    target.scheme = own.scheme
    target.authority = own.authority
    target.fragment = nil
    // `/artifactory/api/docker/LIST` is `/LIST` to the registry behind it, and the other way round.
    if target.path != own.path, listName(target.path) == listName(own.path) { target.path = own.path }
    return target.text
  }

  /// What a list is a list of: the last two parts of its path.
  private static func listName(_ path: String) -> [Substring] { path.split(separator: "/").suffix(2) }
}
