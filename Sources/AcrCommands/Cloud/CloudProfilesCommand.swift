import AcrLanguage
import AcrRuntime

/// `cloud list-profiles`: there is one.
struct CloudProfilesCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let name = Flag<String?>("name", short: "n", help: "accepted as the Azure CLI's: all clouds have the same")
    let showAll = Switch("show-all", help: "accepted as the Azure CLI's: there is no other")
  }

  let signature = Signature(
    "cloud list-profiles", summary: "Lists the profiles of a cloud, of which there is one, `latest`", group: .session,
    examples: [.init("All of them", "cloud list-profiles")])

  func run(_ call: Call<Parameters>) throws -> Output { .value(.list([.string("latest")])) }
}
