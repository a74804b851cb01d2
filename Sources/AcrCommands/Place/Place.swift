import AcrCore
import ImportCore
import OCIRegistry

/// Where a person is: a registry, a part of its repositories' names, an image, one of its platforms, one of its layers.
public struct Place: Sendable, Equatable {
  /// The registry's host.
  public let host: RegistryHost
  /// The parts of the repository's name so far; empty at the registry.
  public private(set) var path: [String] = []
  /// `:tag` or `@digest`.
  public private(set) var image: String?
  /// One platform of the image, where it has several.
  public private(set) var platform: Platform?
  /// One layer of the image, from 1.
  public private(set) var layer: Int?

  /// The registry itself.
  init(_ host: RegistryHost) { self.host = host }

  /// A registry, repository or image as references write it: `host[/path][:tag|@digest]`.
  /// - Throws: ``AcrError`` of kind `usage` for what is none.
  init(reference text: String) throws(AcrError) {
    let slash = text.firstIndex(of: "/")
    host = try RegistryHost(String(slash.map { text[..<$0] } ?? text[...]))
    if let slash { try add(String(text[text.index(after: slash)...])) }
  }

  /// The place as a reference: `host/path:tag`.
  public var reference: String { ([host.name] + path).joined(separator: "/") + (image ?? "") }

  /// The place in words, for the prompt and `pwd`: the reference, the platform, the layer.
  public var text: String {
    reference + (platform.map { " \($0)" } ?? "") + (layer.map { " layer \($0)" } ?? "")
  }

  /// The name of the repository that the path says; nil at the registry, and for what is no name of one.
  var repository: RepositoryName? {
    guard !path.isEmpty else { return nil }
    return try? RepositoryName(path.joined(separator: "/"))
  }

  /// One step out of this place; nil behind the registry.
  var outer: Place? {
    var place = self
    if layer != nil {
      place.layer = nil
    } else if platform != nil {
      place.platform = nil
    } else if image != nil {
      place.image = nil
    } else if place.path.popLast() == nil {
      return nil
    }
    return place
  }

  /// The repository or registry around an image, for references that begin with `./`.
  public var folder: Place {
    var place = self
    (place.layer, place.platform, place.image) = (nil, nil, nil)
    return place
  }

  /// Goes on by `shop/api`, `:tag`, `@digest`, `linux/arm64` or the number of a layer, as fits where it is.
  /// - Throws: ``AcrError`` of kind `usage`.
  mutating func add(_ text: String) throws(AcrError) {
    var text = text[...]
    while text.last == "/" { text = text.dropLast() }
    guard !text.isEmpty else { return }
    if image != nil {
      if let number = Int(text), number > 0 {
        layer = number
      } else {
        guard layer == nil, platform == nil else {
          throw AcrError(
            .usage, "`\(text)` is not the number of a layer", help: "`ls` lists what is here, and `cd ..` leads out")
        }
        platform = try PlatformChoice.platform(String(text))
      }
      return
    }
    if let mark = Place.mark(in: text) {
      let selector = String(text[mark...])
      if selector.first == "@" {
        _ = try Digest(String(selector.dropFirst()))
      } else {
        _ = try TagName(selector.dropFirst())
      }
      image = selector
      text = text[..<mark]
    }
    path += text.split(separator: "/").map(String.init)
    guard path.isEmpty || repository != nil else {
      let name = path.joined(separator: "/")
      // The sentence that says what is wrong with it.
      _ = try RepositoryName(name)
      return
    }
    guard image == nil || !path.isEmpty else {
      throw AcrError(.usage, "`\(image ?? "")` needs a repository before it", help: "`ls` lists the repositories here")
    }
  }

  /// Where the tag or digest begins.
  private static func mark(in text: Substring) -> Substring.Index? {
    if let at = text.firstIndex(of: "@") { return at }
    let last = text.lastIndex(of: "/").map { text.index(after: $0) } ?? text.startIndex
    return text[last...].firstIndex(of: ":")
  }
}
