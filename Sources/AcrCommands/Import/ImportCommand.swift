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
    let policy = PolicyArgument.flag
    let accept = BlockFlag("accept", help: "a block that looks at the image first, and refuses it by `throw`")
    let referrers = Switch(
      "referrers", help: "looks for signatures, SBOMs and other referrers of all platforms again (see --no-referrers)")
    let noReferrers = Switch("no-referrers", help: "leaves out signatures, SBOMs and other referrers of the image")
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

      With --policy, an image that no rule accepts is refused with the rule, and nothing of it is copied. What was \
      checked is what is imported: by its digest, also by Azure.

      With --accept, a block looks at the image before anything of it is copied: its row has source, digest, mediaType, \
      platforms, size, created, annotations and labels. What it throws refuses the image, and so does `false`. What it \
      looked at is what is imported, by its digest.

      Signatures, attestations, SBOMs and other referrers of the image and its platforms come along, as `mirror` brings \
      them, unless you give --no-referrers. Azure imports only the image, and this machine copies the rest. What cannot \
      be brought along is a note. If the image is there already, only what is about the image itself is looked for; \
      --referrers looks for what is about its platforms again.

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
      .init("Only what a policy accepts", "import ghcr.io/contoso/app:1.4 localhost:5000/app:1.4 --policy policy.yaml"),
      .init(
        "Only what a block accepts",
        "import ghcr.io/contoso/app:1.4 localhost:5000/app:1.4 "
          + "--accept { |image| if $image.size > 1GiB { throw \"too large\" } }"),
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
      ] + PowerShell.common),
    columns: OutputColumns(columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    if let input = call.input { return try importRows(input, call) }
    let flags = call.parameters.rows.run
    let ofRows: [any DeclaredParameter] = [flags.lock, flags.deadline, flags.log, flags.logFile, flags.logLevel]
    if let flag = ofRows.first(where: call.isGiven) {
      throw ArgumentError(
        flag, AcrError(.usage, "`--\(flag.name)` is for imports of rows", help: "such as `open images.csv | import …`"))
    }
    let (command, given, run) = (self, call.given, call.run)
    let watch = ImportWatch()
    do {
      guard let block = call[\.accept] else {
        return .value(.record(try Blocking.wait(run) { try await command.perform(given, run, watch) }))
      }
      let candidate = try Blocking.wait(run) { try await command.candidate(given, run) }
      try candidate.ask(block)
      return .value(.record(try Blocking.wait(run) { try await command.perform(candidate.order, given, run, watch) }))
    } catch var error as AcrError {
      // The wait may end before the work has let go of what it holds.
      watch.finish(nil)
      guard error.kind == .cancelled || error.kind == .timeout, let id = watch.operation?.id else { throw error }
      error.help = "the import continues in Azure; to wait for it: operation wait \(id)"
      throw error
    } catch {
      watch.finish(nil)
      throw error
    }
  }

  // MARK: The engines

  /// Finds out what is to be imported and who copies, and has it done.
  private func perform(
    _ given: GivenArguments<Parameters>, _ run: RunContext, _ watch: ImportWatch
  ) async throws -> Record {
    let readsEarly = !given[\.noPreflight] && given[\.engine] != "direct"
    let gate = try PolicyArgument.gate(given.parameters.policy, given[\.policy], session)
    let order = try await order(given[\.request], run.sink, readsEarly: readsEarly && gate == nil).accepted(by: gate)
    return try await perform(order, given, run, watch)
  }

  /// Finds out who copies, and has it done.
  private func perform(
    _ order: ImportOrder, _ given: GivenArguments<Parameters>, _ run: RunContext, _ watch: ImportWatch
  ) async throws -> Record {
    switch try await engine(for: order, given) {
    case .direct: return try await copy(order.request, given, run, watch)
    case .service: return try await importByService(order, given, run, watch)
    }
  }

  /// This machine copies.
  private func copy(
    _ request: ImportRequest, _ given: GivenArguments<Parameters>, _ run: RunContext, _ watch: ImportWatch
  ) async throws -> Record {
    let waiting: [any DeclaredParameter] = [given.parameters.noWait, given.parameters.timeout]
    if let flag = waiting.first(where: given.isGiven) {
      throw ArgumentError(
        flag, AcrError(.usage, "`--\(flag.name)` is for imports by Azure, and this machine copies here itself"))
    }
    let extent = try referrerExtent(given, .direct)
    if run.isDryRun {
      let plan = try await session.engine.plan(request)
      let referrers = try await countReferrers(plan, request, extent, run.sink)
      return dryRun(request, plan, referrers: referrers, run.sink)
    }
    let line = watch.follow(session.progress.start(ImportCommand.displayName(request)))
    var result = try await session.engine.run(request) { line.report($0) }
    try await bringReferrers(&result, request, extent, run.sink)
    watch.finish(result)
    return ImportCommand.record(result, engine: "direct")
  }

  /// Azure copies.
  private func importByService(
    _ order: ImportOrder, _ given: GivenArguments<Parameters>, _ run: RunContext, _ watch: ImportWatch
  ) async throws -> Record {
    let request = order.request
    let extent = try referrerExtent(given, .service)
    try tellWhatStays(given, run.sink)
    let (plan, present) = try await plan(order, looksFirst: try looksFirst(given), run.sink)
    if run.isDryRun {
      let targets = request.targets.map(\.displayName)
      return DryRun.record(
        "ask Azure to import \(request.source.displayName) to \(targets.joined(separator: ", "))",
        [
          "engine": .string("service"), "source": .string(request.source.displayName),
          "targets": .list(targets.map(Value.string)), "registry": .string(plan.target.id.description),
        ], run)
    }
    if given[\.noWait] {
      let operation = try await session.azure.signedIn().engine.start(plan)
      try session.operations.keep(operation)
      var fields = OperationArgument.fields(operation)
      fields["status"] = .string(operation.id == nil ? "Succeeded" : "Accepted")
      return OperationArgument.record(fields)
    }
    if var present {
      try await bringReferrers(&present, request, extent, silent: session.azure.silentHosts, run.sink)
      return ImportCommand.record(present, engine: "service")
    }
    return try await follow(request, plan, given, extent, watch, run.sink)
  }

  /// Waits for the service. What is left running is kept, so that it can be found again.
  private func follow(
    _ request: ImportRequest, _ plan: ServiceImport.Plan, _ given: GivenArguments<Parameters>,
    _ extent: ReferrerExtent, _ watch: ImportWatch, _ sink: any OutputSink
  ) async throws -> Record {
    let session = session
    let line = watch.follow(session.progress.start(ImportCommand.displayName(request)))
    // With `--no-preflight` nothing is sent but what az sends.
    var result = try await session.azure.signedIn().engine.run(
      request, plan: plan, timeout: given[\.timeout], readsResult: !given[\.noPreflight],
      observer: { line.report($0) },
      started: {
        watch.note($0)
        // Kept from the start, for whoever comes after this process.
        try? session.operations.keep($0)
      }, ended: { if let id = $0.id { session.operations.remove(id) } })
    try await bringReferrers(&result, request, extent, silent: session.azure.silentHosts, sink)
    watch.finish(result)
    return ImportCommand.record(result, engine: "service")
  }

  private static func displayName(_ request: ImportRequest) -> String {
    "\(request.source.displayName) → \(request.targets.map(\.displayName).joined(separator: ", "))"
  }

  /// Everything was read and checked, and nothing is written.
  private func dryRun(
    _ request: ImportRequest, _ plan: ImportPlan, referrers: Int, _ sink: any OutputSink
  ) -> Record {
    let targets = request.targets.map(\.displayName)
    sink.message(
      plan.isUnchanged
        ? "dry run: \(targets.joined(separator: ", ")) has \(request.source.displayName) already"
        : "dry run: would import \(request.source.displayName) to \(targets.joined(separator: ", "))")
    let fields: KeyValuePairs<String, Value> = [
      "dry_run": .bool(true), "status": .string(plan.isUnchanged ? "unchanged" : "would import"),
      "engine": .string("direct"),
      "source": .string(request.source.displayName), "targets": .list(targets.map(Value.string)),
      "digest": .string(plan.root.digest.description),
      "manifests": .int(plan.isUnchanged ? 0 : Int64(plan.children.count + 1)), "blobs": .int(Int64(plan.blobs.count)),
      "bytes": .size(plan.totalBytes.bytes), "referrers": .int(Int64(referrers)),
    ]
    return Record(fields)
  }

  // MARK: The result

  private static let service = "when Azure imports, which does not tell, and after an error"

  /// The columns of a result, of `--no-wait` and of a dry run.
  private static let columns =
    resultColumns + [
      Column("error", .record, null: "where there was none", help: "the error").key.only("for rows from a pipe"),
      Column("id", null: "for an import that ended at once", help: "the operation's id").only("with --no-wait"),
      Column("registry", help: "the registry that imports").only("with --no-wait, and in a dry run"),
      Column("blobs", .int, help: "how many blobs would be sent").only("in a dry run"),
      Column("bytes", .size, help: "what would be sent").only("in a dry run"),
    ]

  /// The columns of a result.
  static let resultColumns = [
    Column("status", help: "imported, unchanged, refused or failed; Accepted with --no-wait").key,
    Column("source", help: "the source"),
    Column("targets", .list, help: "the targets").key,
    Column("digest", null: "after an error", help: "the digest of the image").key,
    Column("mediaType", null: "where the target was not read", help: "the media type of its manifest").detail,
    Column("manifests", .int, null: service, help: "how many manifests it has").detail,
    Column("blobsCopied", .int, null: service, help: "how many blobs were sent").detail,
    Column("bytesCopied", .size, null: service, help: "what was sent"),
    Column("blobsPresent", .int, null: service, help: "how many blobs the target had already").detail,
    Column("engine", help: "who copied: direct or service").detail,
    Column(
      "referrers", .int, null: "after an error", help: "how many signatures, SBOMs and other referrers came along"),
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
        .int(Int64(result.referrers?.copied ?? 0)),
      ])
  }
}

/// What is known of a running import outside of it: its line of progress, and the operation that the service has begun.
final class ImportWatch: Sendable {
  private let state = Mutex<(line: (any ImportProgressLine)?, operation: ImportOperation?)>((nil, nil))

  /// Notes the line, and gives it back.
  func follow(_ line: any ImportProgressLine) -> any ImportProgressLine {
    state.withLock { $0.line = line }
    return line
  }

  /// Ends the line, once.
  func finish(_ result: ImportResult?) {
    let line = state.withLock { state in
      defer { state.line = nil }
      return state.line
    }
    line?.finish(result)
  }

  /// Notes the operation.
  func note(_ operation: ImportOperation) { state.withLock { $0.operation = operation } }

  var operation: ImportOperation? { state.withLock { $0.operation } }
}
