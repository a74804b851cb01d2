import AcrCore
import Foundation
import TestSupport

/// The program `acr-emulator`, running for one test.
struct EmulatorProcess: Sendable {
  private let program: RunningProgram
  /// The line that it printed.
  let endpoints: JSONValue

  /// Two registries without images, and nothing else: quick to start.
  static let smallWorld = """
    {
      "tenants": [{"id": "t-1", "name": "Small", "domain": "small.example"}],
      "users": [{"name": "owner@small.example", "password": "secret", "tenant": "t-1", "objectId": "o-1"}],
      "subscriptions": [{"id": "s-1", "name": "Small subscription", "tenant": "t-1"}],
      "registries": [
        {"name": "first", "subscription": "s-1", "resourceGroup": "group", "anonymousPull": true,
         "tokens": [
           {"name": "all", "password": "secret", "actions": ["pull", "push", "delete", "metadata_read", "metadata_write"]},
           {"name": "reader", "password": "secret", "repositories": ["app"]}],
         "roleAssignments": [{"principal": "owner@small.example", "role": "Owner"}]},
        {"name": "second", "subscription": "s-1", "resourceGroup": "group", "redirectBlobs": true, "adminUserEnabled": true,
         "roleAssignments": [{"principal": "owner@small.example", "role": "Owner"}]}
      ],
      "operations": {"seconds": 0, "retryAfter": 1}
    }
    """

  /// Starts the program.
  /// - Parameter world: its configuration; nil for the sample world.
  init(data: String, world: String? = nil) async throws {
    var arguments = ["--data", data]
    if let world {
      try Data(world.utf8).write(to: URL(fileURLWithPath: "\(data).json"))
      arguments += ["--config", "\(data).json"]
    }
    program = try Program(try BuiltProducts.executable("acr-emulator"), arguments).start()
    let isReady = try await program.waitForOutput(within: .seconds(60)) { output, _ in output.contains("\n") }
    guard isReady else {
      program.stop()
      throw TestSupportError("the emulator did not start: \(program.errorOutput)")
    }
    endpoints = try JSONValue(parsing: Array(program.output.utf8))
  }

  /// The process's id.
  var identifier: Int32 { program.identifier }

  /// Ends it at once, without any chance to tidy up.
  func kill() async throws {
    program.send(SIGKILL)
    guard try await program.wait(timeout: .seconds(60)) != nil else { throw TestSupportError("SIGKILL did not end it") }
  }

  /// Ends it as a service manager does, and says how it went.
  func terminate() async throws -> ProgramResult? {
    program.send(SIGTERM)
    return try await program.wait(timeout: .seconds(60))
  }

  /// Ends it if it still runs.
  func stop() { program.stop() }

  /// The address of a registry or source.
  func address(_ name: String) throws -> String {
    guard let address = (endpoints["registries"]?[name] ?? endpoints["sources"]?[name])?.string else {
      throw TestSupportError("there is no registry \(name)")
    }
    return address
  }

  /// A member of the printed line that is a text.
  func endpoint(_ name: String) throws -> String {
    guard let text = endpoints[name]?.string else { throw TestSupportError("the line has no member \(name)") }
    return text
  }

  /// A client of a registry or source.
  func registry(_ name: String) throws -> LoopbackClient { try LoopbackClient(authority: address(name)) }

  /// A client of the control services.
  func control() throws -> LoopbackClient { try LoopbackClient(authority: endpoint("control")) }

  // MARK: Azure

  /// Asks Entra for a token.
  func token(tenant: String = "72f988bf-0000-0000-0000-000000000001", _ form: [String: String]) async throws
    -> LoopbackClient.Answer
  {
    try await control().post("/\(tenant)/oauth2/v2.0/token", form: form)
  }

  /// An access token of the sample world's service principal for the resource manager.
  func managementToken() async throws -> String {
    let answer = try await token([
      "grant_type": "client_credentials", "client_id": "11111111-2222-3333-4444-555555555555",
      "client_secret": "sample-password", "scope": "https://management.core.windows.net//.default",
    ])
    return try answer.string("access_token")
  }

  /// A request to the resource manager.
  func manage(
    _ method: String, _ path: String, token: String, body: JSONValue? = nil, version: String = "2025-11-01"
  ) async throws -> LoopbackClient.Answer {
    let mark = path.contains("?") ? "&" : "?"
    return try await control().send(
      method, "\(path)\(mark)api-version=\(version)",
      headers: ["Authorization": "Bearer \(token)", "Content-Type": "application/json"],
      body: body.map { Array($0.text.utf8) })
  }

  /// The emulator's own interface.
  @discardableResult
  func admin(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> LoopbackClient.Answer {
    let answer = try await control().send(method, "/emulator/\(path)", body: body.map { Array($0.text.utf8) })
    guard answer.status < 300 else { throw TestSupportError("\(path): \(answer.status) \(answer.text)") }
    return answer
  }
}

/// Runs a body with an emulator that is stopped afterwards.
func withEmulator<Result>(
  world: String? = EmulatorProcess.smallWorld, _ body: (EmulatorProcess) async throws -> Result
) async throws -> Result {
  try await withTemporaryDirectory { directory in
    let emulator = try await EmulatorProcess(data: directory.path("data"), world: world)
    defer { emulator.stop() }
    return try await body(emulator)
  }
}

/// Credentials of the small world's account that may do everything.
let everything: HeaderFields = ["Authorization": "Basic \(Base64.encode(Array("all:secret".utf8)))"]

/// Reads a whole image with skopeo, every platform of it, and checks each blob and manifest.
func verifyImage(_ name: String, at address: String, credentials: String) async throws {
  try await withTemporaryDirectory { directory in
    let layout = directory.path("layout")
    try await Program(
      "skopeo",
      [
        "--insecure-policy", "copy", "--all", "--src-tls-verify=false", "--src-creds", credentials,
        "docker://\(address)/\(name)", "oci:\(layout):copy",
      ]
    ).succeed()
    _ = try await RegistryContent.verify(layout: layout, reference: "copy")
  }
}

extension LoopbackClient {
  /// Sends a form.
  func post(_ path: String, form: [String: String]) async throws -> Answer {
    let allowed = CharacterSet.alphanumerics
    let pairs = form.map { "\($0)=\($1.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")" }
    return try await send(
      "POST", path, headers: ["Content-Type": "application/x-www-form-urlencoded"],
      body: Array(pairs.joined(separator: "&").utf8))
  }

  /// Uploads a blob in one request.
  @discardableResult
  func putBlob(_ bytes: [UInt8], in name: String, headers: HeaderFields = everything) async throws -> String {
    let digest = sha256(bytes)
    let answer = try await send("POST", "/v2/\(name)/blobs/uploads/?digest=\(digest)", headers: headers, body: bytes)
    guard answer.status == 201 else { throw TestSupportError("the upload: \(answer.status) \(answer.text)") }
    return digest
  }

  /// Uploads an image of one layer.
  /// - Returns: the manifest's digest.
  @discardableResult
  func putImage(
    _ name: String, _ reference: String, layer: String = "layer", subject: JSONValue? = nil,
    artifactType: String? = nil, headers: HeaderFields = everything
  ) async throws -> String {
    let config = Array(#"{"architecture":"amd64","os":"linux"}"#.utf8)
    let content = Array(layer.utf8)
    let (configDigest, layerDigest) = (try await putBlob(config, in: name), try await putBlob(content, in: name))
    let document = imageManifest(
      config: (configDigest, config.count), layer: (layerDigest, content.count), subject: subject,
      artifactType: artifactType)
    let answer = try await putManifest(name, reference, document, headers: headers)
    guard answer.status == 201 else { throw TestSupportError("the manifest: \(answer.status) \(answer.text)") }
    return sha256(Array(document.text.utf8))
  }

  /// Sends a manifest.
  func putManifest(
    _ name: String, _ reference: String, _ document: JSONValue, headers: HeaderFields = everything
  ) async throws -> Answer {
    var fields = headers
    fields["Content-Type"] = MediaType.ociManifest
    return try await send("PUT", "/v2/\(name)/manifests/\(reference)", headers: fields, body: Array(document.text.utf8))
  }
}

/// An image manifest with one layer.
func imageManifest(
  config: (digest: String, size: Int), layer: (digest: String, size: Int), subject: JSONValue? = nil,
  artifactType: String? = nil
) -> JSONValue {
  var members: [JSONValue.Member] = [.init("schemaVersion", 2), .init("mediaType", .string(MediaType.ociManifest))]
  if let artifactType { members.append(.init("artifactType", .string(artifactType))) }
  members += [
    .init(
      "config",
      [
        "mediaType": .string(MediaType.ociConfig), "digest": .string(config.digest),
        "size": .integer(Int64(config.size)),
      ]),
    .init(
      "layers",
      [
        [
          "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": .string(layer.digest),
          "size": .integer(Int64(layer.size)),
        ]
      ]),
  ]
  if let subject { members.append(.init("subject", subject)) }
  return .object(members)
}

extension LoopbackClient.Answer {
  /// The body as JSON.
  var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }

  /// A member of the body that is a text.
  func string(_ name: String) throws -> String {
    guard let value = json[name]?.string else { throw TestSupportError("no `\(name)` in \(status) \(text)") }
    return value
  }

  /// The code of a registry's first error.
  var errorCode: String? { json["errors"]?.array?.first?["code"]?.string }
}
