import AcrCore
import Foundation

/// A small Sigstore instance of openssl's keys: an authority, a log with signed promises, and a signer with a certificate. It
/// signs as cosign did before bundles.
public struct KeylessSigner: Sendable {
  /// The name in the certificate.
  public static let identity = "https://github.com/contoso/app/.github/workflows/release.yml@refs/tags/v1"
  /// Who vouches for it.
  public static let issuer = "https://token.actions.githubusercontent.com"

  /// What is to be wrong with a signature.
  public enum Fault: Sendable, CaseIterable {
    /// The log's time is not that of the promise.
    case time
    /// The log's entry is about another signature of the same payload.
    case entry
    /// There is no entry at all.
    case missing
    /// The entry names another payload.
    case hash
  }

  /// The file trusted_root.json of the instance.
  public let trustedRoot: String
  private let directory: TemporaryDirectory
  private let log: ImageSigner
  private let leaf: ImageSigner
  private let certificate: String
  private let logID: [UInt8]

  /// Makes the keys, certificates and the trusted root.
  public init(in directory: TemporaryDirectory) async throws {
    self.directory = directory
    log = try await ImageSigner(.p256, "log", in: directory)
    leaf = try await ImageSigner(.p256, "leaf", in: directory)
    let authority = try await ImageSigner(.p384, "authority", in: directory)
    _ = try directory.write(
      "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n", to: "authority.ext")
    _ = try directory.write(
      """
      keyUsage=critical,digitalSignature
      extendedKeyUsage=codeSigning
      subjectAltName=critical,URI:\(Self.identity)
      1.3.6.1.4.1.57264.1.8=ASN1:UTF8String:\(Self.issuer)
      1.3.6.1.4.1.57264.1.12=ASN1:UTF8String:https://github.com/contoso/app
      """, to: "leaf.ext")
    func file(_ name: String) -> String { directory.path(name) }
    func request(_ signer: ImageSigner, _ subject: String, _ name: String) async throws {
      _ = try await Self.openssl([
        "req", "-new", "-key", signer.privateKey, "-subj", subject, "-out", file("\(name).csr"),
      ])
    }
    try await request(authority, "/O=sample/CN=authority", "authority")
    try await request(leaf, "/", "leaf")
    _ = try await Self.openssl([
      "x509", "-req", "-in", file("authority.csr"), "-signkey", authority.privateKey, "-days", "30", "-extfile",
      file("authority.ext"), "-sha384", "-out", file("authority.crt"),
    ])
    _ = try await Self.openssl([
      "x509", "-req", "-in", file("leaf.csr"), "-CA", file("authority.crt"), "-CAkey", authority.privateKey, "-days",
      "1",
      "-extfile", file("leaf.ext"), "-set_serial", "7", "-sha384", "-out", file("leaf.crt"),
    ])
    certificate = String(decoding: try directory.read("leaf.crt"), as: UTF8.self)
    let der = try await Self.openssl(["x509", "-in", file("authority.crt"), "-outform", "DER"])
    let spki = try await Self.openssl(["pkey", "-pubin", "-in", log.publicKey, "-outform", "DER"])
    logID = try await Self.openssl(["dgst", "-sha256", "-binary"], input: spki)
    let root: JSONValue = [
      "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      "tlogs": [
        [
          "baseUrl": "https://rekor.sample.example", "hashAlgorithm": "SHA2_256",
          "publicKey": [
            "rawBytes": .string(Base64.encode(spki)), "keyDetails": "PKIX_ECDSA_P256_SHA_256",
            "validFor": ["start": "2020-01-01T00:00:00Z"],
          ], "logId": ["keyId": .string(Base64.encode(logID))],
        ]
      ],
      "certificateAuthorities": [
        [
          "uri": "https://fulcio.sample.example",
          "certChain": ["certificates": [["rawBytes": .string(Base64.encode(der))]]],
          "validFor": ["start": "2020-01-01T00:00:00Z"],
        ]
      ],
    ]
    trustedRoot = try directory.write(root.text, to: "trusted_root.json")
  }

  private static func openssl(_ arguments: [String], input: [UInt8] = []) async throws -> [UInt8] {
    var program = Program(try Program.locate("openssl", package: "openssl"), arguments)
    program.input = input
    return try await program.succeed().outputBytes
  }

  /// Signs an image under the tag `sha256-….sig`, with certificate and log entry in annotations.
  public func sign(_ image: Descriptor, in images: SyntheticImages, _ fault: Fault? = nil) async throws {
    let payload: JSONValue = [
      "critical": [
        "identity": ["docker-reference": ""], "image": ["docker-manifest-digest": .string(image.digest.description)],
        "type": "cosign container image signature",
      ], "optional": .null,
    ]
    let bytes = Array(payload.text.utf8)
    let signature = try await leaf.sign(bytes)
    let logged = fault == .entry ? try await leaf.sign(bytes) : signature
    let hash = try await Self.openssl(["dgst", "-sha256", "-binary"], input: fault == .hash ? [1] : bytes)
    let body: JSONValue = [
      "apiVersion": "0.0.1", "kind": "hashedrekord",
      "spec": [
        "data": ["hash": ["algorithm": "sha256", "value": .string(Hexadecimal.encode(hash))]],
        "signature": [
          "content": .string(Base64.encode(logged)),
          "publicKey": ["content": .string(Base64.encode(Array(certificate.utf8)))],
        ],
      ],
    ]
    let encoded = Base64.encode(Array(body.text.utf8))
    let time = Int64(Date().timeIntervalSince1970)
    let text =
      #"{"body":"\#(encoded)","integratedTime":\#(time),"logID":"\#(Hexadecimal.encode(logID))","logIndex":42}"#
    let promise = try await log.sign(Array(text.utf8))
    let entry: JSONValue = [
      "SignedEntryTimestamp": .string(Base64.encode(promise)),
      "Payload": [
        "body": .string(encoded), "integratedTime": .integer(fault == .time ? time + 60 : time), "logIndex": 42,
        "logID": .string(Hexadecimal.encode(logID)),
      ],
    ]
    var annotations = [
      "dev.cosignproject.cosign/signature": Base64.encode(signature), "dev.sigstore.cosign/certificate": certificate,
    ]
    if fault != .missing { annotations["dev.sigstore.cosign/bundle"] = entry.text }
    try images.related(
      [RelatedBlob("application/vnd.dev.cosign.simplesigning.v1+json", payload.text, annotations)],
      tag: "sha256-\(image.digest.hex).sig")
  }
}
