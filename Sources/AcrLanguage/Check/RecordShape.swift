/// What is known of a record's fields.
public struct RecordShape: Sendable, Equatable {
  /// One field.
  public struct Field: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// What is known of its value.
    public let shape: ValueShape
    /// What it says; empty for one that a script makes.
    public let help: String

    init(_ name: String, _ shape: ValueShape, help: String = "") {
      self.name = name
      self.shape = shape
      self.help = help
    }
  }

  /// The known fields, in their order.
  public private(set) var fields: [Field] = []
  /// True when there may be others.
  public var isOpen: Bool
  /// The command whose rows these are; nil for records that a script makes.
  var command: String?
  /// Fields that rows have in a dry run only: no message lists them.
  var hidden: Set<String> = []
  /// True for rows of a command that gives plain values unless a flag asks for these columns.
  var mayBePlain = false
  /// How deep its fields are nested, and how many parts they have in all.
  private(set) var depth = 0
  private(set) var weight = 0

  init(_ fields: [Field], isOpen: Bool, command: String? = nil) {
    self.isOpen = isOpen
    self.command = command
    for field in fields { append(field) }
  }

  /// The names a message lists.
  var names: [String] { fields.map(\.name).filter { !hidden.contains($0) } }

  /// The shape of a field; nil where it is not known to be there.
  subscript(name: String) -> ValueShape? { fields.first { $0.name == name }?.shape }

  /// True when a record cannot have a field.
  func lacks(_ name: String) -> Bool { !isOpen && self[name] == nil }

  /// Sets a field, or adds it at the end.
  mutating func set(_ name: String, _ shape: ValueShape) {
    if let index = fields.firstIndex(where: { $0.name == name }) {
      replace(index, Field(name, shape))
    } else {
      append(Field(name, shape))
    }
  }

  /// Gives a field another name. It takes the place of another field of that name.
  mutating func rename(_ name: String, to new: String) {
    guard let index = fields.firstIndex(where: { $0.name == name }) else { return }
    fields[index] = Field(new, fields[index].shape, help: fields[index].help)
  }

  /// Leaves fields out.
  mutating func remove(_ names: Set<String>) { fields.removeAll { names.contains($0.name) } }

  /// Adds the fields of another record; of a field in both the other's counts.
  mutating func merge(_ other: RecordShape) {
    isOpen = isOpen || other.isOpen
    hidden.formUnion(other.hidden)
    if command != other.command { command = fields.isEmpty && command == nil ? other.command : nil }
    // A field that the other may have changes what is known.
    if other.isOpen { fields = fields.map { Field($0.name, .any, help: $0.help) } }
    for field in other.fields { set(field.name, field.shape) }
  }

  /// Rows of which some are like this and some like the other: a field of only some may be asked for.
  func join(_ other: RecordShape) -> RecordShape {
    var result = RecordShape([], isOpen: isOpen || other.isOpen, command: command == other.command ? command : nil)
    result.hidden = hidden.union(other.hidden)
    result.mayBePlain = mayBePlain || other.mayBePlain
    for field in fields {
      let shape = other[field.name].map { field.shape.join($0) } ?? .any
      result.append(Field(field.name, shape, help: field.help))
    }
    for field in other.fields where self[field.name] == nil {
      result.append(Field(field.name, .any, help: field.help))
    }
    return result
  }

  private mutating func append(_ field: Field) {
    // Looking a field up takes a walk through all.
    guard fields.count < 256 else {
      isOpen = true
      return
    }
    fields.append(limited(field))
  }

  private mutating func replace(_ index: Int, _ field: Field) { fields[index] = limited(field) }

  /// The field, without what is known of it if the record would become too large.
  private mutating func limited(_ field: Field) -> Field {
    var shape = field.shape == .never ? .any : field.shape
    if shape.depth >= ValueShape.depthLimit || weight + shape.weight > ValueShape.weightLimit { shape = .any }
    depth = max(depth, shape.depth)
    weight += shape.weight
    return Field(field.name, shape, help: field.help)
  }
}

extension OutputColumns {
  /// The shape of a command's output; nil where nothing is declared.
  func shape(of signature: Signature) -> RecordShape? {
    guard !declared.isEmpty else { return nil }
    var record = RecordShape(
      declared.map { column in
        let shape = ValueShape(column.type)
        let mayBeMissing = column.null != nil || column.only != nil
        return RecordShape.Field(column.name, mayBeMissing ? shape.orNull : shape, help: column.note)
      }, isOpen: isOpen, command: signature.name)
    record.mayBePlain = declared.allSatisfy { $0.only != nil }
    if signature.changes {
      record.set("dry_run", .any)
      record.hidden = ["dry_run"]
    }
    return record
  }
}
