import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `garbage`: what nothing in a registry reaches, the look before the broom.
struct GarbageCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let targets = Rest<String>(
      "targets", help: "what to look at: HOST, HOST/REPOSITORY, or a glob such as HOST/dev/*",
      completer: .repositoryReference)
    let by = Flag<String>(
      "by", default: "manifest", help: "a row for each manifest, repository or month",
      completer: .fixed(GarbageCommand.groupings), check: GarbageCommand.checkGrouping)
    let jobs = Flag<Int64>("jobs", default: 4, help: "how many repositories to read at a time")
  }

  private static let groupings = ["manifest", "repository", "month"]

  private static let columns = [
    Column("repository", help: "the repository").only("with --by manifest or repository"),
    Column("month", help: "when it came, such as 2026-11").only("with --by month"),
    Column("digest", help: "a manifest that nothing reaches").only("with --by manifest"),
    Column("mediaType", help: "its media type").only("with --by manifest"),
    Column("artifactType", null: "for images", help: "the kind of artifact").only("with --by manifest"),
    Column("age", .duration, null: "where nothing tells", help: "how long ago it was changed").only(
      "with --by manifest"),
    Column("tags", .int, help: "how many tags it has").only("with --by repository"),
    Column("manifests", .int, help: "how many manifests").only("with --by repository or month"),
    Column("bytes", .size, help: "what its deletion frees; of a repository or month, everything in it"),
    Column("total", .size, help: "everything up to the end of the month").only("with --by month"),
    Column("share", .number, unit: "parts of 1", help: "that as a part of what there is now, a bar in tables").only(
      "with --by month"),
    Column("garbage", .int, help: "how many manifests nothing reaches").only("with --by repository"),
    Column("garbageBytes", .size, help: "what deleting those frees").only("with --by repository"),
  ]
  private static let manifestShape = Shape(["repository", "digest", "mediaType", "artifactType", "age", "bytes"])
  private static let repositoryShape = Shape(["repository", "tags", "manifests", "bytes", "garbage", "garbageBytes"])
  private static let monthShape = Shape(["month", "manifests", "bytes", "total", "share"])

  let signature = Signature(
    "garbage",
    summary: "Lists manifests that no tag reaches, with their age and size",
    description: """
      What a tag reaches is not garbage: platforms of an index, signatures and other referrers. `purge --untagged` deletes \
      what is listed here. With --by repository it gives the largest repositories first, with --by month how a registry grew: tables draw it as a chart.
      """,
    group: .registry,
    examples: [
      .init("Of a repository", "garbage myregistry.azurecr.io/app"),
      .init("The repositories with the most of it", "garbage localhost:5000 --by repository | first 10"),
      .init("How the registry grew", "garbage localhost:5000 --by month"),
    ],
    columns: OutputColumns(columns))

  static let checkGrouping: TextCheck = { text in
    groupings.contains(text)
      ? nil : TextProblem("`--by \(text)` is no grouping", help: "`manifest`, `repository` or `month`")
  }

  func run(_ call: Call<Parameters>) throws -> Output {
    guard !call[\.targets].isEmpty else {
      throw ArgumentError(
        call.parameters.targets, AcrError(.usage, "`garbage` needs a registry", help: "give HOST or HOST/REPOSITORY"))
    }
    let jobs = call[\.jobs]
    guard (1...64).contains(jobs) else {
      throw ArgumentError(call.parameters.jobs, AcrError(.usage, "`--jobs \(jobs)` is not a number from 1 to 64"))
    }
    let targets = try locate(call.parameters.targets) { try PurgeTargets(call[\.targets], session, call.run) }
    let limit = session.limit
    let found = try Blocking.wait(call.run) {
      try await ImportQueue(jobs: Int(jobs), keepsGoing: true).run(targets.repositories) { store in
        try await GarbageReport.read(store, limit: limit)
      }
    }
    var reports: [GarbageReport] = []
    for result in found {
      switch result {
      case .success(let report): reports.append(report)
      case .failure(let error):
        call.run.sink.message("left out: \((error as? AcrError)?.message ?? "interrupted")")
        call.run.noteFailedItem()
      }
    }
    let now = call.run.host.now()
    let count = reports.reduce(0) { $0 + $1.garbage.count }
    let bytes = reports.lazy.flatMap { $0.garbage.map(\.bytes) }.total
    call.run.sink.message(
      "\(count) manifest\(count == 1 ? "" : "s") that nothing reaches, \(ByteCount.human(bytes)); "
        + "\(ByteCount.human(reports.lazy.map(\.bytes).total)) in all")
    switch call[\.by] {
    case "repository": return .value(.list(GarbageCommand.repositories(reports)))
    case "month": return .value(.list(GarbageCommand.months(reports)))
    default: return .value(.list(reports.flatMap { GarbageCommand.manifests($0, now) }))
    }
  }

  private static func manifests(_ report: GarbageReport, _ now: Timestamp) -> [Value] {
    report.garbage.map { item in
      .record(
        Record(
          shape: manifestShape,
          values: [
            .string(report.repository.name), .string(item.node.digest.description), .string(item.node.mediaType),
            item.node.artifactType.map(Value.string) ?? .null,
            item.time.map { .duration(max(0, now.duration(since: $0).nanoseconds)) } ?? .null, .size(item.bytes.bytes),
          ]))
    }
  }

  private static func repositories(_ reports: [GarbageReport]) -> [Value] {
    reports.map { (report: $0, garbage: $0.garbage.lazy.map(\.bytes).total) }
      .sorted { ($0.garbage, $0.report.bytes) > ($1.garbage, $1.report.bytes) }
      .map { report, garbage in
        .record(
          Record(
            shape: repositoryShape,
            values: [
              .string(report.repository.name), .int(Int64(report.tags)), .int(Int64(report.manifests)),
              .size(report.bytes.bytes), .int(Int64(report.garbage.count)), .size(garbage.bytes),
            ]))
      }
  }

  private static func months(_ reports: [GarbageReport]) -> [Value] {
    var months: [String: (manifests: Int, bytes: WireSize)] = [:]
    for month in reports.flatMap(\.months) {
      var sum = months[month.name] ?? (0, .zero)
      sum.manifests += month.manifests
      sum.bytes += month.bytes
      months[month.name] = sum
    }
    let all = months.values.lazy.map(\.bytes).total.bytes
    var total = WireSize.zero
    return months.sorted { $0.key < $1.key }.map { name, sum in
      total += sum.bytes
      let share = all == 0 ? 0 : Double(total.bytes) / Double(all)
      return .record(
        Record(
          shape: monthShape,
          values: [
            .string(name), .int(Int64(sum.manifests)), .size(sum.bytes.bytes), .size(total.bytes), .number(share),
          ]))
    }
  }
}
