import Testing

/// Arguments that `login` and `token` refuse before anything is asked.
@Suite("Flags of login and token")
struct LoginTests {
  @Test(
    "that do not go together are refused with the reason",
    arguments: [
      ("login --identity --tenant t", "`--tenant` cannot be combined with `--identity`"),
      ("login --az-cli --client-id a", "`--client-id` cannot be combined with `--az-cli`"),
      ("login --use-device-code --certificate c.pem", "`--certificate` cannot be combined with `--use-device-code`"),
      ("login --service-principal --object-id a", "`--object-id` cannot be combined with `--service-principal`"),
      ("login --service-principal -u a -p b", "`--service-principal` needs `--tenant`"),
      ("login --service-principal --tenant t", "`--service-principal` needs `--username`"),
      (
        "login --service-principal -u a --tenant t -p b --certificate c.pem",
        "`--password` and `--certificate` are two credentials of one service principal"
      ),
      (
        "login --service-principal -u a --tenant t -p b --use-cert-sn-issuer",
        "`--use-cert-sn-issuer` is for `--certificate`"
      ),
      ("login --identity --use-device-code", "`--identity` and `--use-device-code` are two ways to sign in"),
      (
        "login -u me@example.com -p secret",
        "a user's own password is not enough to sign in"
      ),
      ("login --identity --client-id a --object-id b", "the identity is given twice"),
      ("login --certificate c.pem", "`--certificate` is for `--service-principal`"),
      ("login --resource-id a", "`--resource-id` is for `--identity`"),
      ("login --identity --username nobody", "`nobody` is not the id of a managed identity"),
      ("login --claims-challenge ???", "`--claims-challenge` is not base64 of JSON text"),
      ("token --tenant a --subscription b", "`--tenant` and `--subscription` both say which tenant"),
      ("token --resource-type nothing", "`nothing` is not a kind of resource"),
      ("whoami", "not signed in to"),
    ])
  func refused(line: String, message: String) async throws {
    let runner = CommandRunner()
    defer { runner.shutDown() }
    let lines = try await runner.transcript(line)
    #expect(lines.count == 1 && lines[0].hasPrefix("error"), "\(lines)")
    #expect(lines.first?.contains(message) == true, "\(line): \(lines)")
  }
}
