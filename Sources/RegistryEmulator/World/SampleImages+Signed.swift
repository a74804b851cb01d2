import AcrCore
import OCIRegistry

extension SampleImages {
  /// What stands about a signed image: a signature, a bill of materials and the provenance, each in a bundle that the
  /// referrers API lists.
  func sign(_ text: String, by signer: SampleSigner) async throws {
    let reference = try RepositoryReference(text)
    guard let image = await store.manifest(.tag(reference.tag ?? .latest), in: reference.repository) else { return }
    let subject: JSONValue = [
      "mediaType": .string(image.mediaType), "digest": .string(image.digest.description), "size": .integer(image.size),
    ]
    let project = SampleSigner.project(of: reference.repository.name)
    let statements: [(type: String, predicate: JSONValue)] = [
      ("https://sigstore.dev/cosign/sign/v1", [:]), ("https://spdx.dev/Document/v2.3", SampleImages.packages(text)),
      ("https://slsa.dev/provenance/v1", SampleImages.provenance(project)),
    ]
    for statement in statements {
      let bundle = try await signer.bundle(
        statement.type, statement.predicate, about: image.digest, from: project)
      try await attach(bundle, statement.type, to: subject, reference.repository)
    }
  }

  /// A signature by the sandbox's key, as `cosign sign --key` makes it without a log.
  func signWithKey(_ text: String) async throws {
    let reference = try RepositoryReference(text)
    guard let image = await store.manifest(.tag(reference.tag ?? .latest), in: reference.repository) else { return }
    let subject: JSONValue = [
      "mediaType": .string(image.mediaType), "digest": .string(image.digest.description), "size": .integer(image.size),
    ]
    let type = "https://sigstore.dev/cosign/sign/v1"
    try await attach(
      try SampleSigner.keyBundle(type, about: image.digest), type, to: subject, reference.repository)
  }

  /// A signature of Notary Project.
  func signWithNotation(_ text: String) async throws {
    let reference = try RepositoryReference(text)
    guard let image = await store.manifest(.tag(reference.tag ?? .latest), in: reference.repository) else { return }
    let subject: JSONValue = [
      "mediaType": .string(image.mediaType), "digest": .string(image.digest.description), "size": .integer(image.size),
    ]
    try await attach(
      try SampleSigner.notarySignature(about: image), "application/vnd.cncf.notary.signature", to: subject,
      reference.repository, blobType: "application/jose+json",
      annotations: ["io.cncf.notary.x509chain.thumbprint#S256": "[]"])
  }

  private func attach(
    _ bundle: JSONValue, _ type: String, to subject: JSONValue, _ repository: RepositoryName
  ) async throws {
    try await attach(
      Array(bundle.text.utf8), "application/vnd.dev.sigstore.bundle.v0.3+json", to: subject, repository,
      annotations: [
        "dev.sigstore.bundle.content": "dsse-envelope", "dev.sigstore.bundle.predicateType": .string(type),
      ])
  }

  /// What is in a sample image.
  private static func packages(_ image: String) -> JSONValue {
    [
      "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": .string(image), "dataLicense": "CC0-1.0",
      "creationInfo": ["created": "2024-01-01T00:00:00Z", "creators": ["Tool: acr-emulator"]],
      "packages": .array(
        [
          ("alpine-baselayout", "3.6.5-r0", "GPL-2.0-only", "pkg:apk/alpine/alpine-baselayout@3.6.5-r0"),
          ("busybox", "1.36.1-r29", "GPL-2.0-only", "pkg:apk/alpine/busybox@1.36.1-r29"),
          ("libssl3", "3.3.1-r3", "Apache-2.0", "pkg:apk/alpine/libssl3@3.3.1-r3"),
          ("express", "4.19.2", "MIT", "pkg:npm/express@4.19.2"),
        ].map { name, version, license, purl in
          [
            "SPDXID": .string("SPDXRef-\(name)"), "name": .string(name), "versionInfo": .string(version),
            "licenseConcluded": .string(license), "licenseDeclared": .string(license),
            "downloadLocation": "NOASSERTION",
            "externalRefs": [
              ["referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": .string(purl)]
            ],
          ]
        }),
    ]
  }

  /// Who built it, from what.
  private static func provenance(_ project: String) -> JSONValue {
    [
      "buildDefinition": [
        "buildType": "https://actions.github.io/buildtypes/workflow/v1",
        "externalParameters": [
          "workflow": [
            "ref": "refs/tags/v1.4", "repository": .string(project),
            "path": ".github/workflows/release.yml",
          ]
        ],
        "resolvedDependencies": [
          [
            "uri": .string("git+\(project)@refs/tags/v1.4"),
            "digest": ["gitCommit": .string(SampleSigner.commit)],
          ]
        ],
      ],
      "runDetails": [
        "builder": ["id": .string(SampleSigner.identity(project))],
        "metadata": [
          "invocationId": .string("\(project)/actions/runs/1"), "startedOn": "2024-01-01T00:00:00Z",
          "finishedOn": "2024-01-01T00:03:00Z",
        ],
      ],
    ]
  }
}
