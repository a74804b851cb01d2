import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `cloud unregister`: forgets a cloud.
struct CloudUnregister: Command {
  let session: AcrSession

  let signature = Signature(
    "cloud unregister",
    summary: "Removes a registered cloud",
    group: .session,
    flags: [.init("name", short: "n", .string, isRequired: true, help: "the cloud")],
    examples: [.init("Forget one", "cloud unregister --name Own")])

  func run(_ call: Invocation) throws -> Output {
    let name = call.string("name") ?? ""
    try locate("name") { try session.azure.withClouds { try $0.unregister(name) } }
    return .nothing
  }
}
