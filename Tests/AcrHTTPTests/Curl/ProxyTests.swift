import AcrCore
import AcrHTTP
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ProxyTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let environment: [String: String]
    let isProxied: Bool
    var testDescription: String { "\(environment)" }
  }

  /// `PROXY` stands for the URL of the test's proxy.
  @Test(arguments: [
    Case(environment: ["http_proxy": "PROXY"], isProxied: true),
    Case(environment: ["HTTP_PROXY": "PROXY"], isProxied: false),
    Case(environment: ["ALL_PROXY": "PROXY"], isProxied: true),
    Case(environment: ["all_proxy": "PROXY"], isProxied: true),
    Case(environment: ["https_proxy": "PROXY"], isProxied: false),
    Case(environment: ["http_proxy": "PROXY", "NO_PROXY": "other.invalid,.registry.invalid"], isProxied: false),
    Case(environment: ["http_proxy": "PROXY", "no_proxy": "*"], isProxied: false),
    Case(environment: ["http_proxy": "PROXY", "no_proxy": "example.invalid"], isProxied: true),
  ])
  func theEnvironmentDecides(_ test: Case) async throws {
    try await withLoopbackServer { _ in
      .init(200)
    } _: { proxy in
      let environment = test.environment.mapValues { $0 == "PROXY" ? "http://me:SECRET@\(proxy.authority)" : $0 }
      let transport = makeTransport(insecureHosts: ["a.registry.invalid"], environment: environment)
      let error = await acrError {
        _ = try await transport.send(TransportRequest(.get, "http://a.registry.invalid/v2/?n=1"))
      }
      if test.isProxied {
        #expect(error == nil)
        let seen = try #require(proxy.requests.first)
        #expect(seen.target == "http://a.registry.invalid/v2/?n=1")
        #expect(seen.headers["proxy-authorization"] == "Basic bWU6U0VDUkVU")
      } else {
        #expect(error?.message == "could not resolve `a.registry.invalid`")
        #expect(proxy.requests.isEmpty)
      }
    }
  }

  @Test(arguments: ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
  func httpsGoesThroughATunnelAndARefusalIsNamedWithoutThePassword(_ name: String) async throws {
    try await withLoopbackServer { _ in
      .init(407, ["Proxy-Authenticate": "Basic"], text: "who?")
    } _: { proxy in
      let transport = makeTransport(environment: [name: "http://me:SECRET@\(proxy.authority)"])
      let error = await acrError {
        _ = try await transport.send(
          TransportRequest(.get, "https://registry.invalid/v2/", authorization: Secret("Bearer token")))
      }
      let seen = try #require(proxy.requests.first)
      #expect(seen.method == "CONNECT")
      #expect(seen.target == "registry.invalid:443")
      #expect(seen.headers["authorization"] == nil)
      #expect(error?.kind == .network)
      #expect(error?.message == "the proxy `\(proxy.authority)` answered 407 when asked for `registry.invalid`")
      #expect(!"\(String(describing: error))".contains("SECRET"))
    }
  }

  @Test func thisMachineIsNeverAskedThroughAProxy() async throws {
    let environment = ["http_proxy": "http://127.0.0.1:\(try FreePort.find())"]
    try await withLoopbackServer { _ in
      .init(200)
    } _: { server in
      let response = try await makeTransport(environment: environment).send(TransportRequest(.get, server.url))
      #expect(response.status == 200)
    }
  }

  @Test(arguments: [
    "http://me:SECRET@127.0.0.1:PORT", "foo://me:SECRET@127.0.0.1:PORT", "http://me:SECRET@nowhere.invalid:1",
  ])
  func aProxyThatCannotBeUsedIsNamedWithoutItsPassword(_ proxy: String) async throws {
    let url = proxy.replacing("PORT", with: "\(try FreePort.find())")
    let error = await acrError {
      _ = try await makeTransport(environment: ["https_proxy": url]).send(TransportRequest(.get, "https://r.invalid/"))
    }
    #expect(error?.kind == .network)
    #expect(error?.message.contains("the proxy `") == true)
    #expect(!"\(String(describing: error))".contains("SECRET"))
  }
}
