import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// Pages of a list as rows of a pipeline.
enum Pages {
  /// Rows that are pulled page by page; after `top` rows no further page is asked for.
  static func rows<Element: Sendable>(
    _ pages: PageReader<Element>, top: Int64?, _ call: Invocation, _ value: @escaping (Element) -> Value
  ) throws -> RowStream {
    if let top, top < 0 { throw ArgumentError("top", AcrError(.usage, "`--top \(top)` is less than 0")) }
    var left = top ?? .max
    var page: ArraySlice<Element> = []
    let run = call.run
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
