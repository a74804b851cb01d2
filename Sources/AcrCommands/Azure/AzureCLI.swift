import AcrLanguage

/// What the real Azure CLI has in this field: the table behind docs/az.md, and behind what the check says of its lines.
public enum AzureCLI {
  /// A flag of one of its commands.
  public struct Flag: Sendable {
    /// All its names, with dashes; the first is the one to show.
    public let names: [String]
    public let isRequired: Bool
  }

  /// One of its commands that acrsh has too.
  public struct Command: Sendable {
    /// Its name without `az`.
    public let name: String
    public let flags: [Flag]
  }

  /// The commands and groups that acrsh has not, in the order of their names.
  public static var outsideNames: [String] { outside.sorted() }

  /// What becomes of a flag.
  public enum Note: Sendable, Equatable {
    /// It is taken, and does something else or nothing: why.
    case accepted(String)
    /// It is refused: why.
    case refused(String)
  }

  /// The commands, in the order of their names.
  public static let commands: [Command] = text.split(separator: "\n").map { line in
    let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let flags = (parts.count > 1 ? parts[1] : "").split(separator: " ").map { flag in
      let isRequired = flag.hasSuffix("!")
      return Flag(
        names: (isRequired ? flag.dropLast() : flag).split(separator: "/").map(String.init), isRequired: isRequired)
    }
    return Command(name: String(parts[0]), flags: flags)
  }

  /// What is to be said of a flag of a command; nil where it works as there.
  public static func note(_ command: String, _ flag: String) -> Note? {
    notes["\(command) \(flag)"] ?? notes["\(command.split(separator: " ").first ?? "") * \(flag)"]
  }

  private static let otherService = Note.accepted("it is of a service that acrsh does not ask, and is not kept")

  /// By command and first name of the flag. A `*` stands for all commands of a group.
  private static let notes: [String: Note] = [
    "account list --all": .accepted("acrsh always lists all subscriptions of the account, of the current cloud"),
    "account list --refresh": .accepted("the list is as old as the sign-in; `login` reads it anew"),
    "acr check-health --vnet": .refused(
      "it resolves names in a virtual network by its resource id: run acrsh on a machine in that network"),
    "acr login --endpoint": .refused(
      "sign in to a regional endpoint by its host: `acr login --name NAME.REGION.geo.azurecr.io`"),
    "acr check-health --yes": .accepted("no image is pulled, so there is no question"),
    "acr token create --gateway": .refused("it is for connected registries, which acrsh does not manage"),
    "acr scope-map create --gateway": .refused("it is for connected registries, which acrsh does not manage"),
    "acr scope-map update --add-gateway": .refused("it is for connected registries, which acrsh does not manage"),
    "acr scope-map update --remove-gateway": .refused("it is for connected registries, which acrsh does not manage"),
    "cloud register --cloud-config": .refused("give the addresses by their flags"),
    "cloud update --cloud-config": .refused("give the addresses by their flags"),
    "cloud register --skip-endpoint-discovery": .accepted("acrsh never asks the cloud for its addresses"),
    "cloud update --skip-endpoint-discovery": .accepted("acrsh never asks the cloud for its addresses"),
    "cloud register --profile": .accepted("acrsh has one profile, `latest`"),
    "cloud update --profile": .accepted("acrsh has one profile, `latest`"),
    "cloud set --profile": .accepted("acrsh has one profile, `latest`"),
    "cloud register --endpoint-sql-management": otherService, "cloud update --endpoint-sql-management": otherService,
    "cloud register --endpoint-gallery": otherService, "cloud update --endpoint-gallery": otherService,
    "cloud register --endpoint-active-directory-data-lake-resource-id": otherService,
    "cloud update --endpoint-active-directory-data-lake-resource-id": otherService,
    "cloud register --endpoint-vm-image-alias-doc": otherService,
    "cloud update --endpoint-vm-image-alias-doc": otherService,
    "cloud register --suffix-azure-datalake-store-file-system-endpoint": otherService,
    "cloud update --suffix-azure-datalake-store-file-system-endpoint": otherService,
    "cloud register --suffix-azure-datalake-analytics-catalog-and-job-endpoint": otherService,
    "cloud update --suffix-azure-datalake-analytics-catalog-and-job-endpoint": otherService,
    "cloud list-profiles --name": .accepted("all clouds have the same profile"),
    "cloud list-profiles --show-all": .accepted("there is one profile"),
    "configure --scope": .accepted("defaults are kept for the person, not for a folder"),
    "logout --username": .accepted("acrsh has one account at a time; another name is refused"),
    "acr repository list --resource-group": .accepted("the registry is looked for there"),
    "acr * --orderby": .accepted("in any case: `TIME_DESC` as well"),
  ]

  /// What the check says of the lines and flags that acrsh does not have.
  public static let foreignNames = ForeignNames(
    command: { words in
      guard words.count > 1 else { return words.first == "rest" ? "rest" : nil }
      let name = "\(words[0]) \(words[1])"
      return outside.contains(name) ? name : nil
    },
    flag: { names, flag in
      for name in names {
        let az = commands.first { $0.name == name }
        guard let found = az?.flags.first(where: { $0.names.contains(flag) }), let first = found.names.first else {
          continue
        }
        if case .refused(let reason)? = note(name, first) { return reason }
      }
      return nil
    })
}
