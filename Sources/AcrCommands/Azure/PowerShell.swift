import AcrLanguage

/// What cmdlets of Azure PowerShell have in common.
enum PowerShell {
  /// Parameters that every cmdlet takes and that mean nothing here.
  static let common: [Signature.Cmdlet.Parameter] =
    [
      "DefaultProfile", "AzContext", "AzureRmContext", "AzureCredential", "ErrorAction", "WarningAction",
      "ErrorVariable",
      "OutVariable",
    ].map { .init($0, .nothing(takesValue: true)) }
    + ["Confirm", "AsJob", "PassThru", "Break", "Verbose", "Debug"].map { .init($0, .nothing(takesValue: false)) }

  /// The parameters of cmdlets about one registry.
  static func registry(_ name: String, _ flag: String) -> [Signature.Cmdlet.Parameter] {
    [.init(name, .flag(flag))]
  }
}
