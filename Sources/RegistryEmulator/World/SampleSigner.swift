import AcrCore
import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A small Sigstore instance of the sample world's own: an authority, a transparency log, and bundles by a workflow that they
/// vouch for. Its trusted root is a file, so that whoever checks needs nothing else.
actor SampleSigner {
  /// The workflow that signs, as its certificate names it.
  static let identity = "https://github.com/contoso/api/.github/workflows/release.yml@refs/tags/v1.4"
  /// Who vouches for it.
  static let issuer = "https://token.actions.githubusercontent.com"
  /// What it built.
  static let repository = "https://github.com/contoso/api"
  static let commit = "4f2a1c9be07d3856a1f0c6d94b7e25380d9c61aa"

  private static let log = "log.sandbox.example"
  private let authorityKey = P256.Signing.PrivateKey()
  private let authority: Certificate
  private let authorityName: DistinguishedName
  private let logKey = P256.Signing.PrivateKey()
  private let start: Date
  private var leaves: [[UInt8]] = []

  /// Makes the keys.
  init() throws {
    start = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
    authorityName = try DistinguishedName {
      OrganizationName("sandbox.example")
      CommonName("sandbox signing authority")
    }
    let key = Certificate.PrivateKey(authorityKey)
    authority = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: start.addingTimeInterval(-86_400),
      notValidAfter: start.addingTimeInterval(3650 * 86_400), issuer: authorityName, subject: authorityName,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        SubjectKeyIdentifier(hash: key.publicKey)
      }, issuerPrivateKey: key)
  }

  /// The file trusted_root.json.
  func trustedRoot() throws -> [UInt8] {
    let since = JSONValue.string(Timestamp(seconds: Int64(start.timeIntervalSince1970) - 86_400).description)
    let root: JSONValue = [
      "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      "tlogs": [
        [
          "baseUrl": .string("https://\(Self.log)"), "hashAlgorithm": "SHA2_256",
          "publicKey": [
            "rawBytes": base64(logKey.publicKey.derRepresentation), "keyDetails": "PKIX_ECDSA_P256_SHA_256",
            "validFor": ["start": since],
          ], "logId": ["keyId": base64(logID)],
        ]
      ],
      "certificateAuthorities": [
        [
          "subject": ["organization": "sandbox.example", "commonName": "sandbox signing authority"],
          "uri": "https://authority.sandbox.example",
          "certChain": ["certificates": [["rawBytes": base64(try der(authority))]]], "validFor": ["start": since],
        ]
      ], "ctlogs": [], "timestampAuthorities": [],
    ]
    return Array("\(root.text)\n".utf8)
  }

  /// A Sigstore bundle (version 0.3) with a statement about an artifact.
  func bundle(_ predicateType: String, _ predicate: JSONValue, about digest: AcrCore.Digest) throws -> JSONValue {
    let statement: JSONValue = [
      "_type": "https://in-toto.io/Statement/v1",
      "subject": [["name": "", "digest": ["sha256": .string(digest.hex)]]],
      "predicateType": .string(predicateType), "predicate": predicate,
    ]
    let key = P256.Signing.PrivateKey()
    let certificate = try leaf(key)
    let payload = Array(statement.text.utf8)
    let type = "application/vnd.in-toto+json"
    // DSSE's pre-authentication encoding (secure-systems-lab/dsse, protocol.md).
    let signed = Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
    let signature = try key.signature(for: signed).derRepresentation
    let envelope: JSONValue = [
      "payload": base64(payload), "payloadType": .string(type),
      "signatures": [["sig": base64(signature), "keyid": ""]],
    ]
    let body: JSONValue = [
      "apiVersion": "0.0.1", "kind": "dsse",
      "spec": [
        "envelopeHash": ["algorithm": "sha256", "value": hexadecimal(sha256(Array(envelope.text.utf8)))],
        "payloadHash": ["algorithm": "sha256", "value": hexadecimal(sha256(payload))],
        "signatures": [
          [
            "signature": base64(signature),
            "verifier": base64(Array("\(try certificate.serializeAsPEM().pemString)\n".utf8)),
          ]
        ],
      ],
    ]
    return [
      "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
      "verificationMaterial": [
        "certificate": ["rawBytes": base64(try der(certificate))], "tlogEntries": [try entry(Array(body.text.utf8))],
      ], "dsseEnvelope": envelope,
    ]
  }

  /// A certificate for ten minutes, as Fulcio issues it: no subject, the workflow in the alternative name.
  private func leaf(_ key: P256.Signing.PrivateKey) throws -> Certificate {
    func text(_ number: UInt, _ value: String) throws -> Certificate.Extension {
      var serializer = DER.Serializer()
      try serializer.serialize(ASN1UTF8String(value))
      return Certificate.Extension(
        oid: [1, 3, 6, 1, 4, 1, 57_264, 1, number], critical: false, value: serializer.serializedBytes[...])
    }
    let extensions = try Certificate.Extensions {
      Critical(KeyUsage(digitalSignature: true))
      try ExtendedKeyUsage([.codeSigning])
      Critical(SubjectAlternativeNames([.uniformResourceIdentifier(Self.identity)]))
    }
    var all = Array(extensions)
    all += [try text(8, Self.issuer), try text(12, Self.repository), try text(13, Self.commit)]
    return try Certificate(
      version: .v3, serialNumber: .init(), publicKey: Certificate.PublicKey(key.publicKey), notValidBefore: start,
      notValidAfter: start.addingTimeInterval(600), issuer: authorityName, subject: DistinguishedName(),
      extensions: try Certificate.Extensions(all), issuerPrivateKey: Certificate.PrivateKey(authorityKey))
  }

  // MARK: - The log

  /// An entry as the log hands it out: a signed promise, and the proof that it is in the tree of all entries so far.
  private func entry(_ body: [UInt8]) throws -> JSONValue {
    let index = leaves.count
    leaves.append(sha256([0] + body))
    let time = Int64(start.timeIntervalSince1970)
    let promise =
      #"{"body":"\#(Base64.encode(body))","integratedTime":\#(time),"logID":"\#(Hexadecimal.encode(logID))","logIndex":\#(index)}"#
    let root = tree(leaves[...])
    let note = "\(Self.log)\n\(leaves.count)\n\(Base64.encode(root))\n"
    let hint = logID.prefix(4)
    let signature = try logKey.signature(for: Array(note.utf8)).derRepresentation
    return [
      "logIndex": .string("\(index)"), "logId": ["keyId": base64(logID)],
      "kindVersion": ["kind": "dsse", "version": "0.0.1"], "integratedTime": .string("\(time)"),
      "inclusionPromise": [
        "signedEntryTimestamp": base64(try logKey.signature(for: Array(promise.utf8)).derRepresentation)
      ],
      "inclusionProof": [
        "logIndex": .string("\(index)"), "rootHash": base64(root), "treeSize": .string("\(leaves.count)"),
        "hashes": .array(path(to: index, in: leaves[...]).map(base64)),
        "checkpoint": [
          "envelope": .string("\(note)\n\u{2014} \(Self.log) \(Base64.encode(Array(hint) + signature))\n")
        ],
      ], "canonicalizedBody": base64(body),
    ]
  }

  /// The hash of a tree (RFC 6962, 2.1).
  private func tree(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
    guard leaves.count > 1 else { return leaves.first ?? sha256([]) }
    let middle = leaves.startIndex + split(leaves.count)
    return sha256([1] + tree(leaves[..<middle]) + tree(leaves[middle...]))
  }

  /// The hashes beside the way from a leaf to the root (RFC 6962, 2.1.1).
  private func path(to index: Int, in leaves: ArraySlice<[UInt8]>) -> [[UInt8]] {
    guard leaves.count > 1 else { return [] }
    let middle = leaves.startIndex + split(leaves.count)
    return leaves.startIndex + index < middle
      ? path(to: index, in: leaves[..<middle]) + [tree(leaves[middle...])]
      : path(to: index - split(leaves.count), in: leaves[middle...]) + [tree(leaves[..<middle])]
  }

  /// The largest power of two below a number from 2.
  private func split(_ count: Int) -> Int { 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount) }

  private var logID: [UInt8] { sha256(Array(logKey.publicKey.derRepresentation)) }

  // MARK: - Bytes

  private func der(_ certificate: Certificate) throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.serialize(certificate)
    return serializer.serializedBytes
  }

  private func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
  private func base64(_ bytes: some Collection<UInt8>) -> JSONValue { .string(Base64.encode(bytes)) }
  private func hexadecimal(_ bytes: [UInt8]) -> JSONValue { .string(Hexadecimal.encode(bytes)) }
}
