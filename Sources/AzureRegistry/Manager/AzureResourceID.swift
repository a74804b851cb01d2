import AcrCore
import OCIRegistry

/// The id of a registry in the resource manager:
/// `/subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.ContainerRegistry/registries/NAME`.
public struct AzureResourceID: Sendable, CustomStringConvertible {
  /// The subscription's id.
  public let subscription: String
  /// The resource group.
  public let resourceGroup: String
  /// The registry's name.
  public let name: String
  /// The id as it was written, which is how it is sent.
  public let description: String

  /// Reads an id; the words between the names are matched in any case, as the resource manager does it.
  /// - Returns: nil for text that is not the id of a registry.
  public init?(registry text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let words = parts.map { $0.lowercased() }
    guard parts.count == 9, words[0].isEmpty, words[1] == "subscriptions", words[3] == "resourcegroups",
      words[5] == "providers", words[6] == "microsoft.containerregistry", words[7] == "registries",
      [2, 4, 8].allSatisfy({ AzureResourceID.isName(parts[$0]) })
    else { return nil }
    subscription = parts[2]
    resourceGroup = parts[4]
    name = parts[8]
    description = text
  }

  /// True for text that can stand in a path as it is. Names of resource groups may have parentheses, and letters of any
  /// script, which ``path`` encodes.
  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text != "." && text != ".."
      && text.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || $0.properties.numericType != nil || "-_.()".unicodeScalars.contains($0)
      }
  }

  /// The id as the path of a request.
  public var path: String {
    description.split(separator: "/").map { "/\(PercentEncoding.encode(String($0)))" }.joined()
  }
}

extension AzureResourceID: Hashable {
  /// Ids that differ in case only are the same.
  public static func == (left: AzureResourceID, right: AzureResourceID) -> Bool {
    left.description.lowercased() == right.description.lowercased()
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(description.lowercased()) }
}
