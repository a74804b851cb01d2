import AcrCore
import AcrSystem
import HTTPTypes

extension Reply {
  /// An error of Microsoft Entra in its documented form (learn, "Microsoft Entra authentication error codes").
  static func entra(
    _ code: Int64, _ error: String, _ text: String, _ call: HTTPCall, status: HTTPResponse.Status = .badRequest
  ) -> Reply {
    let now = Timestamp(seconds: Timestamp.now().seconds).description.replacing("T", with: " ")
    let correlation = call.header("client-request-id") ?? call.id
    let description =
      "AADSTS\(code): \(text) Trace ID: \(call.id) Correlation ID: \(correlation) Timestamp: \(now)"
    return Reply(
      status: status, headers: [.cacheControl: "no-store, no-cache"],
      json: [
        "error": .string(error), "error_description": .string(description), "error_codes": [.integer(code)],
        "timestamp": .string(now), "trace_id": .string(call.id), "correlation_id": .string(correlation),
        "error_uri": .string("https://login.microsoftonline.com/error?code=\(code)"),
      ])
  }
}
