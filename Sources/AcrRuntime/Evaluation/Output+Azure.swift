import AcrCore
import AcrLanguage

extension Output {
  /// What a command gives as the Azure CLI would write it there. What scripts pass on stays as it is.
  /// - Parameter isQuery: whether a query has picked from it: the order of its fields is then the person's.
  func written(by manner: Signature.AzureManner, to place: ShownPlace, isQuery: Bool) -> Output {
    let reveals = manner.contains(.givesSecrets) && !place.isTerminal
    let sorts = manner.contains(.sortedFields) && place.format == .tsv && !isQuery
    guard reveals || sorts else { return self }
    let omitsNull = manner.contains(.omitsNull)
    let change = { (value: Value) -> Value in
      let value = reveals ? value.revealed : value
      return sorts ? value.sortedByName(omitsNull: omitsNull) : value
    }
    switch self {
    case .value(.list(let items)): return .value(.list(items.map(change)))
    case .value(let value): return .value(change(value))
    case .rows(let rows): return .rows(RowStream { try rows.next().map(change) })
    case .bytes: return self
    }
  }
}

extension Value {
  /// The value with the text of each secret in its place: for the program that asked for the secret by name.
  fileprivate var revealed: Value {
    switch self {
    case .secret(let secret): .string(secret.reveal())
    case .list(let items): .list(items.map(\.revealed))
    case .record(let record): .record(Record(shape: record.shape, values: record.values.map(\.revealed)))
    default: self
    }
  }

  /// A record with its fields in the order of their names, as Python sorts them.
  fileprivate func sortedByName(omitsNull: Bool) -> Value {
    guard case .record(let record) = self else { return self }
    let fields = zip(record.shape.names, record.values).filter { !omitsNull || !$0.1.isNull }
      .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    return .record(Record(shape: Shape(fields.map(\.0)), values: fields.map(\.1)))
  }
}
