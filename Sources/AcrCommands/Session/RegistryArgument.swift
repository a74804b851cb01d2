import AcrCore
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// What `--name` and `--registry` may hold, as text: it is not known yet which host an Azure registry's name means.
enum RegistryText: Sendable {
  /// A layout folder.
  case layout(path: String)
  /// A login server, or the host of any registry.
  case host(RegistryHost)
  /// The name of an Azure registry.
  case azureName(String)
  /// The resource id of an Azure registry.
  case azureID(AzureResourceID)

  /// Reads the text of a flag.
  /// - Throws: ``AcrError`` of kind `usage`.
  init(_ text: String) throws(AcrError) {
    let text = String(RegistryText.withoutScheme(text))
    if text.hasPrefix("oci:") {
      let path = String(text.dropFirst("oci:".count))
      guard !path.isEmpty else { throw AcrError(.usage, "`oci:` needs the path of a layout folder behind it") }
      self = .layout(path: path)
    } else if text.hasPrefix("/") {
      guard let id = AzureResourceID(registry: text) else {
        throw AcrError(
          .usage, "`\(text)` is not the resource id of a registry",
          help: "it looks like this: /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.ContainerRegistry/"
            + "registries/NAME; a folder is `oci:\(text)`")
      }
      self = .azureID(id)
    } else if RegistryHost.looksLikeHost(text) {
      self = .host(try RegistryHost(text))
    } else {
      try RegistryText.checkName(text)
      self = .azureName(text)
    }
  }

  /// The text without `https://` in front, which addresses that are copied from a browser or a portal have, and a `/` then at
  /// its end.
  static func withoutScheme(_ text: String) -> Substring {
    guard text.lowercased().hasPrefix("https://") else { return text[...] }
    let rest = text.dropFirst("https://".count)
    return rest.hasSuffix("/") ? rest.dropLast() : rest
  }

  /// The name of an Azure registry: 5 to 50 letters and digits, and a `-` before the hash that registries with a domain
  /// name label have.
  private static func checkName(_ name: String) throws(AcrError) {
    let isValid = name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
    }
    guard isValid, (5...50).contains(name.utf8.count) else {
      throw AcrError(
        .usage, "`\(name)` is neither the name of an Azure registry (5 to 50 letters and digits) nor a host",
        help: "write a host with its dot or port, for example `\(name).azurecr.io` or `localhost:5000`")
    }
  }
}

/// A registry or a folder, found.
enum RegistryArgument: Sendable {
  case registry(RegistryHost)
  case layout(path: String)
}

extension CommandContext {
  /// Finds the registry that a text means.
  func registry(_ text: RegistryText) async throws -> RegistryArgument {
    switch text {
    case .layout(let path): .layout(path: path)
    case .host(let host): .registry(host)
    case .azureName(let name):
      addressing.isPlaced
        ? .registry(try await azureRegistry(name).loginServer)
        : .registry(try await azure.loginServer(ofName: name, suffix: addressing.suffix))
    case .azureID(let id): .registry(try await azure.loginServer(of: id))
    }
  }

  /// The same for a command that needs nothing else from a server before.
  func registry(_ text: RegistryText, _ run: RunContext) throws -> RegistryArgument {
    let session = self
    return try Blocking.wait(run) { try await session.registry(text) }
  }

  /// The registry of a flag that may not name a folder. Without the flag it is the one of `configure --defaults acr=NAME`.
  /// - Throws: ``ArgumentError`` or ``AcrError`` of kind `usage`.
  func registryHost<Parameters>(
    _ call: Call<Parameters>, _ flag: KeyPath<Parameters, Flag<String?>>
  ) throws -> RegistryHost {
    let parameter = call.parameters[keyPath: flag]
    guard let text = try registryText(call, flag) else { throw CommandContext.needsRegistry(parameter) }
    return try locate(parameter) {
      guard case .registry(let host) = try registry(RegistryText(text), call.run) else {
        throw AcrError(.usage, "`\(text)` is a folder, and this needs a registry", help: "give a name or a host")
      }
      return host
    }
  }

  /// The text of a registry's flag, or the default one.
  func registryText<Parameters>(
    _ call: Call<Parameters>, _ flag: KeyPath<Parameters, Flag<String?>>
  ) throws -> String? {
    try registryText(call.given, flag)
  }

  /// The same for asynchronous code.
  func registryText<Parameters>(
    _ given: GivenArguments<Parameters>, _ flag: KeyPath<Parameters, Flag<String?>>
  ) throws -> String? {
    if let text = given[flag] { return text }
    return try defaults.value(of: Defaults.registry)
  }

  static func needsRegistry(_ parameter: any DeclaredParameter) -> AcrError {
    AcrError(
      .usage, "this needs a registry",
      help: "give it with `--\(parameter.name)`, or choose one for all commands: `configure --defaults acr=NAME`")
  }
}

/// A whole reference as people write it: to an image in a registry, or to one in a layout folder.
enum ArtifactArgument: Sendable {
  case image(ImageReference)
  case layout(OCILayoutReference)

  /// Reads `registry/repository:tag`, Docker Hub's short forms, or `oci:PATH:tag`.
  /// - Throws: ``AcrError`` of kind `usage` that says which part is wrong.
  init(_ text: String) throws(AcrError) {
    let text = String(RegistryText.withoutScheme(text))
    if text.hasPrefix("oci:") {
      self = .layout(try OCILayoutReference(text))
    } else {
      self = .image(try ImageReference(text))
    }
  }
}

/// Gives an error the place of an argument.
func locate<Result>(
  _ parameter: any DeclaredParameter, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
) async throws -> Result {
  do {
    return try await body()
  } catch let error as AcrError {
    throw ArgumentError(parameter, error)
  }
}

/// Gives an error the place of an argument.
func locate<Result>(_ parameter: any DeclaredParameter, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as AcrError {
    throw ArgumentError(parameter, error)
  }
}
