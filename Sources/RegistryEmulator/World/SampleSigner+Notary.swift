import AcrCore
import Crypto
import OCIRegistry

/// A signature of Notary Project, by the certificate that examples/sandbox/notation trusts.
extension SampleSigner {
  private static let notaryKey = key("notation's key in acrsh's sandbox, which is no secret")

  /// The certificate as `scripts/sandbox-files` made it.
  private static let notaryCertificate = """
    MIIBsTCCAVigAwIBAgIBAjAKBggqhkjOPQQDAjBGMQswCQYDVQQGEwJVUzELMAkGA1UECAwCV0ExEDAOBgNVBAoMB2NvbnRvc28xGDAWBgNV\
    BAMMD3NhbmRib3guZXhhbXBsZTAgFw0yNDAxMDEwMDAwMDBaGA8yMDU0MDEwMTAwMDAwMFowRjELMAkGA1UEBhMCVVMxCzAJBgNVBAgMAldB\
    MRAwDgYDVQQKDAdjb250b3NvMRgwFgYDVQQDDA9zYW5kYm94LmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASWtNTNHAXKzbHA\
    tvXbotwyx/+wlGYowCTnDJPynpwGxP/J2XBAF2yjc/8uxaBJnZwUZB7rcRqH8UHe/YQnFhb9ozUwMzAMBgNVHRMBAf8EAjAAMA4GA1UdDwEB\
    /wQEAwIHgDATBgNVHSUEDDAKBggrBgEFBQcDAzAKBggqhkjOPQQDAgNHADBEAiB2NOSTPJv9+idmEQbxR2hIQJOSqsEiPViKadwuuaZ40AIg\
    fga5xLCRVdPdBqXkms0DIlONz9kHhxQ/RHNPW1pplQI=
    """

  /// The envelope (JWS, notaryproject/specifications, signature-envelope-jws.md).
  static func notarySignature(about image: ManifestRecord) throws -> [UInt8] {
    let artifact: JSONValue = [
      "mediaType": .string(image.mediaType), "digest": .string(image.digest.description), "size": .integer(image.size),
    ]
    let payload = Base64URL.encode(Array(JSONValue.object([.init("targetArtifact", artifact)]).text.utf8))
    let header: JSONValue = [
      "alg": "ES256", "cty": "application/vnd.cncf.notary.payload.v1+json",
      "io.cncf.notary.signingScheme": "notary.x509", "io.cncf.notary.signingTime": "2026-11-01T00:00:00Z",
      "crit": ["io.cncf.notary.signingScheme"],
    ]
    let protected = Base64URL.encode(Array(header.text.utf8))
    let signature = try notaryKey.signature(for: Array("\(protected).\(payload)".utf8)).rawRepresentation
    let envelope: JSONValue = [
      "payload": .string(payload), "protected": .string(protected),
      "header": ["x5c": [.string(notaryCertificate)]], "signature": .string(Base64URL.encode(Array(signature))),
    ]
    return Array(envelope.text.utf8)
  }
}
