import Foundation
import TestSupport
import Testing

@Suite("The program between real registries")
struct RegistryScriptTests {
  @Test("the example: a folder, two registries, a list, and skopeo reads the result")
  func registryToRegistry() async throws {
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { dev in
        try await withRegistryServer { prod in
          let result = try await BuiltProducts.acrsh(
            [
              Repository.path("examples/registry-to-registry.acr"), "--from", dev.authority, "--to", prod.authority,
              "--layout",
              Repository.path("examples/images/hello"),
            ], in: directory
          ).run()
          #expect(result.exitCode == 0, "\(result.errorOutput)")
          #expect(result.output.contains("from the folder to \(dev.authority): 4 manifests"))
          for line in ["index of 1.0", "linux/amd64", "linux/arm64", "windows/amd64"] {
            #expect(result.output.contains(line))
          }
          let arrived = try await RegistryContent(authority: prod.directAuthority)
            .verify("base/hello", reference: "1.0")
          let raw = try await Program(
            "skopeo", ["inspect", "--raw", "--tls-verify=false", "docker://\(prod.authority)/base/hello:1.0"]
          ).succeed()
          let index = try Data(
            contentsOf: URL(fileURLWithPath: Repository.path("examples/images/hello/index.json")))
          #expect(String(decoding: index, as: UTF8.self).contains(arrived.digest))
          #expect(raw.outputBytes == Array(try Data(contentsOf: URL(fileURLWithPath: blobPath(arrived.digest)))))
          try await Program(
            "skopeo",
            [
              "copy", "--all", "--preserve-digests", "--src-tls-verify=false",
              "docker://\(prod.authority)/base/hello:1.0", "oci:\(directory.path("again")):1.0",
            ]
          ).succeed()
          let again = try await RegistryContent.verify(layout: directory.path("again"), reference: "1.0")
          #expect(again.digest == arrived.digest)
        }
      }
    }
  }

  private func blobPath(_ digest: String) -> String {
    Repository.path("examples/images/hello/blobs/\(digest.replacing(":", with: "/"))")
  }

  @Test("az's spelling, exploring commands, and a registry with a password")
  func commands() async throws {
    let protection = RegistryServer.Protection.tlsWithPassword(user: "me", password: "open sesame")
    try await withTemporaryDirectory { directory in
      try await withRegistryServer(protection) { server in
        let caFile = try #require(server.caFile)
        let hello = Repository.path("examples/images/hello")
        let script = try directory.write(
          """
          acr login --name ${env.REGISTRY} --username me --password (secret env PASSWORD) | ignore
          az acr import \\
            --name ${env.REGISTRY} \\
            --source oci:\(hello):latest \\
            --image hello:1 --image other/hello:2 | ignore
          print ${join((repository list --name ${env.REGISTRY}), " ")}
          print ${join((repository show-tags --name ${env.REGISTRY} --repository hello), " ")}
          let m = az acr manifest list-metadata --registry ${env.REGISTRY} --name hello
          print "${count($m)} manifests, ${count(($m | where .tags != null))} with a tag"
          print (manifest show --registry ${env.REGISTRY} --name hello:1 | get manifests | get platform.architecture | to jsonl)
          print (manifest config ${env.REGISTRY}/hello:1 --platform linux/arm64 | get architecture)
          print (manifest tree ${env.REGISTRY}/hello:1 --flat | count)
          """, to: "explore.acr")
        let environment = ["REGISTRY": server.authority, "PASSWORD": "open sesame"]
        let program = try BuiltProducts.acrsh(
          ["--ca-file", caFile, "--trace", directory.path("trace"), script], in: directory, environment: environment)
        let result = try await program.run()
        #expect(
          result.output == """
            hello other/hello
            1
            4 manifests, 1 with a tag
            "amd64"
            "arm64"
            "amd64"
            arm64
            13

            """, "\(result.errorOutput)")
        #expect(result.exitCode == 0)
        let trace = String(decoding: try directory.read("trace"), as: UTF8.self)
        #expect(trace.contains("\"method\":\"PUT\""))
        for text in [trace, result.output, result.errorOutput] {
          #expect(!text.contains("open sesame"))
          #expect(!text.contains(Data("me:open sesame".utf8).base64EncodedString()))
        }
      }
    }
  }

  struct Failure: Sendable, CustomTestStringConvertible {
    var name: String
    var line: String
    var message: String
    var help = ""
    var code: Int32
    var testDescription: String { name }
  }

  /// `$D` stands for a plain registry with `app:1.0` in it.
  static let failures = [
    Failure(
      name: "a tag that does not exist", line: "import $D/app:1.O $D/b:1", message: "`$D/app:1.O` does not exist",
      help: "1.0", code: 3),
    Failure(
      name: "a repository that does not exist", line: "list-metadata $D/nothing",
      message: "`$D/nothing` does not exist",
      code: 3),
    Failure(
      name: "a conflict", line: "import $D/app:2.0 $D/app:1.0",
      message: "$D/app:1.0 already exists and is a different image",
      help: "`--force` moves the tag", code: 1),
    Failure(
      name: "nobody listens", line: "import 127.0.0.1:1/a:1 $D/b:1",
      message: "the connection to `127.0.0.1:1` was refused", code: 5),
    Failure(
      name: "no such host", line: "import no-such-host.invalid/a:1 $D/b:1",
      message: "could not resolve `no-such-host.invalid`", code: 5),
    Failure(
      name: "a capital letter", line: "import $D/App:1 $D/b:1", message: "the repository `App` has capital letters",
      help: "app", code: 2),
    Failure(
      name: "a short digest", line: "import $D/app@sha256:abc123 $D/b:1",
      message: "the digest `sha256:abc123` has 6 digits after `sha256:`, and needs 64", code: 2),
    Failure(
      name: "a flag's value", line: "list-metadata $D/app --orderby newest",
      message: "`--orderby newest` is not an order", code: 2),
  ]

  @Test("what goes wrong with a registry is said in one diagnostic with a place", arguments: failures)
  func failure(failure: Failure) async throws {
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { server in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("images")))
        try images.image("one", layers: [100], tag: "1.0")
        try images.image("two", layers: [200], tag: "2.0")
        let content = try RegistryContent(authority: server.directAuthority)
        try await content.push(images.layout, to: "app")
        let line = failure.line.replacing("$D", with: server.authority)
        let result = try await BuiltProducts.acrsh(["-c", line], in: directory).run()
        let message = failure.message.replacing("$D", with: server.authority)
        #expect(result.errorOutput.contains(message), "\(result.errorOutput)")
        #expect(result.errorOutput.contains("--> -c:1:"))
        if !failure.help.isEmpty { #expect(result.errorOutput.contains(failure.help), "\(result.errorOutput)") }
        #expect(result.exitCode == failure.code)
        #expect(result.output.isEmpty)
        #expect(try await content.tags("b").isEmpty)
      }
    }
  }

  @Test("a wrong password, an untrusted certificate, and a web page instead of a registry")
  func refusals() async throws {
    let protection = RegistryServer.Protection.tlsWithPassword(user: "me", password: "right")
    try await withTemporaryDirectory { directory in
      try await withRegistryServer(protection) { server in
        let login = "acr login --name \(server.authority) -u me -p wrong"
        let wrong = try await BuiltProducts.acrsh(
          ["--ca-file", try #require(server.caFile), "-c", login], in: directory
        ).run()
        #expect(wrong.exitCode == 4)
        #expect(wrong.errorOutput.contains("error[auth]"))
        #expect(wrong.errorOutput.contains("refused the password of the user `me`"), "\(wrong.errorOutput)")
        let untrusted = try await BuiltProducts.acrsh(
          ["-c", "repository list --name \(server.authority)"], in: directory
        )
        .run()
        #expect(untrusted.exitCode == 5)
        #expect(untrusted.errorOutput.contains("--ca-file"), "\(untrusted.errorOutput)")
      }
      let page = "<html><body>Welcome</body></html>"
      try await withLoopbackServer(handler: { _ in
        LoopbackServer.Reply(200, ["Content-Type": "text/html"], text: page)
      }) { server in
        let result = try await BuiltProducts.acrsh(["-c", "repository list --name \(server.authority)"], in: directory)
          .run()
        #expect(result.exitCode == 1)
        #expect(result.errorOutput.contains("web page"), "\(result.errorOutput)")
      }
    }
  }

  @Test("^C in the middle of an import ends the script with 130 and leaves no tag")
  func interrupted() async throws {
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { server in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("images")))
        try images.image("large", layers: [12 << 20])
        let content = try RegistryContent(authority: server.directAuthority)
        try await content.push(images.layout, to: "large")
        try await withFaultProxy(to: server.authority, faults: [.latency(.milliseconds(150))]) { proxy in
          let line = "import \(proxy.authority)/large:latest \(server.authority)/copy:1"
          let running = try BuiltProducts.acrsh(["-c", line], in: directory).start()
          while proxy.count(matching: "^GET .*/blobs/") == 0 { try await Task.sleep(for: .milliseconds(10)) }
          running.send(SIGINT)
          let result = try #require(try await running.wait())
          #expect(result.exitCode == 130)
          #expect(result.errorOutput.contains("interrupted"))
        }
        #expect(try await content.tags("copy").isEmpty)
      }
    }
  }
}
