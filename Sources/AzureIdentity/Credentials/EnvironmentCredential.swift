import AcrCore

/// What was found where a credential may be.
enum Availability: Sendable {
  case available(SignedIn)
  /// Why it is not there, as the second half of a sentence.
  case unavailable(String)
}

/// The credentials that azure-identity's environment variables describe.
enum EnvironmentCredential {
  /// A service principal with a secret or a certificate.
  /// - Throws: ``AcrError`` where the variables are there and make no sense.
  static func find(_ context: IdentityContext, cloud: AzureCloud) throws(AcrError) -> Availability {
    let names = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"]
    let missing = names.filter { context.variable($0) == nil }
    guard let tenant = context.variable(names[0]), let clientID = context.variable(names[1]) else {
      return .unavailable("\(missing.joined(separator: " and ")) not set")
    }
    if let secret = context.variable("AZURE_CLIENT_SECRET") {
      let entra = try context.environmentEntra(for: cloud)
      return .available(
        SignedIn.clientSecret(tenant: tenant, clientID: clientID, secret: Secret(secret), entra: entra).fromEnvironment)
    }
    guard let path = context.variable("AZURE_CLIENT_CERTIFICATE_PATH") else {
      return .unavailable("neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH set")
    }
    let sendsChain = ["1", "true"].contains(context.variable("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN")?.lowercased())
    return .available(
      try SignedIn.clientCertificate(
        tenant: tenant, clientID: clientID, path: path,
        password: context.variable("AZURE_CLIENT_CERTIFICATE_PASSWORD").map(Secret.init), sendsChain: sendsChain,
        entra: try context.environmentEntra(for: cloud)
      ).fromEnvironment)
  }
}

/// Kubernetes' workload identity, by the variables its webhook sets.
enum WorkloadIdentity {
  static func find(_ context: IdentityContext, cloud: AzureCloud) throws(AcrError) -> Availability {
    let names = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"]
    let missing = names.filter { context.variable($0) == nil }
    guard let tenant = context.variable(names[0]), let clientID = context.variable(names[1]),
      let path = context.variable(names[2])
    else { return .unavailable("\(missing.joined(separator: " and ")) not set") }
    return .available(
      SignedIn.federatedTokenFile(
        tenant: tenant, clientID: clientID, path: path, entra: try context.environmentEntra(for: cloud)
      ).fromEnvironment)
  }
}
