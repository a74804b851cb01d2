import AcrCore
import OCIRegistry

/// The body of `importImage` (swagger, `ImportImageParameters`), read and checked.
struct ImportParameters {
  let sourceImage: RepositoryReference
  /// The ARM id of the source registry, when that is how it is named.
  let resourceID: String?
  /// The host of the source registry, and what stands behind it as the start of the repository's name.
  let registryURI: String?
  let username: String?
  let password: Secret?
  let targetTags: [RepositoryReference]
  let untaggedRepositories: [RepositoryName]
  let isForced: Bool
  /// The body as it came, but for the password: for whoever looks at what a client sends.
  let shown: JSONValue

  /// Reads a body.
  /// - Parameter registry: the target's name, for messages.
  /// - Throws: ``ErrorReply`` with the status 400.
  init(_ bytes: [UInt8], registry: String) throws {
    guard let json = try? JSONValue(parsing: bytes), json.members != nil else {
      throw ErrorReply(
        .resourceManager(
          .badRequest, "InvalidRequestContent", "The request content was invalid and could not be deserialized."))
    }
    func missing(_ name: String) -> ErrorReply {
      ErrorReply(
        .resourceManager(
          .badRequest, "MissingRequestParameter",
          "Missing property \(name) for the operation against the resource with name \(registry)."))
    }
    guard let source = json["source"], let image = source["sourceImage"]?.string, !image.isEmpty else {
      throw missing("parameters.Source.SourceImage")
    }
    shown = ImportParameters.withoutPassword(json)
    resourceID = source["resourceId"]?.string
    registryURI = source["registryUri"]?.string
    guard resourceID != nil || registryURI != nil else { throw missing("parameters.Source.RegistryUri") }
    if resourceID != nil, registryURI != nil {
      throw ImportParameters.invalid("Only one of ResourceId and RegistryUri can be given for the source.")
    }
    let credentials = source["credentials"]
    username = credentials?["username"]?.string
    password = credentials?["password"]?.string.map(Secret.init)
    if credentials?.members != nil, password == nil { throw missing("parameters.Source.Credentials.Password") }
    if resourceID != nil, password != nil {
      throw ImportParameters.invalid("Credentials can only be given together with RegistryUri.")
    }
    let tags = json["targetTags"]?.array ?? []
    let repositories = json["untaggedTargetRepositories"]?.array ?? []
    if tags.isEmpty, repositories.isEmpty { throw missing("parameters.TargetTags") }
    sourceImage = try ImportParameters.reference(image)
    targetTags = try tags.map { try ImportParameters.reference($0.string ?? "") }
    if let digested = targetTags.first(where: { $0.digest != nil }) {
      throw ImportParameters.invalid("Invalid target tag '\(digested)': a target cannot have a digest.")
    }
    untaggedRepositories = try repositories.map { try ImportParameters.reference($0.string ?? "").repository }
    switch json["mode"]?.string {
    case nil, "NoForce": isForced = false
    case "Force": isForced = true
    case let mode?: throw ImportParameters.invalid("The value '\(mode)' of Mode is none of NoForce and Force.")
    }
  }

  private static func withoutPassword(_ json: JSONValue) -> JSONValue {
    guard let members = json.members else { return json }
    return .object(
      members.map { .init($0.name, $0.name == "password" ? "…" : withoutPassword($0.value)) })
  }

  /// The manifest that the source names: by digest, by tag, or `latest`.
  var selector: ManifestSelector {
    sourceImage.digest.map(ManifestSelector.digest) ?? .tag(sourceImage.tag ?? .latest)
  }

  private static func reference(_ text: String) throws -> RepositoryReference {
    do throws(AcrError) {
      return try RepositoryReference(text)
    } catch {
      throw invalid("Invalid image reference '\(text)': \(error.message).")
    }
  }

  private static func invalid(_ message: String) -> ErrorReply {
    ErrorReply(.resourceManager(.badRequest, "InvalidParameters", message))
  }
}
