import AcrCore
import Foundation
import TestSupport
import Testing

@Suite("The article's code blocks run as they stand", .serialized)
struct ArticleTests {
  /// What a block does.
  enum Effect: Sendable {
    /// These tags point at these images afterwards.
    case tags([String: String])
    /// A repository has this many manifests and no tag.
    case untagged(String, manifests: Int)
    /// This is printed, after the block that it follows was run.
    case prints(String, after: String?)
    /// It is refused, with the cure.
    case refused(message: String, help: String)
  }

  static let hello = "sha256:25bae4382b0beea557e5663de00b98c387b8536b1b5e88f73f479c8e0516613c"
  static let aci = "sha256:f99dd50070f0d3bfd23edf74571b510a611aad0a80a381021d459249ac8e076d"
  static let tensorflow = "sha256:53418e3092da12aef001e7cb369a2e9d1fa1bb69dc3c7beef5811bca9633c5ae"
  static let servercore = "sha256:d345cbf05273415b0428fd83723879e1a0d2e0f5ae91ab2f19682a1dcfd6a8a6"
  static let source = "sha256:7d60ddf47ba6ec648f1a08c64294314feca6919005dba5d6bd232eb124d9a2dd"
  static let docker = "sha256:a6965f19cd21ede379ce3e2c5363d862b25a419fc021409f0c97673081f63d70"

  static let effects: [String: Effect] = [
    "cli-01-docker-hub": .tags(["hello-world:latest": hello]),
    "cli-02-list-metadata": .prints(hello, after: "cli-01-docker-hub"),
    "cli-03-docker-hub-by-digest": .untagged("hello-world", manifests: 6),
    "cli-04-docker-hub-account": .refused(
      message: "a line cannot start with a flag: the line above needs a `\\` at its end",
      help: "end the line above with a space and `\\`"),
    "cli-05-microsoft-registry": .tags(["servercore:ltsc2019": servercore]),
    "cli-06-same-subscription": .tags(["aci-helloworld:latest": aci]),
    "cli-07-private-registry": .tags(["aci-helloworld:latest": aci]),
    "cli-08-by-digest": .tags(["aci-helloworld:latest": aci]),
    "cli-09-other-subscription": .tags(["aci-hello-world:latest": aci]),
    "cli-10-service-principal": .tags(["targetimage:tag": source]),
    "cli-11-other-tenant-password": .tags(["targetimage:tag": source]),
    "cli-12-other-tenant-sign-in": .prints("\"tokenType\": \"Bearer\"", after: nil),
    "cli-13-other-tenant-token": .tags(["targetimage:tag": source]),
    "cli-14-private-docker-registry": .tags(["sourceimage:tag": docker]),
    "powershell-01-docker-hub": .tags(["library/hello-world:latest": hello]),
    "powershell-02-list-metadata": .prints(hello, after: "powershell-01-docker-hub"),
    "powershell-03-docker-hub-account": .tags(["tensorflow/tensorflow:latest-gpu": tensorflow]),
    "powershell-04-microsoft-registry": .tags(["windows/servercore:ltsc2019": servercore]),
    "powershell-05-same-subscription": .tags(["aci-helloworld:latest": aci]),
    "powershell-06-private-registry": .tags(["aci-helloworld:latest": aci]),
    "powershell-07-by-digest": .tags(["aci-helloworld:latest": aci]),
    "powershell-08-other-subscription": .tags(["aci-helloworld:latest": aci]),
    "powershell-09-service-principal": .tags(["sourcerrepo:tag": source]),
    "powershell-10-other-tenant-password": .tags(["sourcerrepo:tag": source]),
    "powershell-11-other-tenant-sign-in": .prints("\"tokenType\": \"Bearer\"", after: nil),
    "powershell-12-other-tenant-token": .tags(["sourcerrepo:tag": source]),
    "powershell-13-private-docker-registry": .tags(["sourcerepo/sourcerrepo:tag": source]),
  ]

  private static func file(_ name: String) -> String { Repository.path("examples/article/\(name).acr") }

  @Test("every block is an example, and every example has its effect here")
  func complete() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Repository.path("examples/article"))
    let names = files.filter { $0.hasSuffix(".acr") }.map { String($0.dropLast(4)) }
    #expect(names.sorted() == Self.effects.keys.sorted())
    #expect(names.count { $0.hasPrefix("cli-") } == 14)
    #expect(names.count { $0.hasPrefix("powershell-") } == 13)
  }

  @Test("each block has its effect, and the real service's own answers are enough for it")
  func blocks() async throws {
    try await withAzureWorld { world in
      for (name, effect) in Self.effects.sorted(by: { $0.key < $1.key }) {
        try await world.empty("myregistry")
        if case .prints(_, let before?) = effect {
          let first = try await world.run([Self.file(before)])
          #expect(first.exitCode == 0, "\(before): \(first.errorOutput)")
        }
        let result = try await world.run(["--diagnostics", "json", Self.file(name)])
        try await check(name, effect, result, world)
      }
    }
  }

  private func check(_ name: String, _ effect: Effect, _ result: ProgramResult, _ world: AzureWorld) async throws {
    let content = try await world.content(of: "myregistry")
    switch effect {
    case .tags(let wanted):
      #expect(result.exitCode == 0, "\(name): \(result.errorOutput)")
      #expect(content == wanted, "\(name)")
    case .untagged(let repository, let count):
      #expect(result.exitCode == 0, "\(name): \(result.errorOutput)")
      #expect(content == [repository: "\(count) manifests"], "\(name)")
    case .prints(let text, _):
      #expect(result.exitCode == 0, "\(name): \(result.errorOutput)")
      #expect(result.output.contains(text), "\(name): \(result.output)")
      // The Azure CLI's name of the command is asking for the token, the cmdlet's is not.
      #expect(result.output.contains("eyJ") == (name == "cli-12-other-tenant-sign-in"), "\(name)")
    case .refused(let message, let help):
      #expect(result.exitCode == 2, "\(name)")
      let line = result.errorOutput.split(separator: "\n").last { $0.hasPrefix("{") } ?? ""
      let error = try JSONValue(parsing: Array(line.utf8))
      #expect(error["message"]?.string == message)
      #expect(error["help"]?.string == help)
      #expect(content.isEmpty, "\(name)")
    }
  }

  @Test("a block runs in the sandbox with nothing beside it")
  func sandbox() async throws {
    try await withTemporaryDirectory { directory in
      let result = try await BuiltProducts.acrsh(["--sandbox", Self.file("cli-05-microsoft-registry")], in: directory)
        .run()
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      #expect(result.output.contains(Self.servercore))
    }
  }
}
