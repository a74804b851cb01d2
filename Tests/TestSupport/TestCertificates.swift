/// Keys and certificates for one test, made with the `openssl` program in a folder of the caller.
public struct TestCertificates: Sendable {
  /// The certificate of the authority that signed the server's, in PEM.
  public let caFile: String
  /// The certificate for 127.0.0.1 and localhost, in PEM.
  public let certificateFile: String
  /// The server's private key (P-256), in PEM.
  public let keyFile: String

  /// Makes a certificate authority and a server certificate, valid for two days.
  public init(in directory: TemporaryDirectory) async throws {
    caFile = directory.path("ca.crt")
    certificateFile = directory.path("server.crt")
    keyFile = directory.path("server.key")
    let caKey = directory.path("ca.key")
    let authority = try directory.write(
      Self.configuration("acrsh test authority", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign"),
      to: "ca.conf")
    let server = try directory.write(
      Self.configuration(
        "localhost",
        "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=IP:127.0.0.1,DNS:localhost"),
      to: "server.conf")
    try await Self.request(configuration: authority, key: caKey, certificate: caFile)
    try await Self.request(
      configuration: server, key: keyFile, certificate: certificateFile,
      extra: ["-CA", caFile, "-CAkey", caKey])
  }

  /// Makes one self-signed P-256 certificate, for signing tokens.
  static func makeSelfSigned(_ name: String, key: String, certificate: String, in directory: TemporaryDirectory)
    async throws
  {
    let file = try directory.write(configuration(name, "basicConstraints=critical,CA:TRUE"), to: "\(name).conf")
    try await request(configuration: file, key: key, certificate: certificate)
  }

  private static func configuration(_ name: String, _ extensions: String) -> String {
    "[req]\ndistinguished_name=name\nprompt=no\nx509_extensions=v3\n[name]\nCN=\(name)\n[v3]\n\(extensions)\n"
  }

  private static func request(
    configuration: String, key: String, certificate: String, extra: [String] = []
  ) async throws {
    let arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-config", configuration, "-keyout", key, "-out", certificate,
    ]
    try await Program(try Program.locate("openssl", package: "openssl"), arguments + extra).succeed()
  }
}
