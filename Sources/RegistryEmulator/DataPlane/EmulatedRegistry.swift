import AcrCore
import struct Crypto.HMAC
import struct Crypto.SHA256
import struct Crypto.SymmetricKey
import Synchronization

/// One registry of the world while it runs.
final class EmulatedRegistry: Sendable {
  let configuration: RegistryConfiguration
  let store: RegistryStore
  let uploads: UploadTable
  /// Tokens, scope maps and passwords, which the resource manager changes.
  let resources: RegistryResources
  private let state: Mutex<State>
  /// Signs what stands in addresses; kept, since uploads outlive the process.
  private let addressKey: SymmetricKey

  private struct State {
    var port = 0
    var usesAzureNames = false
    var ranges: RegistryConfiguration.RangeBehaviour
    var pullsLeft: Int?
  }

  init(_ configuration: RegistryConfiguration, folder: String, usesAzureNames: Bool) throws {
    self.configuration = configuration
    store = try RegistryStore(
      folder: folder, keepsDeleted: configuration.azure?.isPolicyEnabled("softDeletePolicy", false) ?? false)
    resources = try RegistryResources(folder: folder, accounts: configuration.azure == nil ? [] : configuration.users)
    uploads = UploadTable(folder: "\(folder)/uploads")
    let keyPath = "\(folder)/addresses.key"
    if let bytes = try? DiskFile.read(keyPath), bytes.count == 32 {
      addressKey = SymmetricKey(data: bytes)
    } else {
      addressKey = SymmetricKey(size: .bits256)
      try DiskFile.replace(keyPath, with: addressKey.withUnsafeBytes { Array($0) }, isDurable: false)
    }
    state = Mutex(
      State(
        usesAzureNames: usesAzureNames, ranges: configuration.ranges,
        pullsLeft: configuration.pullLimit))
  }

  /// The name in the configuration: of a registry in Azure, or the host of a source.
  var name: String { configuration.name }

  /// The port of its own, once it is open.
  var port: Int {
    get { state.withLock { $0.port } }
    set { state.withLock { $0.port = newValue } }
  }

  /// How blobs answer to ranges now; a test can change it.
  var ranges: RegistryConfiguration.RangeBehaviour {
    get { state.withLock { $0.ranges } }
    set { state.withLock { $0.ranges = newValue } }
  }

  /// How many manifests anonymous clients may still read; nil where that is not limited. A test can change it.
  var pullsLeft: Int? {
    get { state.withLock { $0.pullsLeft } }
    set { state.withLock { $0.pullsLeft = newValue } }
  }

  /// Counts one anonymous read of a manifest.
  /// - Returns: false when the limit is used up.
  func takePull() -> Bool {
    state.withLock { state in
      guard let left = state.pullsLeft else { return true }
      guard left > 0 else { return false }
      state.pullsLeft = left - 1
      return true
    }
  }

  /// What Docker Hub says to those whose pulls are used up.
  static let pullLimitText =
    "You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: "
    + "https://www.docker.com/increase-rate-limit"

  /// What somebody may do in a repository now; `catalog` is the right to list repositories.
  func actions(of principal: Principal, in repository: String?) -> Set<String> {
    if case .registryUser(let name) = principal, configuration.azure != nil {
      return resources.actions(of: name, in: repository)
    }
    return configuration.actions(of: principal, in: repository)
  }

  /// The address that always leads here.
  var address: String { "127.0.0.1:\(port)" }

  /// The host that the resource manager names. `*.localhost` is no choice for it: glibc's resolver does not know these
  /// names, so neither Python's nor Go's programs find them.
  var loginServer: String {
    guard configuration.azure != nil else { return configuration.name }
    return state.withLock { $0.usesAzureNames } ? configuration.hosts[0] : address
  }

  /// What signs the address of a blob in storage.
  func storageSignature(_ digest: Digest) -> String { signature(of: digest.description) }

  /// What shows that a text in an address is one that this registry gave.
  func signature(of text: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: addressKey)
    return Base64URL.encode(Array(code))
  }

  /// True when clients mean this registry by a host, with or without port.
  func isMeant(by host: String) -> Bool {
    let lower = host.lowercased()
    return lower == address || lower == "localhost:\(port)"
      || configuration.hosts.contains { lower == $0 || lower.hasPrefix("\($0):") }
  }
}
