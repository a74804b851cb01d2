import AcrLanguage

/// What cmdlets of Azure PowerShell have in common.
public enum PowerShell {
  /// Parameters that every cmdlet takes and that mean nothing here.
  static let common: [Signature.Cmdlet.Parameter] =
    commonWithValue.map { .init($0, .nothing(takesValue: true)) }
    + ["Confirm", "AsJob", "PassThru", "Break", "Verbose", "Debug"].map { .init($0, .nothing(takesValue: false)) }

  private static let commonWithValue = [
    "DefaultProfile", "AzContext", "AzureRmContext", "AzureCredential", "ErrorAction", "WarningAction",
    "InformationAction", "ProgressAction", "ErrorVariable", "WarningVariable", "InformationVariable", "OutVariable",
    "OutBuffer", "PipelineVariable",
  ]

  /// The parameters of cmdlets about one registry.
  static func registry(_ name: String, _ flag: String) -> [Signature.Cmdlet.Parameter] {
    [.init(name, .flag(flag))]
  }

  /// A registry under the names that cmdlets of registries have for it.
  static let registryNames: [Signature.Cmdlet.Parameter] =
    ["Name", "RegistryName", "ContainerRegistryName", "ResourceName", "ResourceId", "Id"].map {
      .init($0, .flag("name"))
    }
}

extension PowerShell {
  /// A cmdlet of Az.ContainerRegistry, as its help page has it.
  public struct Documented: Sendable {
    /// Its name.
    public let name: String
    /// Its own parameters without dashes, and without those that every cmdlet has.
    public let parameters: [String]
  }

  /// The cmdlets about images, manifests, tags, credentials and tokens, with the parameters of the help pages of Azure PowerShell
  /// 16.2, and those that only earlier pages have (`ResourceId`, `Parameter`).
  public static let documented: [Documented] = text.split(separator: "\n").map { line in
    let words = line.split(separator: " ").map(String.init)
    return Documented(name: words[0], parameters: Array(words.dropFirst()))
  }

  /// Why a parameter of a cmdlet is not taken; nil for one that is.
  public static func refusal(_ cmdlet: String, _ parameter: String) -> String? {
    switch parameter {
    case "WhatIf": "`acrsh --dry-run` says what would happen"
    case "InputObject", "RegistryInputObject", "Registry", "Parameter", "Credential", "ScopeMapInputObject":
      "objects of PowerShell are not taken: name the registry and the item"
    case "JsonFilePath", "JsonString": "requests of the service are not taken: give each parameter by its name"
    case "CredentialsCertificate", "CredentialsPassword":
      "passwords are made by `New-AzContainerRegistryCredentials`"
    default: own["\(cmdlet) \(parameter)"]
    }
  }

  private static let own = [
    "Get-AzContainerRegistry Name": "`acr show --name NAME` shows one",
    "Get-AzContainerRegistry ResourceId": "`acr show --name ID` shows one",
    "Get-AzContainerRegistryTag Name": "`acr repository show --name REGISTRY --image REPOSITORY:TAG` shows one",
    "Get-AzContainerRegistryManifest Name":
      "`acr manifest show-metadata --registry REGISTRY --name REPOSITORY@DIGEST` shows one",
    "Get-AzContainerRegistryRepository Name": "`acr repository show --name REGISTRY --repository REPOSITORY` shows one",
    "Update-AzContainerRegistryScopeMap Action":
      "it replaces the whole list: `acr scope-map update --add-repository` and `--remove-repository` say what changes",
    "Remove-AzContainerRegistryManifest Tag": "`acr manifest delete --registry REGISTRY --name REPOSITORY:TAG` does it",
    "Update-AzContainerRegistryManifest Tag": "`Update-AzContainerRegistryTag -Name TAG` does it",
  ]

  private static let text = """
    Connect-AzContainerRegistry Name UserName Password ExposeToken
    Get-AzContainerRegistry ResourceGroupName SubscriptionId Name IncludeDetail ResourceId InputObject
    Get-AzContainerRegistryCredential ResourceGroupName SubscriptionId RegistryName Name Registry ResourceId WhatIf
    Get-AzContainerRegistryManifest RegistryName RepositoryName Name
    Get-AzContainerRegistryRepository RegistryName Name First
    Get-AzContainerRegistryScopeMap RegistryName ResourceGroupName SubscriptionId Name InputObject RegistryInputObject
    Get-AzContainerRegistryTag RegistryName RepositoryName Name
    Get-AzContainerRegistryToken RegistryName ResourceGroupName SubscriptionId Name InputObject RegistryInputObject
    Get-AzContainerRegistryUsage RegistryName ResourceGroupName SubscriptionId
    Import-AzContainerRegistryImage RegistryName ResourceGroupName SubscriptionId SourceImage SourceRegistryUri \
    SourceResourceId SourceRegistryResourceId Mode Username Password TargetTag UntaggedTargetRepository NoWait \
    Parameter JsonFilePath JsonString WhatIf
    New-AzContainerRegistryCredentials RegistryName ResourceGroupName SubscriptionId TokenId Name Expiry NoWait \
    InputObject JsonFilePath JsonString WhatIf
    New-AzContainerRegistryScopeMap RegistryName ResourceGroupName SubscriptionId Name Action Description NoWait \
    JsonFilePath JsonString RegistryInputObject WhatIf
    New-AzContainerRegistryToken RegistryName ResourceGroupName SubscriptionId Name ScopeMapId Status NoWait \
    CredentialsCertificate CredentialsPassword JsonFilePath JsonString RegistryInputObject WhatIf
    Remove-AzContainerRegistryManifest RegistryName RepositoryName Manifest Tag WhatIf
    Remove-AzContainerRegistryRepository RegistryName Name WhatIf
    Remove-AzContainerRegistryScopeMap RegistryName ResourceGroupName SubscriptionId Name NoWait InputObject \
    RegistryInputObject WhatIf
    Remove-AzContainerRegistryTag RegistryName RepositoryName Name WhatIf
    Remove-AzContainerRegistryToken RegistryName ResourceGroupName SubscriptionId Name NoWait InputObject \
    RegistryInputObject WhatIf
    Test-AzContainerRegistryNameAvailability Name SubscriptionId JsonFilePath JsonString WhatIf
    Update-AzContainerRegistryCredential ResourceGroupName SubscriptionId RegistryName Name Registry ResourceId \
    InputObject PasswordName JsonFilePath JsonString WhatIf
    Update-AzContainerRegistryManifest RegistryName RepositoryName Manifest Tag DeleteEnabled ListEnabled ReadEnabled \
    WriteEnabled WhatIf
    Update-AzContainerRegistryRepository RegistryName Name DeleteEnabled ListEnabled ReadEnabled WriteEnabled WhatIf
    Update-AzContainerRegistryScopeMap RegistryName ResourceGroupName SubscriptionId Name Action Description NoWait \
    InputObject JsonFilePath JsonString RegistryInputObject WhatIf
    Update-AzContainerRegistryTag RegistryName RepositoryName Name DeleteEnabled ListEnabled ReadEnabled WriteEnabled WhatIf
    Update-AzContainerRegistryToken RegistryName ResourceGroupName SubscriptionId Name ScopeMapId Status NoWait \
    InputObject CredentialsCertificate CredentialsPassword JsonFilePath JsonString RegistryInputObject WhatIf
    """
}
