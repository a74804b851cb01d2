import AcrCore
import AcrHTTP
import AcrLanguage
import AcrRuntime
import HTTPTypes

/// `http get`: what a server answers.
struct HTTPGetCommand: Command {
  let session: CommandContext

  typealias Parameters = WebParameters

  let signature = Signature(
    "http get", summary: "Asks a web server, and gives its answer: JSON as data, anything else as text",
    description: """
      Through the same client as everything else: proxies, certificates, retries, redirects and limits. Nothing is sent but \
      what is given: no credentials of registries or of the account. Redirects to other hosts are followed only without \
      `--headers` and `--bearer`. A status of failure is an error, unless `--full`.
      """,
    group: .data,
    examples: [
      .init("A field of an answer", "http get https://api.example.com/v1/status | get state"),
      .init("With a token", "http get https://api.example.com/v1/me --bearer (secret env API_TOKEN)"),
    ],
    columns: .open(WebRequest.columns))

  func run(_ call: Call<WebParameters>) throws -> Output { try WebRequest(.get, call).send(session, call) }
}

/// `http post`: sends data to a server.
struct HTTPPostCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let web = WebParameters()
    let body = Flag<Value?>("body", help: "what to send (what comes from the pipe): data as JSON, a text as it is")
    let contentType = Flag<String?>("content-type", help: "the type of the body, where it is another one")
  }

  let signature = Signature(
    "http post", summary: "Sends data to a web server, and gives its answer",
    description: """
      As `http get`. The body comes from the pipe or from `--body`. A request that was sent is not sent again, so a broken \
      connection is an error. A dry run sends nothing.
      """,
    group: .data,
    examples: [
      .init("A message to a chat", "{text: \"images are mirrored\"} | http post https://hooks.example.com/chat")
    ],
    input: .optional, changes: true, columns: .open(WebRequest.columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    var request = try WebRequest(.post, call[\.web])
    let given = call[\.body] ?? .null
    let piped = try call.input?.collected() ?? .null
    guard given.isNull || piped.isNull else {
      throw ArgumentError(
        call.parameters.body, AcrError(.usage, "`http post` sends what comes from the pipe or `--body`, not both"))
    }
    let body = given.isNull ? piped : given
    let type: String
    switch body {
    case .null:
      request.body = []
      type = ""
    case .string(let text):
      request.body = Array(text.utf8)
      type = "text/plain; charset=utf-8"
    default:
      request.body = Array(try body.json().utf8)
      type = "application/json"
    }
    if let name = call[\.contentType] {
      guard name.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
        throw ArgumentError(call.parameters.contentType, AcrError(.usage, "this is not a media type"))
      }
      request.headers[.contentType] = name
    } else if request.headers[.contentType] == nil, !type.isEmpty {
      request.headers[.contentType] = type
    }
    if call.run.isDryRun {
      call.run.sink.message("dry run: would send \(request.body?.count ?? 0) bytes to `\(request.shownAddress)`")
      return .value(
        .record(Record(["dry_run": .bool(true), "url": .string(request.shownAddress)])))
    }
    return try request.send(session, call[\.web])
  }
}
