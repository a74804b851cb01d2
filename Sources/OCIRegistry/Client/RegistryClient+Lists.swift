import AcrCore
import AcrHTTP

extension RegistryClient {
  /// The code of errors for an answer that is not the list that was asked for.
  public static let notAList = "NOT_A_LIST"

  /// The repositories of the registry, page by page. Names outside the specification's grammar are left out.
  public func catalog(pageSize: Int = 1000) -> PageReader<RepositoryName> {
    let call = RegistryCall(
      .get, .path("/v2/_catalog?n=\(pageSize)"), scopes: [.catalog], purpose: "listing the repositories",
      subject: "the list of repositories of \(host)")
    return pages(call, member: "repositories", pageSize: pageSize) { try? RepositoryName($0) }
  }

  /// Reads a list of names that goes on where `Link` says (distribution-spec, "Listing Tags").
  /// - Parameters:
  ///   - pageSize: how many names were asked for.
  ///   - isComplete: true where something is deleted that the list lacks: an answer that does not say what there is, or
  ///     that has an item which is not a name, is an error then.
  func pages<Element: Sendable>(
    _ first: RegistryCall, member: String, pageSize: Int, isComplete: Bool = false,
    element: @escaping @Sendable (String) -> Element?
  ) -> PageReader<Element> {
    // `Link` is optional in the specification, and some registries take `n` and `last` and send none: a page that is just
    // full says nothing about whether there is more.
    let follow: @Sendable (JSONValue) -> PageCursor.End? = { document in
      guard let items = document[member]?.array, items.count == pageSize, let last = items.last?.string else {
        return nil
      }
      return PageCursor.End(last: last, names: items.compactMap(\.string))
    }
    return documentPages(first, follow: follow) { document, reason in
      guard let items = document[member] else { return nil }
      // Registries written in Go send `null` for an empty list. Behind other names it could take the rest of the list away:
      // there it has to be a whole answer, with the repository's name, and none to a page that the registry promised.
      guard let names = items.array else {
        let isEnd = reason == .first || reason == .fullPage && document["name"]?.string != nil
        return items.isNull && (isEnd || !isComplete) ? [] : nil
      }
      let found = names.compactMap { $0.string.flatMap(element) }
      guard !isComplete || found.count == names.count else { return nil }
      return found
    }
  }

  /// Reads a document that goes on where `Link` says.
  /// - Parameters:
  ///   - later: how many items the pages behind the first shall have; nil: as many as `Link` says.
  ///   - elements: takes a page apart; nil when it is not such a page.
  package func documentPages<Element: Sendable>(
    _ first: RegistryCall, later: Int? = nil, elements: @escaping @Sendable (JSONValue) throws -> [Element]?
  ) -> PageReader<Element> {
    documentPages(first, later: later, follow: { _ in nil }) { document, _ in try elements(document) }
  }

  private func documentPages<Element: Sendable>(
    _ first: RegistryCall, later: Int? = nil, follow: @escaping @Sendable (JSONValue) -> PageCursor.End?,
    elements: @escaping @Sendable (JSONValue, PageCursor.Reason) throws -> [Element]?
  ) -> PageReader<Element> {
    let place = "the answer of \(host) to \(first.purpose)"
    let cursor = PageCursor(first, later: later, WireBudget(limits, for: place, target: host.name))
    return PageReader {
      guard let call = await cursor.next else { return nil }
      let answer: RegistryAnswer
      do {
        answer = try await self.answer(call, limit: .list)
      } catch let error as AcrError {
        throw await cursor.explain(error)
      }
      guard let document = try answer.document(place), let page = try elements(document, await cursor.reason) else {
        var error = RegistryFailure.malformed(answer, to: call, host, "something that is not such a list")
        error.code = RegistryClient.notAList
        throw await cursor.explain(error)
      }
      let link = LinkHeader.next(answer.headers.all("Link"))
      // Registries of Azure always name the next page.
      let alwaysLinks = await self.hasAzureTokens
      let end = link == nil && !alwaysLinks ? follow(document) : nil
      let goesOn = try await cursor.advance(from: answer.url, count: page.count, link: link, end: end)
      switch goesOn {
      case .forward: return page
      case .repeated: return nil
      case .circle:
        throw RegistryFailure.malformed(answer, to: call, host, "pages that repeat in a loop")
      }
    }
  }
}

/// Where a list goes on.
actor PageCursor {
  /// The end of a page that was full and named no next one.
  struct End: Sendable {
    let last: String
    let names: [String]
  }

  /// Why a page is asked for.
  enum Reason: Sendable {
    /// It is the first.
    case first
    /// The one before was full, and did not say whether there is more.
    case fullPage
    /// The one before named it.
    case link
  }

  /// What came of a page.
  enum Step: Sendable {
    /// It is new.
    case forward
    /// It is the one before once more: the registry does not know `last`, and its first page was all. Or it is empty and
    /// names itself as the next one.
    case repeated
    /// The list leads back to a page that was read.
    case circle
  }

  private(set) var next: RegistryCall?
  /// Why the next page is asked for.
  var reason: Reason { linked != nil ? .link : before != nil ? .fullPage : .first }
  private let budget: WireBudget
  /// How many items later pages shall have.
  private let later: Int?
  private var visited: Set<String> = []
  /// The names of the page before, where this one was asked for by `last`.
  private var before: [String]?
  /// The address that came from a `Link`, which a registry may have got wrong.
  private var linked: String?

  init(_ first: RegistryCall, later: Int? = nil, _ budget: WireBudget) {
    next = first
    self.later = later
    self.budget = budget
  }

  /// Goes on to the next page.
  func advance(from url: String, count: Int, link: String?, end: End?) throws(AcrError) -> Step {
    try budget.take(1, of: .pages)
    try budget.take(count, of: .rows)
    visited.insert(url)
    if let end, let before, end.names == before {
      next = nil
      return .repeated
    }
    before = nil
    linked = nil
    guard var call = next else { return .forward }
    if let link {
      try ServerAddress.checkLength(link, namedBy: URLReference(url).hostAndPort)
      let target = resized(LinkHeader.target(link, of: url))
      call.address = .url(target)
      linked = target
      next = call
      guard visited.contains(target) else { return .forward }
      // Some registries name a next page behind the last one, too: an empty one that leads back to itself is the end.
      return count == 0 ? .repeated : .circle
    }
    guard let end else {
      next = nil
      return .forward
    }
    before = end.names
    call.address = .url(URLText.replacing("last", end.last, in: url))
    next = call
    return .forward
  }

  /// The address of a page with the number of items that later pages shall have. One that names no number is left as it is.
  private func resized(_ target: String) -> String {
    guard let later, URLReference(target).query?.split(separator: "&").contains(where: { $0.hasPrefix("n=") }) == true
    else { return target }
    return URLText.replacing("n", String(later), in: target)
  }

  /// An error about a page with the address that the registry itself gave for it.
  func explain(_ error: AcrError) -> AcrError {
    guard let linked else { return error }
    var error = error
    error.notes.append(
      "the address of this page is the registry's own, from its `Link`: \(URLReference(linked).publicText)")
    return error
  }
}
