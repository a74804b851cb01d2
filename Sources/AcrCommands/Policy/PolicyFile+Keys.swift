import ArtifactTrust

/// The keys of a policy, for the reader and for editors.
extension PolicyFile {
  static let fileKeys = [
    DocumentKey("rules", .list(.mapping(ruleKeys)), "the rules; the first that is for a source decides")
  ]

  static let ruleKeys =
    [
      DocumentKey("name", .text, "what messages call the rule"),
      DocumentKey("source", .texts, "the images it is for: globs such as `docker.io/library/*`; `*` for every source"),
      DocumentKey("allow", .choice(["true"]), "accepts the images without asking for more"),
      DocumentKey("refuse", .text, "refuses the images, with this reason"),
    ] + requirements

  static let requirements = [
    DocumentKey("signatures", .list(.mapping(signatureKeys)), "a signature for each entry"),
    DocumentKey("attestations", .list(.mapping(attestationKeys)), "a signed statement for each entry"),
    DocumentKey("platforms", .texts, "these platforms, such as `linux/amd64`"),
    DocumentKey("max-size", .size, "no more than this in all blobs together"),
    DocumentKey("max-age", .duration, "made no longer ago than this"),
    DocumentKey("digest-pinned", .bool, "named by its digest"),
    DocumentKey("base-images", .texts, "a base image that fits one of the patterns"),
    DocumentKey("packages", .mapping(packageKeys), "packages that it must not have, by the signed SBOM"),
    DocumentKey("licenses", .mapping(licenseKeys), "licenses of its packages, by the signed SBOM"),
  ]

  private static let signerKeys = [
    DocumentKey("key", .texts, "files of public keys, beside the policy; any of them"),
    DocumentKey("identity", .texts, "who signed: an address or a workflow, with globs; needs `issuer`"),
    DocumentKey("identity-regex", .texts, "the same as a regular expression"),
    DocumentKey("issuer", .texts, "who vouches for the identity, such as https://token.actions.githubusercontent.com"),
    DocumentKey("trusted-root", .text, "a file with the Sigstore instance to trust; the public one otherwise"),
    DocumentKey("annotations", .names, "annotations that the signature has to have"),
  ]

  static let signatureKeys =
    signerKeys + [
      DocumentKey("trust-policy", .texts, "a `trustpolicy.json` of Notary Project"),
      DocumentKey("trust-store", .text, "the folder of its certificates"),
    ]

  static let attestationKeys =
    signerKeys + [
      DocumentKey(
        "type", .either(.choice(PredicateType.names.map(\.name)), .texts), "what is stated: a name or an address")
    ]

  static let packageKeys = [
    DocumentKey(
      "deny", .list(.either(.text, .mapping(unwantedKeys))), "unwanted packages: names, or names with versions")
  ]

  static let unwantedKeys = [
    DocumentKey("name", .texts, "the package's name, with globs"),
    DocumentKey("versions", .texts, "the versions that are not wanted: `<2.17.1`; all without it"),
  ]

  static let licenseKeys = [
    DocumentKey("allow", .texts, "licenses of which every package has to have one"),
    DocumentKey("deny", .texts, "licenses that no package may need"),
  ]
}
