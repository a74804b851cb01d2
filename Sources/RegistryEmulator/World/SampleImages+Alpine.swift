import AcrCore
import OCIRegistry

/// An image with files that can be looked at: for the examples of `files`, `file show`, `layers` and `diff`.
extension SampleImages {
  /// Makes an index of three platforms, each with two layers. `latest` is the same image as `3.20`.
  func makeAlpine(_ repository: RepositoryName, _ tag: TagName) async throws {
    let version = tag == .latest ? "3.20" : tag.name
    var images: [(FetchedManifest, Platform)] = []
    for platform in [
      Platform(os: "linux", architecture: "amd64"), Platform(os: "linux", architecture: "arm64", variant: "v8"),
      Platform(os: "linux", architecture: "arm", variant: "v7"),
    ] {
      let system = SampleLayer([
        .folder("bin"), .file("bin/busybox", SampleLayer.bytes("busybox-\(platform)", 30_000), mode: "0000755"),
        .link("bin/sh", to: "/bin/busybox"), .folder("etc"), .text("etc/alpine-release", "\(version).0\n"),
        .text("etc/motd", "Welcome to Alpine!\n"),
        .text(
          "etc/os-release",
          "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=\(version).0\nPRETTY_NAME=\"Alpine Linux v\(version)\"\n"),
      ])
      // The second layer takes a file away (OCI image-spec, layer.md, "Whiteouts").
      let changes = SampleLayer([
        .folder("etc"), .file("etc/.wh.motd", []), .folder("etc/ssl"),
        .file("etc/ssl/cert.pem", SampleLayer.bytes("certificates-\(version)", 4_000)),
      ])
      let labels: JSONValue = [
        "org.opencontainers.image.title": "alpine", "org.opencontainers.image.version": .string("\(version).0"),
        "org.opencontainers.image.licenses": "MIT",
      ]
      images.append((try await image(repository, platform, [system, changes], labels: labels), platform))
    }
    try await index(of: images, repository, tag)
  }
}
