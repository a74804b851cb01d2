import AcrCore
import HTTPTypes
import OCIRegistry

extension Reply {
  /// An error of a registry (distribution-spec, "Error Codes").
  static func registry(
    _ status: HTTPResponse.Status, _ code: String, _ message: String, _ detail: JSONValue = .null
  ) -> Reply {
    Reply(
      status: status,
      json: ["errors": [["code": .string(code), "message": .string(message), "detail": detail]]])
  }

  /// Several errors about digests in one answer.
  static func registry(_ status: HTTPResponse.Status, _ errors: [(code: String, digest: Digest)]) -> Reply {
    let items = errors.map { code, digest -> JSONValue in
      [
        "code": .string(code), "message": "manifest blob unknown to registry",
        "detail": ["digest": .string(digest.description)],
      ]
    }
    return Reply(status: status, json: ["errors": .array(items)])
  }

  /// What Azure answers when a lock forbids something (aka.ms/acr/faq, "disallowed operation").
  static var disallowed: Reply {
    registry(
      .methodNotAllowed, "UNSUPPORTED",
      """
      The operation is disallowed on this registry, repository or image. View troubleshooting steps at \
      https://aka.ms/acr/faq/#why-does-my-pull-or-push-request-fail-with-disallowed-operation
      """)
  }

  /// 404 for a repository (recorded).
  static func unknown(_ name: RepositoryName) -> Reply {
    registry(.notFound, "NAME_UNKNOWN", "repository name not known to registry", ["name": .string(name.name)])
  }

  /// 404 for a manifest.
  static func unknown(_ selector: ManifestSelector, in name: RepositoryName) -> Reply {
    let member = if case .tag = selector { "Tag" } else { "Revision" }
    return registry(
      .notFound, "MANIFEST_UNKNOWN", "manifest \(selector) is not found",
      .object([.init("Name", .string(name.name)), .init(member, .string(selector.description))]))
  }

  /// What Azure answers for paths it does not know, such as one with an invalid name (recorded).
  static var notFoundText: Reply { Reply(status: .notFound, text: "404 page not found\n") }
}
