import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `blob show`: one blob, as data or as its exact bytes.
struct BlobShowCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let blob = Positional<String>("blob", help: "registry/repository@digest, or oci:PATH@digest", completer: .reference)
    let json = Switch("json", help: "fails unless it is a JSON document")
    let raw = Switch("raw", help: "gives the exact bytes")
  }

  let signature = Signature(
    "blob show",
    summary: "Shows a blob: a configuration, a statement, an SBOM, a layer",
    description: """
      A JSON document is given as data, other text as text, up to 8 MiB (`--limit document`). `--raw` gives the exact \
      bytes of any blob, whose digest is checked: to a file with `| save FILE`, or to a pipe.
      """,
    group: .registry,
    examples: [
      .init(
        "What a referrer holds",
        "blob show localhost:5000/base/alpine@sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
      .init(
        "A layer in a file",
        "blob show localhost:5000/base/alpine@sha256:214068cf6e86bfc07e8a44224711c722fe060f169fad60ae832949a1feda268f "
          + "--raw | save layer.tar.gz"),
    ])

  func run(_ call: Call<Parameters>) throws -> Output {
    guard !(call[\.raw] && call[\.json]) else {
      throw AcrError(.usage, "`--raw` and `--json` exclude each other", help: "`--raw` gives the bytes, `--json` data")
    }
    let artifact = try locate(call.parameters.blob) {
      let artifact = try session.store(ArtifactArgument(call[\.blob]), .pull)
      guard artifact.digest != nil else {
        throw AcrError(.usage, "this needs the digest of a blob", help: "HOST/REPOSITORY@sha256:…")
      }
      return artifact
    }
    guard let digest = artifact.digest else { return .nothing }
    let store = artifact.store
    let size = try Blocking.wait(call.run) { () async throws -> WireSize in
      guard let size = try await store.blobSize(digest) else {
        throw AcrError(
          .notFound, "`\(store.displayName)` has no blob \(digest)",
          help: "for a manifest: `manifest show \(store.displayName)@\(digest.short)…`")
      }
      return size
    }
    let descriptor = Descriptor(mediaType: "application/octet-stream", digest: digest, size: size)
    let blob = VerifiedBlob(descriptor, from: store, observer: { _ in })
    if call[\.raw] {
      let run = call.run
      return .bytes(ByteStream { try Blocking.wait(run) { try await blob.next() } })
    }
    guard size <= store.limits[.document] else {
      throw AcrError(
        .invalid, "the blob \(digest.short) has \(ByteCount.human(size)), which is too much to show",
        help: "`--raw` gives its bytes, for example `… --raw | save FILE`")
    }
    let bytes = try Blocking.wait(call.run) { try await blob.all() }
    do throws(JSONError) {
      return .value(try Value(json: bytes))
    } catch {
      if call[\.json] {
        throw AcrError(
          .invalid,
          "the blob \(digest.short) is not JSON: \(error.reason) (line \(error.line), column \(error.column))")
      }
    }
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw AcrError(
        .invalid, "the blob \(digest.short) is not text",
        help: "`--raw` gives its bytes, for example `… --raw | save FILE`")
    }
    return .value(.string(text))
  }
}
