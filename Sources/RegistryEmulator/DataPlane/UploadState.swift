import AcrCore
import AcrSystem

/// What the query of an upload's address says: `_state`, signed and new in every answer, as Azure's registries and
/// distribution give it. A client has to send the `Location` of the last answer back as it is; one that puts together an
/// address of its own is refused.
enum UploadState {
  /// The state of an upload that has `offset` bytes.
  static func make(_ id: String, offset: Int64, by registry: EmulatedRegistry) -> String {
    let document: JSONValue = [
      "UUID": .string(id), "Offset": .integer(offset), "At": .string(Timestamp.now().description),
      "Mark": .string(UUIDText.random()),
    ]
    let text = Base64URL.encode(document.text.utf8)
    return "\(text).\(registry.signature(of: text))"
  }

  /// True for a state of this upload. An older one is taken as well: after a connection that broke, a client has no
  /// newer one to ask with.
  static func isSigned(_ state: String, for id: String, by registry: EmulatedRegistry) -> Bool {
    let parts = state.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, registry.signature(of: parts[0]) == parts[1], let bytes = Base64URL.decode(parts[0]),
      let document = try? JSONValue(parsing: bytes)
    else { return false }
    return document["UUID"]?.string == id
  }
}
