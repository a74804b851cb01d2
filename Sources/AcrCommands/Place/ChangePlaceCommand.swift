import AcrCore
import AcrLanguage
import AcrRuntime
import OCIRegistry

/// `cd`: goes to a registry, repository, image, platform or layer.
struct ChangePlaceCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let place = Positional<String?>(
      "place", help: "a registry, a whole reference, or the way from here; `-` for the last place", completer: .place)
  }

  let signature = Signature(
    "cd", summary: "Goes to a registry, repository or image",
    description: """
      Afterwards `ls` lists what is there, and references that begin with a dot count from there: `.`, `./api:1`, \
      `../web`, `.:1.0`. Without an argument, and with `/`, one is nowhere again. `cd ..` leads out, `cd -` back. What \
      is not there is refused.
      """,
    group: .registry,
    examples: [
      .init("A part of a registry", "cd localhost:5000/base"),
      .init("Back", "cd localhost:5000\ncd localhost:5000/base\ncd -"),
    ])

  func run(_ call: Call<Parameters>) throws -> Output {
    guard let text = call[\.place] else {
      session.places.move(to: nil)
      return .nothing
    }
    try locate(call.parameters.place) {
      if text == "-" {
        guard let previous = session.places.previous else {
          throw AcrError(.usage, "there is no place to go back to", help: "`cd HOST` goes to a registry")
        }
        session.places.move(to: previous)
        return
      }
      guard let place = try target(of: text, call.run) else { return session.places.move(to: nil) }
      if let current = session.places.current, place == current || isAround(place, current) {
        return session.places.move(to: place)
      }
      let context = session
      try Blocking.wait(call.run) { try await PlaceListing(place, context).check() }
      session.places.move(to: place)
    }
    return .nothing
  }

  /// The place that a text means; the name of an Azure registry means its host.
  private func target(of text: String, _ run: RunContext) throws -> Place? {
    if session.places.current == nil, !text.hasPrefix("."), text != "/" {
      let name = text.prefix { $0 != "/" }
      if !RegistryHost.looksLikeHost(name) {
        guard case .registry(let host) = try session.registry(RegistryText(String(name)), run) else { return nil }
        var place = Place(host)
        try place.add(String(text.dropFirst(name.count + 1)))
        return place
      }
    }
    return try session.places.target(of: text)
  }

  /// Whether one came through a place on the way to the other: it need not be looked for.
  private func isAround(_ place: Place, _ current: Place) -> Bool {
    var outer = current.outer
    while let next = outer {
      if next == place { return true }
      outer = next.outer
    }
    return false
  }
}

/// `pwd`: says where one is.
struct ShowPlaceCommand: Command {
  let session: CommandContext

  let signature = Signature(
    "pwd", summary: "Says where one is: the place that `cd` went to",
    description: "As text. Nothing where one is nowhere.", group: .registry,
    examples: [.init("The place", "pwd")])

  func run(_ call: Call<NoParameters>) throws -> Output {
    guard let place = session.places.current else { return .nothing }
    return .value(.string(place.text))
  }
}

/// `ls`: lists what is at a place.
struct ListPlaceCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let place = Positional<String?>(
      "place", help: "a registry, a whole reference, or the way from here (here)", completer: .place)
  }

  let signature = Signature(
    "ls", summary: "Lists what is here: registries, repositories, tags, platforms, layers, files",
    description: """
      Nowhere, the registries of the account and those of this session. At a registry, the next part of its repositories' \
      names. At a repository, its tags. At an image, its platforms, or its layers if it has only one; at a layer, what \
      it adds, changes and removes. `cd` goes there.
      """,
    group: .registry,
    examples: [
      .init("What a registry holds", "ls localhost:5000"),
      .init("The layers of an image", "ls localhost:5000/base/alpine:3.20"),
    ], columns: OutputColumns(PlaceListing.columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    let place = try locate(call.parameters.place) {
      try call[\.place].map { try session.places.target(of: $0) } ?? session.places.current
    }
    let context = session
    let rows = try locate(call.parameters.place) {
      try Blocking.wait(call.run) {
        guard let place else { return await PlaceListing.registries(context) }
        return try await PlaceListing(place, context).rows()
      }
    }
    return .value(.list(rows))
  }
}
