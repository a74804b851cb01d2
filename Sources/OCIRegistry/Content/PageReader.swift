/// Pages pulled one at a time, so that whoever stops early asks for no more than needed.
public struct PageReader<Element: Sendable>: Sendable {
  /// The next page; nil after the last.
  public let next: @Sendable () async throws -> [Element]?

  /// Creates a reader.
  public init(next: @escaping @Sendable () async throws -> [Element]?) { self.next = next }

  /// All pages as one list.
  public func all() async throws -> [Element] {
    var elements: [Element] = []
    while let page = try await next() { elements += page }
    return elements
  }
}

extension PageReader {
  /// The same pages for someone who wants all of them: from the second one on, the next is asked for while this one is used.
  /// Whoever stops after the first page has asked for no other. The question under way ends with the reader.
  public func readingAhead() -> PageReader {
    let ahead = PagesAhead(self)
    return PageReader { try await ahead.next() }
  }
}

/// Asks for a page before it is wanted.
private actor PagesAhead<Element: Sendable> {
  private let pages: PageReader<Element>
  private var count = 0
  private var ahead: Task<[Element]?, any Error>?

  init(_ pages: PageReader<Element>) { self.pages = pages }

  deinit { ahead?.cancel() }

  func next() async throws -> [Element]? {
    let page: [Element]?
    if let ahead {
      self.ahead = nil
      page = try await withTaskCancellationHandler {
        try await ahead.value
      } onCancel: {
        ahead.cancel()
      }
    } else {
      page = try await pages.next()
    }
    count += 1
    if page != nil, count > 1 { ahead = Task { [pages] in try await pages.next() } }
    return page
  }
}
