import AcrCore
import AcrRuntime
import ImportCore

/// `--accept { |image| … }`: a block that looks at an image before anything of it is copied.
extension ImportCommand {
  /// An import that a block is asked about.
  struct Candidate: Sendable {
    /// The import of exactly the digest that the block is shown.
    let order: ImportOrder
    /// What the block is shown.
    let image: Record

    /// Asks the block; call it on the evaluator's thread.
    /// - Throws: an error of kind `rejected` with the place and the text of what the block threw; other errors as they are.
    func ask(_ block: BlockValue) throws {
      do {
        if case .bool(false) = try block.call([.record(image)]) { throw refusal(AcrError(.thrown, "it gives `false`")) }
      } catch var error as RuntimeError where error.error.kind == .thrown {
        error.error = refusal(error.error)
        throw error
      }
    }

    private func refusal(_ thrown: AcrError) -> AcrError {
      let source = order.request.source
      var notes = thrown.notes
      if case .digest(let digest) = source.selector { notes.append("digest: \(digest)") }
      return AcrError(
        .rejected, "`\(source.displayName)` is refused by the block of `--accept`: \(thrown.message)",
        help: thrown.help, code: "accept", notes: notes)
    }
  }

  /// Finds what is to be imported, has the policy look at it, and reads what a block is shown.
  func candidate(_ given: GivenArguments<Parameters>, _ run: RunContext) async throws -> Candidate {
    let gate = try PolicyArgument.gate(given.parameters.policy, given[\.policy], session)
    return try await candidate(
      order(given[\.request], run.sink, readsEarly: false).accepted(by: gate))
  }

  /// Reads what a block is shown.
  func candidate(_ order: ImportOrder) async throws -> Candidate {
    let source = order.request.source
    let root = try await PolicyGate.root(source, session.engine)
    let image = PolicyImage(root: root, store: source.store, engine: session.engine, limit: session.limit)
    return Candidate(
      order: order.pinned(to: root.digest), image: try await image.record(source: source.displayName))
  }
}
