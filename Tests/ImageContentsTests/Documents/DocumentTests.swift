import AcrCore
import Testing

@testable import ImageContents

@Suite("SBOMs and provenance")
struct DocumentTests {
  static let spdx = #"""
    {"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"img",
     "creationInfo":{"created":"2026-01-02T03:04:05Z","creators":["Tool: syft-1.0","Organization: x"]},
     "packages":[
      {"SPDXID":"SPDXRef-root","name":"img","versionInfo":"sha256:1"},
      {"SPDXID":"a","name":"musl","versionInfo":"1.2.5","licenseConcluded":"NOASSERTION","licenseDeclared":"MIT",
       "externalRefs":[{"referenceType":"cpe23Type","referenceLocator":"cpe"},
        {"referenceType":"purl","referenceLocator":"pkg:apk/alpine/musl@1.2.5?arch=x86_64"}]},
      {"SPDXID":"b","name":"busybox","versionInfo":"","licenseConcluded":"GPL-2.0-only","primaryPackagePurpose":"LIBRARY"}],
     "relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-root"}]}
    """#
  static let cycloneDX = #"""
    {"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"timestamp":"2026-01-02T03:04:05Z",
      "tools":{"components":[{"type":"application","name":"trivy","version":"0.50"}]},
      "component":{"type":"container","name":"img"}},
     "components":[
      {"type":"library","group":"@angular","name":"core","version":"17.0.0","purl":"pkg:npm/%40angular/core@17.0.0",
       "licenses":[{"license":{"id":"MIT"}},{"license":{"name":"Own"}}],
       "components":[{"type":"library","name":"inner","version":"1","licenses":[{"expression":"MIT OR Apache-2.0"}]}]},
      {"type":"operating-system","name":"alpine","version":"3.20"},{"type":"file","name":"/etc/x"}]}
    """#

  private func packages(_ text: String) throws -> PackageList {
    try PackageList(try JSONValue(parsing: Array(text.utf8)), in: "the SBOM")
  }

  private func lines(_ list: PackageList) -> [String] {
    list.packages.map { package in
      [package.name, package.version, package.type, package.license].map { $0 ?? "-" }.joined(separator: " ")
    }
  }

  @Test("SPDX 2: packages without the image itself; licenses that are known")
  func spdx2() throws {
    let list = try packages(Self.spdx)
    #expect(list.format == "SPDX 2.3" && list.tools == ["syft-1.0"] && list.created == "2026-01-02T03:04:05Z")
    #expect(lines(list) == ["busybox - library GPL-2.0-only", "musl 1.2.5 apk MIT"])
  }

  @Test("CycloneDX: components in components, groups, licenses; files are no packages")
  func cyclone() throws {
    let list = try packages(Self.cycloneDX)
    #expect(list.format == "CycloneDX 1.5" && list.tools == ["trivy 0.50"])
    #expect(
      lines(list) == [
        "@angular/core 17.0.0 npm MIT AND Own", "alpine 3.20 operating-system -", "inner 1 library MIT OR Apache-2.0",
      ])
  }

  @Test("SPDX 3 and syft's own format")
  func others() throws {
    let three = try packages(
      #"{"@graph":[{"type":"CreationInfo","specVersion":"3.0.1","created":"2026"},{"type":"software_Sbom","rootElement":["r"]},"#
        + #"{"type":"software_Package","spdxId":"r","name":"img"},"#
        + #"{"type":"software_Package","spdxId":"p","name":"zlib","software_packageVersion":"1.3","software_packageUrl":"pkg:deb/debian/zlib@1.3"}]}"#
    )
    #expect(three.format == "SPDX 3.0.1" && lines(three) == ["zlib 1.3 deb -"])
    let syft = try packages(
      #"{"schema":{"version":"16.0"},"descriptor":{"name":"syft","version":"1.2"},"artifacts":[{"name":"a","version":"1","type":"gem","licenses":[{"value":"MIT"}]}]}"#
    )
    #expect(syft.format == "syft 16.0" && lines(syft) == ["a 1 gem MIT"])
  }

  @Test("what is no SBOM is told so", arguments: ["{}", "[]", #""SPDXVersion: SPDX-2.3""#, "1", #"{"packages":[]}"#])
  func none(_ text: String) {
    #expect(throws: AcrError.self) { try packages(text) }
  }

  @Test("odd documents give no packages, and end nothing")
  func odd() throws {
    #expect(try packages(#"{"spdxVersion":"SPDX-2.3","packages":{"a":1},"relationships":[1,{}]}"#).packages.isEmpty)
    #expect(
      try packages(#"{"bomFormat":"CycloneDX","components":[1,{"name":5},{"components":[[]]}]}"#).packages.isEmpty)
    let nested = String(repeating: #"{"name":"n","components":["#, count: 100) + String(repeating: "]}", count: 100)
    #expect(try packages(#"{"bomFormat":"CycloneDX","components":[\#(nested)]}"#).packages.count == 1)
  }

  private func provenance(_ text: String, _ type: String) throws -> Provenance {
    try Provenance(try JSONValue(parsing: Array(text.utf8)), type: type, in: "the provenance")
  }

  @Test("SLSA 0.2 of BuildKit")
  func buildKit() throws {
    let found = try provenance(
      #"""
      {"builder":{"id":""},"buildType":"https://mobyproject.org/buildkit@v1",
       "materials":[{"uri":"pkg:docker/alpine@3.20?platform=linux%2Famd64","digest":{"sha256":"aa"}},{"uri":"https://x/r.git#main","digest":{"sha1":"bb"}}],
       "invocation":{"configSource":{"uri":"https://x/r.git#main","digest":{"sha1":"bb"},"entryPoint":"Dockerfile"}},
       "metadata":{"buildInvocationID":"i1","buildStartedOn":"2026-01-01T00:00:00Z","buildFinishedOn":"2026-01-01T00:01:00Z"}}
      """#, "https://slsa.dev/provenance/v0.2")
    #expect(found.builder == nil && found.source == "https://x/r.git#main" && found.commit == "bb")
    #expect(found.workflow == "Dockerfile" && found.invocation == "i1" && found.finished == "2026-01-01T00:01:00Z")
    #expect(found.materials.map(\.digest) == ["sha256:aa", "sha1:bb"])
  }

  @Test("SLSA 1 of GitHub")
  func gitHub() throws {
    let found = try provenance(
      #"""
      {"buildDefinition":{"buildType":"https://actions.github.io/buildtypes/workflow/v1",
        "externalParameters":{"workflow":{"ref":"refs/heads/main","repository":"https://github.com/o/r","path":".github/workflows/b.yml"}},
        "resolvedDependencies":[{"uri":"git+https://github.com/o/r@refs/heads/main","digest":{"gitCommit":"cc"}}]},
       "runDetails":{"builder":{"id":"https://github.com/o/r/.github/workflows/b.yml@refs/heads/main"},"metadata":{"invocationId":"run/1"}}}
      """#, "https://slsa.dev/provenance/v1")
    #expect(found.source == "https://github.com/o/r" && found.commit == "cc" && found.invocation == "run/1")
    #expect(found.workflow == ".github/workflows/b.yml@refs/heads/main" && found.materials.count == 1)
    #expect(throws: AcrError.self) { try provenance("{}", "https://slsa.dev/provenance/v0.1") }
    #expect(try provenance("[1]", "https://slsa.dev/provenance/v1").materials.isEmpty)
  }
}
