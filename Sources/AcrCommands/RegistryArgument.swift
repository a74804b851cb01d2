import AcrCore
import OCIRegistry

/// What `--name` and `--registry` may hold: an Azure registry's name, a login server, any registry's host, or a layout folder.
enum RegistryArgument: Sendable {
  case registry(RegistryHost)
  case layout(path: String)

  /// The suffix of login servers in Azure's public cloud.
  static let azureSuffix = ".azurecr.io"

  /// Reads the text of a flag.
  /// - Throws: ``AcrError`` of kind `usage`.
  init(_ text: String) throws(AcrError) {
    if text.hasPrefix("oci:") {
      let path = String(text.dropFirst("oci:".count))
      guard !path.isEmpty else { throw AcrError(.usage, "`oci:` needs the path of a layout folder behind it") }
      self = .layout(path: path)
    } else if RegistryHost.looksLikeHost(text) {
      self = .registry(try RegistryHost(text))
    } else {
      self = .registry(try RegistryArgument.azureRegistry(text))
    }
  }

  /// The login server of an Azure registry's name: 5 to 50 letters and digits, and a `-` before the hash that registries
  /// with a domain name label have.
  private static func azureRegistry(_ name: String) throws(AcrError) -> RegistryHost {
    let isValid = name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
    }
    guard isValid, (5...50).contains(name.utf8.count) else {
      throw AcrError(
        .usage, "`\(name)` is neither the name of an Azure registry (5 to 50 letters and digits) nor a host",
        help: "write a host with its dot or port, for example `\(name).azurecr.io` or `localhost:5000`")
    }
    return try RegistryHost(name + azureSuffix)
  }
}

/// A whole reference as people write it: to an image in a registry, or to one in a layout folder.
enum ArtifactArgument: Sendable {
  case image(ImageReference)
  case layout(OCILayoutReference)

  /// Reads `registry/repository:tag`, Docker Hub's short forms, or `oci:PATH:tag`.
  /// - Throws: ``AcrError`` of kind `usage` that says which part is wrong.
  init(_ text: String) throws(AcrError) {
    if text.hasPrefix("oci:") {
      self = .layout(try OCILayoutReference(text))
    } else {
      self = .image(try ImageReference(text))
    }
  }
}
