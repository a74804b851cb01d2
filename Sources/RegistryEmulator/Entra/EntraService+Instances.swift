import AcrCore
import HTTPTypes

extension EntraService {
  /// The hosts of one cloud's sign-in, the first of them the one to ask.
  private struct Cloud {
    let cache: String
    let hosts: [String]

    /// As an entry of the answer.
    var json: JSONValue {
      [
        "preferred_network": .string(hosts[0]), "preferred_cache": .string(cache),
        "aliases": .array(hosts.map(JSONValue.string)),
      ]
    }
  }

  /// The clouds that Entra names, with their hosts.
  private static let clouds = [
    Cloud(
      cache: "login.windows.net",
      hosts: ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"]),
    Cloud(
      cache: "login.partner.microsoftonline.cn", hosts: ["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"]),
    Cloud(cache: "login.microsoftonline.us", hosts: ["login.microsoftonline.us", "login.usgovcloudapi.net"]),
  ]

  /// Every host of ``clouds``: the emulator's certificate is good for them.
  static var signInHosts: [String] { clouds.flatMap(\.hosts) }

  /// `/common/discovery/instance?authorization_endpoint=https://HOST/TENANT/…`: whether an authority is one of Entra's, and
  /// which hosts are the same. The emulator's own addresses are each an authority of their own.
  func instances(_ call: HTTPCall) throws -> Reply {
    guard let asked = call.query["authorization_endpoint"] else {
      throw ErrorReply(
        .entra(
          900_144, "invalid_request",
          "The request body must contain the following parameter: 'authorization_endpoint'.", call))
    }
    let parts = asked.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 4, ["https:", "http:"].contains(parts[0].lowercased()), parts[1].isEmpty,
      let tenant = parts[3].split(separator: "/").first
    else { throw ErrorReply(unknownInstance(call)) }
    let host = parts[2].lowercased()
    var clouds = EntraService.clouds
    if !clouds.contains(where: { $0.hosts.contains(host) }) {
      guard host == call.authority || host.hasPrefix("127.0.0.1:") || host.hasPrefix("localhost:") else {
        throw ErrorReply(unknownInstance(call))
      }
      clouds.append(Cloud(cache: host, hosts: [host]))
    }
    return Reply(
      json: [
        "tenant_discovery_endpoint": .string(
          "\(parts[0].lowercased())//\(host)/\(tenant)/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1", "metadata": .array(clouds.map(\.json)),
      ])
  }

  private func unknownInstance(_ call: HTTPCall) -> Reply {
    .entra(50_049, "invalid_instance", "Unknown or invalid instance.", call)
  }
}
