import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// What changing commands say and return in a dry run.
enum DryRun {
  static func output(_ what: String, _ fields: KeyValuePairs<String, Value>, _ run: RunContext) -> Output {
    .value(.record(record(what, fields, run)))
  }

  /// The same as a record.
  static func record(_ what: String, _ fields: KeyValuePairs<String, Value>, _ run: RunContext) -> Record {
    run.sink.message("dry run: would \(what)")
    let names = ["dry_run", "status"] + fields.map(\.key)
    return Record(shape: Shape(names), values: [.bool(true), .string("would \(what)")] + fields.map(\.value))
  }
}
