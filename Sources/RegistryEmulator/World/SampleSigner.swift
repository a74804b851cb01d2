import AcrCore
import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A small Sigstore instance of the sample world's own: an authority, a transparency log, and bundles by a workflow that they
/// vouch for. Its trusted root is a file, so that whoever checks needs nothing else.
actor SampleSigner {
  /// The workflow of a project that signs, as its certificate names it.
  static func identity(_ project: String) -> String { "\(project)/.github/workflows/release.yml@refs/tags/v1.4" }
  /// Who vouches for it.
  static let issuer = "https://token.actions.githubusercontent.com"
  /// The project whose workflow builds a repository's images.
  static func project(of repository: String) -> String {
    "https://github.com/contoso/\(repository.split(separator: "/").last ?? "")"
  }
  static let commit = "4f2a1c9be07d3856a1f0c6d94b7e25380d9c61aa"

  private static let log = "log.sandbox.example"
  private let authorityKey = SampleSigner.key("the signing authority of acrsh's sandbox, which is no secret")
  private let authority: Certificate
  private let authorityName: DistinguishedName
  private let logKey = SampleSigner.key("the log of acrsh's sandbox, which is no secret")
  private let start: Date
  private var leaves: [[UInt8]] = []

  /// From when on authority and log are trusted: the files of examples/sandbox were signed in November 2026.
  private static let since = Date(timeIntervalSince1970: 1_704_067_200)

  /// Makes the keys.
  init() throws {
    start = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
    authorityName = try DistinguishedName {
      OrganizationName("sandbox.example")
      CommonName("sandbox signing authority")
    }
    let key = Certificate.PrivateKey(authorityKey)
    authority = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: SampleSigner.since,
      notValidAfter: start.addingTimeInterval(3650 * 86_400), issuer: authorityName, subject: authorityName,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        SubjectKeyIdentifier(hash: key.publicKey)
      }, issuerPrivateKey: key)
  }

  /// The file trusted_root.json.
  func trustedRoot() throws -> [UInt8] {
    let since = JSONValue.string(Timestamp(seconds: Int64(Self.since.timeIntervalSince1970)).description)
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
  func bundle(_ predicateType: String, _ predicate: JSONValue, about digest: AcrCore.Digest, from project: String)
    throws -> JSONValue
  {
    let key = P256.Signing.PrivateKey()
    let certificate = try leaf(key, project)
    let (payload, signature, envelope) = try Self.envelope(predicateType, predicate, about: digest, by: key)
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

  /// The key of examples/sandbox/cosign.pub. It is no secret: whoever reads this line has it, and it signs only sample images.
  private static let key = key("the key of acrsh's sandbox, which is no secret")

  /// A key that follows from a text, so that files which it signed once stay good.
  static func key(_ text: String) -> P256.Signing.PrivateKey {
    // A hash is no key with a probability of 2^-32; these texts were seen to give one.
    (try? P256.Signing.PrivateKey(rawRepresentation: SHA256.hash(data: Array(text.utf8)))) ?? P256.Signing.PrivateKey()
  }

  /// Its public half in PEM.
  static var publicKey: String { "\(key.publicKey.pemRepresentation)\n" }

  /// A Sigstore bundle without certificate and log, as `cosign sign --key` writes it without them.
  static func keyBundle(
    _ predicateType: String, _ predicate: JSONValue = [:], about digest: AcrCore.Digest
  ) throws -> JSONValue {
    [
      "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
      "verificationMaterial": ["publicKey": ["hint": "sandbox"]],
      "dsseEnvelope": try envelope(predicateType, predicate, about: digest, by: key).envelope,
    ]
  }

  /// A statement about an artifact, signed.
  private static func envelope(
    _ predicateType: String, _ predicate: JSONValue, about digest: AcrCore.Digest, by key: P256.Signing.PrivateKey
  ) throws -> (payload: [UInt8], signature: Data, envelope: JSONValue) {
    let statement: JSONValue = [
      "_type": "https://in-toto.io/Statement/v1",
      "subject": [["name": "", "digest": ["sha256": .string(digest.hex)]]],
      "predicateType": .string(predicateType), "predicate": predicate,
    ]
    let payload = Array(statement.text.utf8)
    let type = "application/vnd.in-toto+json"
    // DSSE's pre-authentication encoding (secure-systems-lab/dsse, protocol.md).
    let signed = Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
    let signature = try key.signature(for: signed).derRepresentation
    let envelope: JSONValue = [
      "payload": .string(Base64.encode(payload)), "payloadType": .string(type),
      "signatures": [["sig": .string(Base64.encode(signature)), "keyid": ""]],
    ]
    return (payload, signature, envelope)
  }

  /// A certificate for ten minutes, as Fulcio issues it: no subject, the workflow in the alternative name.
  private func leaf(_ key: P256.Signing.PrivateKey, _ project: String) throws -> Certificate {
    func text(_ number: UInt, _ value: String) throws -> Certificate.Extension {
      var serializer = DER.Serializer()
      try serializer.serialize(ASN1UTF8String(value))
      return Certificate.Extension(
        oid: [1, 3, 6, 1, 4, 1, 57_264, 1, number], critical: false, value: serializer.serializedBytes[...])
    }
    let extensions = try Certificate.Extensions {
      Critical(KeyUsage(digitalSignature: true))
      try ExtendedKeyUsage([.codeSigning])
      Critical(SubjectAlternativeNames([.uniformResourceIdentifier(Self.identity(project))]))
    }
    var all = Array(extensions)
    all += [try text(8, Self.issuer), try text(12, project), try text(13, Self.commit)]
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
