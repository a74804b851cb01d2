import AcrCore
import AcrDocuments
import AcrLanguage
import AcrRuntime
import OCIRegistry

/// The YAML of `skopeo sync --src yaml`: hosts, with repositories and their tags below them.
extension MirrorFile {
  private static let hostKeys = [
    "images", "images-by-tag-regex", "images-by-semver", "credentials", "tls-verify", "cert-dir",
  ]

  init(skopeo reader: DocumentReader, _ context: Context) {
    self.init(form: .skopeo)
    guard case .mapping(let hosts) = reader.document.root.content else { return }
    var targets: [String: String] = [:]
    for host in hosts {
      do throws(AcrError) {
        _ = try RegistryHost(host.key)
      } catch {
        reader.report(error.message, at: host.keySpan, help: error.help)
        continue
      }
      guard let fields = reader.fields(host.value, of: "a registry", known: Self.hostKeys) else { continue }
      readAccess(host.key, fields, reader, context)
      for (repository, set, span) in Self.sets(host.key, fields, reader) {
        let source = "\(host.key)/\(repository)"
        var entry = MirrorEntry(
          kind: .repository, source: source, target: "", tagSets: set.map { [$0] } ?? [], span: span)
        if let problem = MirrorPlace.problem(source, .repository, isTarget: false) {
          reader.report(problem.message, at: span, help: problem.help)
          continue
        }
        if let target = context.target {
          if context.isScoped, host.key.contains(":") {
            reader.report(
              "a name in a registry cannot hold the port of `\(host.key)`", at: host.keySpan,
              help: "leave --scoped out, or write entries with targets of their own")
            break
          }
          entry.target = Self.joined(
            target, context.isScoped ? source : repository.split(separator: "/").last.map(String.init) ?? repository)
          if let other = targets.updateValue(source, forKey: entry.target), other != source {
            reader.report(
              "`\(source)` and `\(other)` would both become `\(entry.target)`", at: span,
              help: "--scoped keeps the whole names of the sources")
          }
        }
        entries.append(entry)
      }
    }
  }

  /// The repositories of a host, each with its tags; nil for all of them.
  private static func sets(
    _ host: String, _ fields: DocumentFields, _ reader: DocumentReader
  ) -> [(String, MirrorTagSet?, Span)] {
    var found: [(String, MirrorTagSet?, Span)] = []
    func entries(_ key: String) -> [DocumentNode.Entry] {
      guard let node = fields.node(key) else { return [] }
      guard case .mapping(let entries) = node.content else {
        reader.report("`\(key)` is a mapping of repositories", at: node.span, help: "such as `\(key): {alpine: …}`")
        return []
      }
      return entries
    }
    let images = entries("images")
    let inner = images.isEmpty ? nil : fields.fields("images", of: "`images`", known: images.map(\.key))
    for entry in images {
      guard let inner else { break }
      var set = MirrorTagSet()
      for (text, span) in inner.textNodes(entry.key) {
        if text.hasPrefix("sha256:") || text.hasPrefix("sha512:") {
          reader.warn(
            "an image by its digest, without a tag, is not mirrored", at: span,
            help: "import \(host)/\(entry.key)@\(text) --name TARGET --repository NAME")
        } else if (try? TagName(text)) == nil {
          reader.report("`\(text)` is no tag", at: span)
        } else {
          set.exact.append(text)
        }
      }
      let isEmpty = inner.textNodes(entry.key).isEmpty
      if isEmpty || !set.exact.isEmpty { found.append((entry.key, isEmpty ? nil : set, entry.keySpan)) }
    }
    for entry in entries("images-by-tag-regex") {
      guard let text = scalar(entry, reader) else { continue }
      add(MirrorTagSet(patterns: ["/\(text)/"]), entry, reader, &found)
    }
    for entry in entries("images-by-semver") {
      guard let text = scalar(entry, reader) else { continue }
      // Its commas mean `and`, as spaces do here.
      add(MirrorTagSet(versions: [range(text)]), entry, reader, &found)
    }
    return found
  }

  private static func add(
    _ set: MirrorTagSet, _ entry: DocumentNode.Entry, _ reader: DocumentReader,
    _ found: inout [(String, MirrorTagSet?, Span)]
  ) {
    do throws(AcrError) {
      _ = try set.test()
      found.append((entry.key, set, entry.keySpan))
    } catch {
      reader.report(error.message, at: entry.value.span, help: error.help)
    }
  }

  private static func scalar(_ entry: DocumentNode.Entry, _ reader: DocumentReader) -> String? {
    guard case .scalar(let text, _) = entry.value.content, !text.isEmpty else {
      reader.report("`\(entry.key)` is a text", at: entry.keySpan)
      return nil
    }
    return text
  }

  private mutating func readAccess(
    _ host: String, _ fields: DocumentFields, _ reader: DocumentReader, _ context: Context
  ) {
    if let access = fields.fields("credentials", of: "`credentials`", known: ["username", "password"]),
      let user = access.text("username")
    {
      users[host] = user
      if context.readsSecrets, let password = access.text("password") {
        credentials[host] = .user(user, password: Secret(password))
      }
    }
    if fields.bool("tls-verify") == false, let node = fields.node("tls-verify") {
      reader.warn(
        "`tls-verify: false` is not followed: the certificate of `\(host)` is checked", at: node.span,
        help: "`acrsh --insecure-registry \(host)`, or its authority with `acrsh --ca-file`")
    }
    if let node = fields.node("cert-dir") {
      reader.warn("`cert-dir` is not read", at: node.span, help: "an authority of your own: `acrsh --ca-file FILE`")
    }
  }
}
