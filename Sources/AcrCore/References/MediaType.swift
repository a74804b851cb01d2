/// Media types of manifests and their parts, by the names the specifications give them.
public enum MediaType {
  /// OCI image manifest (image-spec, manifest.md).
  public static let ociManifest = "application/vnd.oci.image.manifest.v1+json"
  /// OCI image index (image-spec, image-index.md).
  public static let ociIndex = "application/vnd.oci.image.index.v1+json"
  /// Docker image manifest, schema 2.
  public static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
  /// Docker manifest list.
  public static let dockerList = "application/vnd.docker.distribution.manifest.list.v2+json"
  /// Docker schema 1, which no current registry accepts from a client.
  public static let dockerSchema1 = "application/vnd.docker.distribution.manifest.v1+json"
  /// Docker schema 1 with signatures.
  public static let dockerSchema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws"
  /// The withdrawn OCI artifact manifest; Azure registries still hold some.
  public static let ociArtifact = "application/vnd.oci.artifact.manifest.v1+json"
  /// The ORAS artifact manifest.
  public static let orasArtifact = "application/vnd.cncf.oras.artifact.manifest.v1+json"
  /// OCI image configuration.
  public static let ociConfig = "application/vnd.oci.image.config.v1+json"
  /// Docker image configuration.
  public static let dockerConfig = "application/vnd.docker.container.image.v1+json"
  /// The empty descriptor `{}` (image-spec 1.1).
  public static let empty = "application/vnd.oci.empty.v1+json"

  /// What to ask a registry for: every manifest type acrsh can copy, newest first.
  public static let acceptedManifests = [
    ociIndex, dockerList, ociManifest, dockerManifest, ociArtifact, orasArtifact, dockerSchema1Signed, dockerSchema1,
  ]

  /// True for an index or a manifest list: a manifest whose children are manifests.
  public static func isIndex(_ type: String) -> Bool { type == ociIndex || type == dockerList }

  /// True for any manifest type, index or not.
  public static func isManifest(_ type: String) -> Bool { acceptedManifests.contains(type) }
}
