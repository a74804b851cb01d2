import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import ImportCore
import OCIRegistry
import Synchronization

/// `import`: brings one image or artifact to a registry.
struct ImportCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let request = ImportParameters()
    let engine = Flag<String>(
      "engine", default: "auto", help: "who copies: Azure (service), this machine (direct), or whichever fits",
      completer: .fixed(ImportEngine.names), check: ImportEngine.check)
    let preflight = Switch(
      "preflight", help: "checks first whether Azure can import (the default)")
    let noPreflight = Switch("no-preflight", help: "skips the checks before the import")
    let noWait = Switch("no-wait", help: "returns once Azure has started; `operation wait` waits for the end")
    let timeout = Flag<Duration?>("timeout", help: "how long to wait for Azure at most")
    let rows = RowParameters()
  }

  let signature = Signature(
    "import", aliases: ["acr import"],
    summary: "Copies an image or any other artifact into a registry, without Docker",
    description: """
      Copies everything the source names: all platforms of a multi-platform image, and any OCI artifact such as Helm \
      charts. What the target already has is not sent again. Tags are written last, so nobody pulls an incomplete \
      image.

      A tag that exists and points at another image is a conflict, found before anything is copied; --force moves \
      it. If the tag already points at this image, nothing is sent.

      If the target is an Azure registry of your account, Azure imports (`--engine service`): no data passes this \
      machine, and sources that only Azure can reach work. Into any other registry or folder, this machine copies \
      (`--engine direct`).

      Rows from a pipe are imported in parallel, one import per row: a text is a source, and a record has the columns source, \
      image, repository, to, registry, username, password or force, in place of the flags of these names.
      """,
    group: .registry,
    examples: [
      .init("One image, whole references", "import docker.io/library/alpine:3.20 localhost:5000/base/alpine:3.20"),
      .init(
        "As the Azure CLI writes it",
        "az acr import --name myregistry --source docker.io/library/hello-world:latest --image hello-world:latest"),
      .init("Into a folder", "import mcr.microsoft.com/hello-world:latest oci:./images:hello"),
      .init("A list of images", "open images.csv | import --name localhost:5000 --jobs 16 --keep-going"),
    ],
    input: .optional, changes: true,
    cmdlet: .init(
      "Import-AzContainerRegistryImage",
      parameters: [
        .init("RegistryName", .flag("name")), .init("ResourceGroupName", .flag("resource-group")),
        .init("SubscriptionId", .flag("subscription")),
        .init("SourceRegistryUri", .part(of: "source", order: 0)), .init("SourceImage", .part(of: "source", order: 1)),
        .init("SourceRegistryResourceId", .flag("registry")), .init("SourceResourceId", .flag("registry")),
        .init("Username", .flag("username")), .init("Password", .flag("password")),
        .init("TargetTag", .flag("image")), .init("UntaggedTargetRepository", .flag("repository")),
        .init("Mode", .choice(["Force": "force", "NoForce": nil])), .init("NoWait", .flag("no-wait")),
      ]),
    columns: OutputColumns(columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    if let input = call.input { return try importRows(input, call) }
    let order = try order(call[\.request], readsEarly: !call[\.noPreflight] && call[\.engine] != "direct")
    switch try engine(for: order, call) {
    case .direct: return try copy(order.request, call)
    case .service: return try importByService(order, call)
    }
  }

  // MARK: The engines

  /// This machine copies.
  private func copy(_ request: ImportRequest, _ call: Call<Parameters>) throws -> Output {
    let waiting: [any DeclaredParameter] = [call.parameters.noWait, call.parameters.timeout]
    if let flag = waiting.first(where: call.isGiven) {
      throw ArgumentError(
        flag, AcrError(.usage, "`--\(flag.name)` is for imports by Azure, and this machine copies here itself"))
    }
    if call.run.isDryRun { return try dryRun(request, call) }
    let line = session.progress.start(ImportCommand.displayName(request))
    do {
      let engine = session.engine
      let result = try Blocking.wait(call.run) { try await engine.run(request) { line.report($0) } }
      line.finish(result)
      return .value(.record(ImportCommand.record(result, engine: "direct")))
    } catch {
      line.finish(nil)
      throw error
    }
  }

  /// Azure copies.
  private func importByService(_ order: ImportOrder, _ call: Call<Parameters>) throws -> Output {
    let session = session
    let request = order.request
    let (plan, present) = try plan(order, call)
    if call.run.isDryRun {
      let targets = request.targets.map(\.displayName)
      return DryRun.output(
        "ask Azure to import \(request.source.displayName) to \(targets.joined(separator: ", "))",
        [
          "engine": .string("service"), "source": .string(request.source.displayName),
          "targets": .list(targets.map(Value.string)), "registry": .string(plan.target.id.description),
        ], call.run)
    }
    if call[\.noWait] {
      let operation = try Blocking.wait(call.run) { try await session.azure.signedIn().engine.start(plan) }
      try session.operations.keep(operation)
      var fields = OperationArgument.fields(operation)
      fields["status"] = .string(operation.id == nil ? "Succeeded" : "Accepted")
      return .value(.record(OperationArgument.record(fields)))
    }
    if let present { return .value(.record(ImportCommand.record(present, engine: "service"))) }
    return try follow(request, plan, call)
  }

  /// Waits for the service. What is left running is kept, so that it can be found again.
  private func follow(_ request: ImportRequest, _ plan: ServiceImport.Plan, _ call: Call<Parameters>) throws -> Output {
    let session = session
    let timeout = call[\.timeout]
    // With `--no-preflight` nothing is sent but what az sends.
    let readsResult = !call[\.noPreflight]
    let line = session.progress.start(ImportCommand.displayName(request))
    let started = StartedOperation()
    do {
      let result = try Blocking.wait(call.run) {
        try await session.azure.signedIn().engine.run(
          request, plan: plan, timeout: timeout, readsResult: readsResult, observer: { line.report($0) },
          started: {
            started.note($0)
            // Kept from the start, for whoever comes after this process.
            try? session.operations.keep($0)
          }, ended: { if let id = $0.id { session.operations.remove(id) } })
      }
      line.finish(result)
      return .value(.record(ImportCommand.record(result, engine: "service")))
    } catch var error as AcrError {
      line.finish(nil)
      guard error.kind == .cancelled || error.kind == .timeout, let id = started.operation?.id else { throw error }
      error.help = "the import continues in Azure; to wait for it: operation wait \(id)"
      throw error
    }
  }

  private static func displayName(_ request: ImportRequest) -> String {
    "\(request.source.displayName) → \(request.targets.map(\.displayName).joined(separator: ", "))"
  }

  /// Everything is read and checked, and nothing is written.
  private func dryRun(_ request: ImportRequest, _ call: Call<Parameters>) throws -> Output {
    let engine = session.engine
    let plan = try Blocking.wait(call.run) { try await engine.plan(request) }
    let targets = request.targets.map(\.displayName)
    call.run.sink.message(
      plan.isUnchanged
        ? "dry run: \(targets.joined(separator: ", ")) has \(request.source.displayName) already"
        : "dry run: would import \(request.source.displayName) to \(targets.joined(separator: ", "))")
    let fields: KeyValuePairs<String, Value> = [
      "dry_run": .bool(true), "status": .string(plan.isUnchanged ? "unchanged" : "would import"),
      "engine": .string("direct"),
      "source": .string(request.source.displayName), "targets": .list(targets.map(Value.string)),
      "digest": .string(plan.root.digest.description),
      "manifests": .int(plan.isUnchanged ? 0 : Int64(plan.children.count + 1)), "blobs": .int(Int64(plan.blobs.count)),
      "bytes": .size(plan.totalBytes.bytes),
    ]
    return .value(.record(Record(fields)))
  }

  // MARK: The result

  private static let service = "when Azure imports, which does not tell, and after an error"

  /// The columns of a result, of `--no-wait` and of a dry run.
  private static let columns =
    resultColumns + [
      Column("error", .record, null: "where there was none", help: "the error").only("for rows from a pipe"),
      Column("id", null: "for an import that ended at once", help: "the operation's id").only("with --no-wait"),
      Column("registry", help: "the registry that imports").only("with --no-wait, and in a dry run"),
      Column("blobs", .int, help: "how many blobs would be sent").only("in a dry run"),
      Column("bytes", .size, help: "what would be sent").only("in a dry run"),
    ]

  /// The columns of a result.
  static let resultColumns = [
    Column("status", help: "imported, unchanged or failed; Accepted with --no-wait"),
    Column("source", help: "the source"),
    Column("targets", .list, help: "the targets"),
    Column("digest", null: "after an error", help: "the digest of the image"),
    Column("mediaType", null: "where the target was not read", help: "the media type of its manifest"),
    Column("manifests", .int, null: service, help: "how many manifests it has"),
    Column("blobsCopied", .int, null: service, help: "how many blobs were sent"),
    Column("bytesCopied", .size, null: service, help: "what was sent"),
    Column("blobsPresent", .int, null: service, help: "how many blobs the target had already"),
    Column("engine", help: "who copied: direct or service"),
  ]

  private static let shape = Shape(resultColumns)

  /// The result of an import. The service tells nothing of manifests and blobs, so they are null then.
  static func record(_ result: ImportResult, engine: String) -> Record {
    let isKnown = engine == "direct"
    func count(_ number: Int) -> Value { isKnown ? .int(Int64(number)) : .null }
    return Record(
      shape: shape,
      values: [
        .string(result.isUnchanged ? "unchanged" : "imported"), .string(result.source),
        .list(result.targets.map(Value.string)), result.digest.map { .string($0.description) } ?? .null,
        result.mediaType.map(Value.string) ?? .null,
        isKnown || result.manifests > 0 ? .int(Int64(result.manifests)) : .null, count(result.blobs.copied),
        isKnown ? .size(result.blobs.copiedBytes.bytes) : .null, count(result.blobs.present), .string(engine),
      ])
  }
}

/// The operation that the service has begun.
final class StartedOperation: Sendable {
  private let noted = Mutex<ImportOperation?>(nil)

  func note(_ operation: ImportOperation) { noted.withLock { $0 = operation } }
  var operation: ImportOperation? { noted.withLock { $0 } }
}
