import AcrCore
import AcrHTTP
import HTTPTypes
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)), .serialized) struct TLSTests {
  /// An nginx that speaks HTTP/2 over TLS with a certificate of its own authority.
  private func withServer(_ body: (String, TemporaryDirectory, TestCertificates) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      let certificates = try await TestCertificates(in: directory)
      let port = try FreePort.find()
      try directory.write([UInt8](repeating: 0x62, count: 20 << 20), to: "www/big")
      try directory.write("small", to: "www/small")
      let servers = """
        server {
          listen 127.0.0.1:\(port) ssl http2; server_name localhost; root \(directory.path)/www;
          ssl_certificate \(certificates.certificateFile); ssl_certificate_key \(certificates.keyFile);
          client_max_body_size 0;
          location /refuse { return 401 'no'; }
        }
        """
      try await withNginx(in: directory, servers: servers, port: port) {
        try await body("https://localhost:\(port)", directory, certificates)
      }
    }
  }

  @Test func certificatesAreChecked() async throws {
    try await withServer { url, directory, certificates in
      let place = URLReference(url).hostAndPort ?? ""
      let request = TransportRequest(.get, "\(url)/small")
      for transport in [
        makeTransport(caFile: certificates.caFile),
        makeTransport(environment: ["SSL_CERT_FILE": certificates.caFile]),
        makeTransport(environment: ["CURL_CA_BUNDLE": certificates.caFile]),
        makeTransport(environment: ["REQUESTS_CA_BUNDLE": certificates.caFile]),
        makeTransport(insecureHosts: ["localhost"]),
      ] {
        let body = try await transport.send(request).body.collect(upTo: 100)
        #expect(body == Array("small".utf8))
      }

      let time = FakeTime()
      let client = HTTPClient(transport: makeTransport(), sleeper: time.sleeper)
      let error = await acrError { _ = try await client.send(request) }
      #expect(error?.kind == .network)
      #expect(error?.message.hasPrefix("the TLS certificate of `\(place)` is not trusted: ") == true)
      #expect(error?.help?.contains("--ca-file") == true)
      #expect(time.sleeps.isEmpty)

      let missing = await acrError { _ = try await makeTransport(caFile: directory.path("none")).send(request) }
      #expect(missing?.kind == .usage)
      #expect(missing?.message == "the file of trusted certificates cannot be read")
    }
  }

  @Test func aCertificateForAnotherNameIsNamed() async throws {
    try await withServer { url, _, certificates in
      let other = url.replacing("localhost", with: "other.localhost")
      let error = await acrError {
        _ = try await makeTransport(caFile: certificates.caFile).send(TransportRequest(.get, "\(other)/small"))
      }
      #expect(error?.message.contains("is for another host name: ") == true)
    }
  }

  @Test func plainHTTPWhereTLSIsExpectedIsNamed() async throws {
    try await withTemporaryDirectory { directory in
      let port = try FreePort.find()
      try await withNginx(in: directory, servers: "server { listen 127.0.0.1:\(port); }", port: port) {
        let error = await acrError {
          _ = try await makeTransport().send(TransportRequest(.get, "https://127.0.0.1:\(port)/"))
        }
        #expect(error?.message.hasPrefix("the TLS handshake with `127.0.0.1:\(port)` failed: ") == true)
        #expect(error?.help == "if the registry speaks plain http, name it with --insecure-registry 127.0.0.1:\(port)")
      }
    }
  }

  @Test func http2IsUsedAndAPausedBodyDoesNotHoldUpOthers() async throws {
    try await withServer { url, _, certificates in
      let transport = makeTransport(caFile: certificates.caFile)
      let first = try await transport.send(TransportRequest(.get, "\(url)/small"))
      #expect(first.connection?.httpVersion == "2")
      _ = try await first.body.collect(upTo: 100)

      // The connection stands, so these share it. One is not read while the other is, to its end.
      let paused = try await transport.send(TransportRequest(.get, "\(url)/big"))
      try await Task.sleep(for: .milliseconds(300))
      let read = try await transport.send(TransportRequest(.get, "\(url)/big"))
      #expect(try await read.body.collect(upTo: 20 << 20).count == 20 << 20)
      #expect(try await paused.body.collect(upTo: 20 << 20).count == 20 << 20)
    }
  }

  @Test func anUploadOverHTTP2ThatIsRefusedGivesTheAnswer() async throws {
    try await withServer { url, _, certificates in
      let transport = makeTransport(caFile: certificates.caFile)
      let sent = Counter()
      let stream = BodyStream(length: 50_000_000) {
        if sent.add() > 2 { try await Task.sleep(for: .seconds(3600)) }
        return [UInt8](repeating: 1, count: 1000)
      }
      let response = try await transport.send(TransportRequest(.put, "\(url)/refuse", body: .stream(stream)))
      #expect(response.status == 401)
    }
  }
}
