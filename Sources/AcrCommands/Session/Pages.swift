import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// Pages of a list as rows of a pipeline.
enum Pages {
  /// Rows that are pulled page by page; after `top` rows no further page is asked for. Where all are wanted, the next page is
  /// asked for while one is used.
  static func rows<Element: Sendable>(
    _ pages: PageReader<Element>, top: Int64?, _ run: RunContext, _ value: @escaping (Element) -> Value
  ) -> RowStream {
    let pages = top == nil ? pages.readingAhead() : pages
    var left = top ?? .max
    var page: ArraySlice<Element> = []
    return RowStream {
      guard left > 0 else { return nil }
      while page.isEmpty {
        guard let next = try Blocking.wait(run, { try await pages.next() }) else { return nil }
        page = next[...]
      }
      left -= 1
      return page.popFirst().map(value)
    }
  }
}

extension Call {
  /// The number of rows that `--top` allows; nil for all.
  /// - Throws: ``ArgumentError`` for a negative one.
  func limit(_ flag: KeyPath<Parameters, Flag<Int64?>>) throws -> Int64? {
    guard let top = self[flag] else { return nil }
    guard top >= 0 else {
      throw ArgumentError(parameters[keyPath: flag], AcrError(.usage, "`--top \(top)` is less than 0"))
    }
    return top
  }
}
