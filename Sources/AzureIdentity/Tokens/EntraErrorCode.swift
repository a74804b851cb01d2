import AcrCore

/// What Entra's error codes mean, and what to do about each. The codes are Entra's (`AADSTS…`), the words are our own.
struct EntraErrorCode: Sendable {
  let kind: ErrorKind
  /// Completes the sentence "Entra refused …: ".
  let meaning: String
  let help: String

  private init(_ kind: ErrorKind, _ meaning: String, _ help: String) {
    self.kind = kind
    self.meaning = meaning
    self.help = help
  }

  static let known: [Int64: EntraErrorCode] = [
    7_000_215: .init(
      .auth, "the client secret is wrong",
      "give the secret's value, not its id; a certificate is given with --certificate, not --password"),
    7_000_222: .init(
      .auth, "the client secret has expired", "make a new one: az ad app credential reset --id CLIENT-ID"),
    700_016: .init(
      .auth, "the tenant has no application with this client id",
      "check the client id (--username) and the tenant (--tenant): the application must be registered or consented to there"
    ),
    90002: .init(
      .auth, "the tenant does not exist", "give the tenant's id or one of its domains; check the cloud, too"),
    900_023: .init(.auth, "the tenant is neither an id nor a domain", "give the tenant's id or one of its domains"),
    70016: .init(.auth, "the code was not entered yet", "enter the code at the address that was shown"),
    70011: .init(
      .auth, "the scope is not valid", "a scope looks like RESOURCE/.default; check the resource and the cloud"),
    500_011: .init(
      .auth, "the resource does not exist in the tenant", "check the resource (its slashes count) and the tenant"),
    700_213: .init(
      .auth, "no federated credential of the application matches the token's subject",
      "compare `iss`, `sub` and `aud` of the token with the application's federated credentials"),
    70021: .init(
      .auth, "no federated credential of the application matches the token's issuer, subject or audience",
      "compare `iss`, `sub` and `aud` of the token with the application's federated credentials"),
    700_024: .init(
      .auth, "the assertion is not valid at this time: it has expired, or is not valid yet",
      "check this machine's clock; a federated token must be a fresh one (give its file, so that it is read again)"),
    700_027: .init(
      .auth, "the signature of the assertion does not fit any certificate of the application",
      "add the certificate to the application, or use the one that was added"),
    50076: .init(.auth, "a second factor is needed", "sign in interactively: login --use-device-code"),
    50079: .init(
      .auth, "the user has to set up a second factor first", "sign in interactively: login --use-device-code"),
    70043: .init(
      .auth, "the sign-in has expired under the tenant's sign-in frequency policy",
      "sign in again: login --use-device-code"),
    700_082: .init(
      .auth, "the sign-in has expired because it was not used for a long time",
      "sign in again: login --use-device-code"),
    53003: .init(
      .denied, "a Conditional Access policy forbids it",
      "ask the tenant's administrator; the sign-in log shows which policy, by the request id"),
    65001: .init(
      .denied, "neither the user nor an administrator has consented to the application",
      "ask the tenant's administrator for consent"),
  ]
}
