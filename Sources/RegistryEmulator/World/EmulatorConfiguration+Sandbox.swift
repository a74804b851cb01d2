import AcrCore

extension EmulatorConfiguration {
  /// The world of `acrsh --sandbox`: the sample world, and the registries and images that the examples of the pages name.
  public static func sandboxWorld() throws(AcrError) -> EmulatorConfiguration {
    try EmulatorConfiguration(json: Array(try sandboxText().utf8))
  }

  /// The same as a JSON document.
  static func sandboxText() throws(AcrError) -> String {
    do throws(JSONError) {
      let sample = try JSONValue(parsing: Array(sample.utf8))
      return merged(sample, try JSONValue(parsing: Array(sandboxAdditions.utf8))).text
    } catch {
      throw AcrError(.usage, "the sandbox's world is not JSON: \(error.reason) at line \(error.line)")
    }
  }

  /// A value with what another one adds to it: members of objects are merged, objects of lists by their `name` or `host`,
  /// other items of lists are appended.
  private static func merged(_ base: JSONValue, _ more: JSONValue) -> JSONValue {
    switch (base, more) {
    case (.object(var members), .object(let others)):
      for other in others {
        if let index = members.firstIndex(where: { $0.name == other.name }) {
          members[index].value = merged(members[index].value, other.value)
        } else {
          members.append(other)
        }
      }
      return .object(members)
    case (.array(var items), .array(let others)):
      for other in others {
        let name = other["name"] ?? other["host"]
        if name != nil, let index = items.firstIndex(where: { ($0["name"] ?? $0["host"]) == name }) {
          items[index] = merged(items[index], other)
        } else {
          items.append(other)
        }
      }
      return .array(items)
    default: return more
    }
  }

  /// What the sandbox has beside the sample world.
  private static let sandboxAdditions = """
    {
      "registries": [
        {"name": "myregistry", "policies": {"softDeletePolicy": "enabled"},
         "roleAssignments": [{"principal": "11111111-2222-3333-4444-555555555555", "role": "Contributor"}],
         "tokens": [{"name": "builder", "password": "sample-password", "repositories": ["app"],
           "actions": ["pull", "metadata_read"]}],
         "images": ["app:1", "app:1.4", "app:latest", "app:pr-1", "base/alpine:3.19", "base/alpine:3.20",
           "dev/web:feature-a", "dev/web:latest"],
         "notarySigned": ["app:1.4"]}
      ],
      "sources": [
        {"host": "docker.io",
         "images": ["library/alpine:3.18", "library/alpine:3.19", "library/alpine:3.20", "library/alpine:latest"]},
        {"host": "ghcr.io", "images": ["contoso/app:1.4"], "signed": ["contoso/app:1.4"]},
        {"host": "localhost:5000", "open": true, "users": [{"name": "me", "password": "sample-password"}],
         "images": ["a:1.0", "a:1.1", "app:1.0", "app:1.1", "base/alpine:3.19", "base/alpine:3.20", "shop/api:1.0",
           "shop/api:1.1", "shop/web:1.0"],
         "signed": ["base/alpine:3.20"]},
        {"host": "localhost:5001", "open": true, "images": ["a:1.0", "a:2.0", "base/alpine:3.19"]},
        {"host": "old.example.com", "open": true, "images": ["shop/api:1.0", "shop/web:1.0"]},
        {"host": "new.example.com", "open": true},
        {"host": "registry.example", "open": true, "images": ["app:1.4"], "keySigned": ["app:1.4"]}
      ],
      "sites": [
        {"host": "api.example.com",
         "answers": {"/v1/status": {"state": "ok", "version": "1.4"}, "/v1/me": {"name": "sample", "admin": false}}},
        {"host": "hooks.example.com", "answers": {"/chat": {"ok": true}}}
      ]
    }
    """
}
