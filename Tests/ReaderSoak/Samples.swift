import AcrCore
import ArtifactTrust
import Foundation
import TestSupport

/// Good input for the readers: made here, or one of the vectors of the tests.
struct Samples {
  /// The folder of the vectors.
  let vectors: String

  private func file(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

  /// The files of a folder whose names end so, in a fixed order.
  private func files(_ folder: String, _ ends: [String]) throws -> [[UInt8]] {
    let path = "\(vectors)/\(folder)"
    return try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
      .filter { name in ends.contains { name.hasSuffix($0) } }
      .map { try file("\(path)/\($0)") }
  }

  // MARK: Layers

  /// Archives in every format that GNU tar writes, and one with what it does not.
  func archives() async throws -> [[UInt8]] {
    try await withTemporaryDirectory { directory in
      let root = directory.path("tree")
      let manager = FileManager.default
      let name = String(repeating: "n", count: 90) + "/" + String(repeating: "m", count: 60)
      try manager.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
      try Data("hello\n".utf8).write(to: URL(filePath: "\(root)/\(name)/hello"))
      try manager.createSymbolicLink(atPath: "\(root)/link", withDestinationPath: "somewhere")
      _ = manager.createFile(atPath: "\(root)/sparse", contents: nil)
      if let file = FileHandle(forWritingAtPath: "\(root)/sparse") {
        for part in 0..<6 {
          try file.seek(toOffset: UInt64(part) * 65_536)
          try file.write(contentsOf: Data(repeating: 1, count: 512))
        }
        try file.truncate(atOffset: 500_000)
        try file.close()
      }
      var found: [[UInt8]] = []
      for format in [
        ["--format=v7", "--exclude=nnn*"], ["--format=ustar"], ["--format=gnu", "--sparse"],
        ["--format=pax", "--sparse"],
        ["--format=pax", "--sparse", "--sparse-version=0.1"],
      ] {
        let path = directory.path("t.tar")
        try await Program("tar", ["-b1", "-cf", path, "-C", root] + format + ["."]).succeed()
        found.append(try file(path))
      }
      var own = TarArchive()
      own.folder("etc")
      own.file("etc/os-release", "ID=sample\n")
      own.file("etc/.wh.passwd", "")
      own.file("usr/.wh..wh..opq", "")
      own.hardLink("etc/two", to: "etc/os-release")
      own.link("etc/three", to: "../etc/os-release")
      found.append(own.bytes)
      return found
    }
  }

  /// An archive, compressed by a program in several ways; each also twice, one behind the other.
  func compressed(_ program: String, _ options: [[String]]) async throws -> [[UInt8]] {
    var archive = TarArchive()
    for number in 0..<12 { archive.file("f\(number)", String(repeating: "text \(number)", count: 40)) }
    var found: [[UInt8]] = []
    for arguments in options {
      var run = Program(program, arguments)
      run.input = archive.bytes
      let packed = try await run.succeed().outputBytes
      found += [packed, packed + packed]
    }
    return found
  }

  /// Tables of contents of layers.
  static let tables = [
    #"""
    {"version":1,"entries":[{"name":"etc/","type":"dir","mode":493,"modtime":"2024-01-01T00:00:00Z"},
    {"name":"etc/passwd","type":"reg","size":1200,"mode":420,"uid":0,"gid":0,"offset":512,"digest":"sha256:00","chunkDigest":"sha256:11"},
    {"name":"etc/passwd","type":"chunk","offset":900,"chunkOffset":600,"chunkSize":600},
    {"name":"bin","type":"symlink","linkName":"usr/bin"},{"name":"two","type":"hardlink","linkName":"etc/passwd"},
    {"name":"dev/x","type":"char","devMajor":1,"devMinor":3},{"name":"usr/.wh.old","type":"reg"},
    {"name":"a","type":"reg","xattrs":{"user.a":"YQ=="}}]}
    """#
  ].map { Array($0.utf8) }

  // MARK: Documents

  static let spdx = [
    #"""
    {"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"img","creationInfo":{"created":"2026-01-02T03:04:05Z",
    "creators":["Tool: syft-1.0","Organization: x"]},"packages":[{"SPDXID":"SPDXRef-root","name":"img"},
    {"SPDXID":"a","name":"musl","versionInfo":"1.2.5","licenseConcluded":"NOASSERTION","licenseDeclared":"MIT",
    "externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:apk/alpine/musl@1.2.5?arch=x86_64"}]},
    {"SPDXID":"b","name":"busybox","licenseConcluded":"GPL-2.0-only OR (MIT AND BSD-3-Clause)"}],
    "relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-root"}]}
    """#,
    #"""
    {"@graph":[{"type":"CreationInfo","specVersion":"3.0.1","created":"2026"},{"type":"software_Sbom","rootElement":["r"]},
    {"type":"software_Package","spdxId":"r","name":"img"},{"type":"software_Package","spdxId":"p","name":"zlib",
    "software_packageVersion":"1.3","software_packageUrl":"pkg:deb/debian/zlib@1.3"}]}
    """#,
  ].map { Array($0.utf8) }

  static let cycloneDX = [
    #"""
    {"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"timestamp":"2026-01-02T03:04:05Z",
    "tools":{"components":[{"type":"application","name":"trivy","version":"0.50"}]},"component":{"type":"container","name":"img"}},
    "components":[{"type":"library","group":"@angular","name":"core","version":"17.0.0","purl":"pkg:npm/%40angular/core@17.0.0",
    "licenses":[{"license":{"id":"MIT"}},{"license":{"name":"Own"}}],"components":[{"type":"library","name":"inner","version":"1",
    "licenses":[{"expression":"MIT OR Apache-2.0"}]}]},{"type":"operating-system","name":"alpine","version":"3.20"}]}
    """#,
    #"{"bomFormat":"CycloneDX","specVersion":"1.4","metadata":{"tools":[{"vendor":"v","name":"t","version":"1"}]},"components":[]}"#,
  ].map { Array($0.utf8) }

  static let provenance = [
    #"""
    {"buildType":"https://mobyproject.org/buildkit@v1","builder":{"id":"b"},"invocation":{"configSource":{"uri":"git+https://x@1",
    "digest":{"sha1":"00"},"entryPoint":"Dockerfile"}},"materials":[{"uri":"pkg:docker/a@1","digest":{"sha256":"11"}}],
    "metadata":{"buildStartedOn":"2026-01-02T03:04:05Z","buildFinishedOn":"2026-01-02T03:04:06Z"}}
    """#,
    #"""
    {"buildDefinition":{"buildType":"t","externalParameters":{"workflow":{"ref":"refs/heads/main","repository":"r","path":"w"}},
    "resolvedDependencies":[{"uri":"git+https://x@refs/heads/main","digest":{"gitCommit":"00"}}]},
    "runDetails":{"builder":{"id":"b"},"metadata":{"invocationId":"i","startedOn":"2026"}}}
    """#,
  ].map { Array($0.utf8) }

  // MARK: Signatures

  func bundles() throws -> [[UInt8]] { try files("sigstore", ["bundle.sigstore.json"]) }
  func trustedRoots() throws -> [[UInt8]] { try files("sigstore", ["trusted_root.json"]) }
  func artifact() throws -> [UInt8] { try file("\(vectors)/sigstore/a.txt") }
  func trustedRoot() throws -> [UInt8] { try file("\(vectors)/sigstore/trusted_root.json") }
  func cose() throws -> [[UInt8]] { try files("notary", [".cose"]) }
  func jws() throws -> [[UInt8]] { try files("notary", [".jws.json"]) }

  /// Certificates as DER and as PEM.
  func certificates() throws -> [[UInt8]] {
    var found = try files("notary", [".pem", ".crt"])
    for bytes in try bundles() {
      guard let bundle = try? SigstoreBundle(parsing: bytes), case .certificate(let leaf) = bundle.material else {
        continue
      }
      found.append(leaf.der)
    }
    for bytes in try cose() {
      guard let envelope = try? NotaryEnvelope(bytes, mediaType: "application/cose") else { continue }
      found += envelope.chain.map(\.der)
    }
    return found
  }

  /// Timestamps as responses, tokens and what tokens of others are.
  func timestamps() throws -> [[UInt8]] {
    var found = try files("notary/tokens", [".p7s", ".tsr"])
    for bytes in try bundles() {
      guard let bundle = try? SigstoreBundle(parsing: bytes) else { continue }
      found += bundle.timestamps
    }
    return found
  }

  /// Signed envelopes, and the statements in them.
  func envelopes() throws -> [[UInt8]] {
    var found: [[UInt8]] = []
    for bytes in try bundles() {
      guard let bundle = try? SigstoreBundle(parsing: bytes), case .envelope(let envelope) = bundle.content else {
        continue
      }
      let payload = Base64.encode(envelope.payload)
      found.append(
        Array(
          #"{"payload":"\#(payload)","payloadType":"\#(envelope.payloadType)","signatures":[{"sig":"AA==","keyid":""}]}"#
            .utf8))
      found.append(envelope.payload)
    }
    return found
  }
}
