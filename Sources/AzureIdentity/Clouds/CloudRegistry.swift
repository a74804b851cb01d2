import AcrSystem
import AcrCore

/// The clouds a user can choose from, and the one that is chosen: Microsoft's, and those that were registered.
public struct CloudRegistry: Sendable {
  /// All clouds: the built-in ones first, then the others in the order in which they were registered.
  public private(set) var clouds: [AzureCloud] = AzureCloud.builtIn
  private var activeName = AzureCloud.public.name
  private let path: String?

  /// The built-in clouds.
  /// - Parameter path: the JSON file to keep changes in; nil to keep them in memory only.
  /// - Throws: ``AcrError`` of kind `invalid` where the file is there and cannot be understood: signing in to another
  ///   cloud than the chosen one would send credentials to the wrong place.
  public init(path: String? = nil) throws(AcrError) {
    self.path = path
    guard let path, let bytes = try FileSystem.readIfPresent(path) else { return }
    do {
      let document = try JSONValue(parsing: bytes)
      for item in document["clouds"]?.array ?? [] { put(try AzureCloud(json: item)) }
      guard let active = document["active"]?.string, clouds.contains(where: { $0.name == active }) else {
        throw AcrError(.invalid, "its `active` is not the name of a cloud")
      }
      activeName = active
    } catch {
      let reason = (error as? AcrError)?.message ?? "it is not JSON"
      throw AcrError(
        .invalid, "the clouds file `\(path)` is not valid: \(reason)",
        help: "repair it, or remove it to go back to Microsoft's clouds")
    }
  }

  /// The cloud that is chosen.
  public var active: AzureCloud { clouds.first { $0.name == activeName } ?? .public }

  /// A cloud by its name, in any case.
  /// - Throws: ``AcrError`` of kind `not-found` that lists the names there are.
  public func cloud(named name: String) throws(AcrError) -> AzureCloud {
    if let cloud = clouds.first(where: { $0.name.lowercased() == name.lowercased() }) { return cloud }
    throw AcrError(
      .notFound, "there is no cloud `\(name)`",
      help: "choose one of \(clouds.map { "`\($0.name)`" }.joined(separator: ", ")), or register it first")
  }

  /// Chooses a cloud.
  /// - Throws: ``AcrError`` of kind `not-found`, or what writing the file threw; nothing is changed then.
  public mutating func setActive(_ name: String) throws(AcrError) {
    var changed = self
    changed.activeName = try cloud(named: name).name
    try commit(changed)
  }

  /// Adds a cloud.
  /// - Throws: ``AcrError`` of kind `conflict` where the name is taken, or what writing the file threw.
  public mutating func register(_ cloud: AzureCloud) throws(AcrError) {
    if clouds.contains(where: { $0.name.lowercased() == cloud.name.lowercased() }) {
      throw AcrError(
        .conflict, "the cloud `\(cloud.name)` already exists", help: "change it: cloud update --name \(cloud.name) …")
    }
    var changed = self
    changed.clouds.append(cloud)
    try commit(changed)
  }

  /// Changes settings of a cloud, of a built-in one too.
  /// - Throws: ``AcrError`` of kind `not-found` or `usage`, or what writing the file threw.
  public mutating func update(_ name: String, settings: [CloudSetting: String]) throws(AcrError) {
    var cloud = try cloud(named: name)
    for (setting, value) in settings { try cloud.set(setting, to: value) }
    var changed = self
    changed.put(cloud)
    try commit(changed)
  }

  /// Removes a cloud that was registered.
  /// - Throws: ``AcrError`` of kind `not-found`; `usage` for a built-in cloud; `conflict` for the one that is chosen.
  public mutating func unregister(_ name: String) throws(AcrError) {
    let cloud = try cloud(named: name)
    if AzureCloud.builtIn.contains(where: { $0.name == cloud.name }) {
      throw AcrError(.usage, "the cloud `\(cloud.name)` is built in and cannot be removed")
    }
    if cloud.name == activeName {
      throw AcrError(
        .conflict, "the cloud `\(cloud.name)` is in use",
        help: "choose another first: cloud set --name \(AzureCloud.public.name)")
    }
    var changed = self
    changed.clouds.removeAll { $0.name == cloud.name }
    try commit(changed)
  }

  private mutating func put(_ cloud: AzureCloud) {
    if let index = clouds.firstIndex(where: { $0.name == cloud.name }) {
      clouds[index] = cloud
    } else {
      clouds.append(cloud)
    }
  }

  /// Writes first and changes memory after, so that both stay the same when writing fails.
  private mutating func commit(_ changed: CloudRegistry) throws(AcrError) {
    if let path {
      let own = changed.clouds.filter { cloud in !AzureCloud.builtIn.contains(cloud) }
      let document: JSONValue = ["active": .string(changed.activeName), "clouds": .array(own.map(\.json))]
      try FileSystem.replace(path, with: Array("\(document.text)\n".utf8), .ownerOnly)
    }
    self = changed
  }
}
