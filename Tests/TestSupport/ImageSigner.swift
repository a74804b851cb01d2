import AcrCore

/// Signs as cosign does, with keys that openssl makes.
public struct ImageSigner: Sendable {
  /// The kinds of keys.
  public enum Kind: String, Sendable, CaseIterable {
    case p256 = "P-256"
    case p384 = "P-384"
    case p521 = "P-521"
    case rsa2048, rsa4096, ed25519

    var arguments: [String] {
      switch self {
      case .rsa2048: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
      case .rsa4096: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096"]
      case .ed25519: ["-algorithm", "ED25519"]
      case .p256, .p384, .p521: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:\(rawValue)"]
      }
    }

    /// The hash of new bundles: by the curve.
    var hash: String {
      switch self {
      case .p384: "sha384"
      case .p521: "sha512"
      default: "sha256"
      }
    }
  }

  /// The kind of the key.
  public let kind: Kind
  /// The file with the public key, in PEM.
  public let publicKey: String
  /// The file with the private key.
  public let privateKey: String
  private let directory: TemporaryDirectory

  /// Makes a key.
  public init(_ kind: Kind = .p256, _ name: String = "key", in directory: TemporaryDirectory) async throws {
    self.kind = kind
    self.directory = directory
    privateKey = directory.path("\(name).pem")
    publicKey = directory.path("\(name).pub")
    _ = try await ImageSigner.openssl(["genpkey"] + kind.arguments + ["-out", privateKey])
    _ = try await ImageSigner.openssl(["pkey", "-in", privateKey, "-pubout", "-out", publicKey])
  }

  private static func openssl(_ arguments: [String], input: [UInt8] = []) async throws -> [UInt8] {
    var program = Program(try Program.locate("openssl", package: "openssl"), arguments)
    program.input = input
    return try await program.succeed().outputBytes
  }

  /// A signature of bytes.
  /// - Parameter hash: `sha256` for older layers; by the curve where it is nil.
  public func sign(_ bytes: [UInt8], hash: String? = nil) async throws -> [UInt8] {
    let file = try directory.write(bytes, to: "to-sign")
    guard kind != .ed25519 else {
      return try await ImageSigner.openssl(["pkeyutl", "-sign", "-rawin", "-inkey", privateKey, "-in", file])
    }
    return try await ImageSigner.openssl(["dgst", "-\(hash ?? kind.hash)", "-sign", privateKey, file])
  }

  // MARK: What cosign writes

  /// The older form: a payload in a layer, the signature in its annotation, under the tag `sha256-….sig`.
  /// - Parameters:
  ///   - digest: what the payload says is signed, where it is not the image.
  ///   - optional: what the signer says besides.
  @discardableResult
  public func signOld(
    _ image: Descriptor, in images: SyntheticImages, digest: Digest? = nil, optional: [String: String] = [:],
    annotations: [String: String] = [:]
  ) async throws -> Descriptor {
    let claims = optional.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .string($0.value)) }
    let payload: JSONValue = [
      "critical": [
        "identity": ["docker-reference": "registry.example/app"],
        "image": ["docker-manifest-digest": .string((digest ?? image.digest).description)],
        "type": "cosign container image signature",
      ], "optional": claims.isEmpty ? .null : .object(claims),
    ]
    let signature = try await sign(Array(payload.text.utf8), hash: "sha256")
    var all = annotations
    all["dev.cosignproject.cosign/signature"] = all["dev.cosignproject.cosign/signature"] ?? Base64.encode(signature)
    return try images.related(
      [RelatedBlob("application/vnd.dev.cosign.simplesigning.v1+json", payload.text, all)],
      tag: "sha256-\(image.digest.hex).sig")
  }

  /// A statement in a signed envelope.
  public func envelope(_ predicateType: String, _ predicate: JSONValue, about digest: Digest) async throws -> JSONValue
  {
    let statement: JSONValue = [
      "_type": "https://in-toto.io/Statement/v1",
      "subject": [["digest": ["sha256": .string(digest.hex)], "annotations": ["release": "stable"]]],
      "predicateType": .string(predicateType), "predicate": predicate,
    ]
    let payload = Array(statement.text.utf8)
    let type = "application/vnd.in-toto+json"
    let signature = try await sign(Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload)
    return [
      "payload": .string(Base64.encode(payload)), "payloadType": .string(type),
      "signatures": [["sig": .string(Base64.encode(signature)), "keyid": ""]],
    ]
  }

  /// The older form of an attestation: an envelope in a layer under the tag `sha256-….att`.
  @discardableResult
  public func attestOld(
    _ image: Descriptor, _ predicateType: String, _ predicate: JSONValue, in images: SyntheticImages
  ) async throws -> Descriptor {
    let envelope = try await envelope(predicateType, predicate, about: image.digest)
    return try images.related(
      [
        RelatedBlob(
          "application/vnd.dsse.envelope.v1+json", envelope.text,
          ["predicateType": predicateType, "dev.cosignproject.cosign/signature": ""])
      ], tag: "sha256-\(image.digest.hex).att")
  }

  /// A bundle without an entry of a log, as `cosign sign --key` writes it without one.
  public func bundle(_ predicateType: String, _ predicate: JSONValue, about digest: Digest) async throws -> JSONValue {
    [
      "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
      "verificationMaterial": ["publicKey": ["hint": "key"]],
      "dsseEnvelope": try await envelope(predicateType, predicate, about: digest),
    ]
  }

  /// A bundle among the referrers of an image, with the tag that lists it for registries without the API.
  /// - Parameter about: what the statement is about, where it is not the image.
  @discardableResult
  public func attest(
    _ image: Descriptor, _ predicateType: String = "https://sigstore.dev/cosign/sign/v1", _ predicate: JSONValue = [:],
    about digest: Digest? = nil, annotated: String? = nil, in images: SyntheticImages
  ) async throws -> Descriptor {
    let type = "application/vnd.dev.sigstore.bundle.v0.3+json"
    let bundle = try await bundle(predicateType, predicate, about: digest ?? image.digest)
    let made = try images.related(
      [RelatedBlob(type, bundle.text)], type: type, subject: image,
      annotations: [
        .init("dev.sigstore.bundle.content", "dsse-envelope"),
        .init("dev.sigstore.bundle.predicateType", .string(annotated ?? predicateType)),
      ])
    try images.referrersTag(of: image, listing: [made])
    return made
  }
}
