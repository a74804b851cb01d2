import AcrCore
import HTTPTypes

extension Reply {
  /// An error of Azure's resource manager.
  static func resourceManager(_ status: HTTPResponse.Status, _ code: String, _ message: String) -> Reply {
    Reply(status: status, json: ["error": ["code": .string(code), "message": .string(message)]])
  }
}
