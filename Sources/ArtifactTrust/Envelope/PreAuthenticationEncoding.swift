/// The bytes that a DSSE signature covers: the type and the payload, each with its length, so that neither can be taken for
/// the other (secure-systems-lab/dsse, protocol.md).
public enum PreAuthenticationEncoding {
  /// - Parameters:
  ///   - type: the `payloadType` of the envelope, as it is written there.
  ///   - payload: the payload, decoded.
  public static func bytes(type: String, payload: [UInt8]) -> [UInt8] {
    var result = Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8)
    result.append(contentsOf: payload)
    return result
  }
}
