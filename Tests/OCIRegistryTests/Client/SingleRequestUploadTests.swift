import AcrCore
import AcrHTTP
import TestSupport
import Testing

@testable import OCIRegistry

/// Blobs in the request that opens the upload (distribution-spec, "Single POST").
@Suite("Uploads in one request", .timeLimit(.minutes(2))) struct SingleRequestUploadTests {
  private let bytes = Array("a small blob".utf8)

  private var descriptor: Descriptor {
    Descriptor(mediaType: MediaType.ociConfig, digest: .of(bytes), size: WireSize(clamping: bytes.count))
  }

  private func repository(_ server: LoopbackServer) throws -> RegistryRepository {
    let client = RegistryClient(
      host: try RegistryHost(server.authority), http: makeHTTPClient(CurlTransport(.init(userAgent: "test")))
    ) { FoundCredentials(.anonymous, origin: nil) }
    return RegistryRepository(client: client, name: try RepositoryName("app"), access: .push)
  }

  @Test func aRegistryThatTakesItGetsEachSoAndSaysWhatItStored() async throws {
    let digest = descriptor.digest
    let server = try LoopbackServer { _ in
      .init(201, ["Location": "/v2/app/blobs/\(digest)", "Docker-Content-Digest": "\(digest)"], text: "")
    }
    defer { server.stop() }
    let repository = try repository(server)
    for _ in 0..<2 {
      #expect(repository.beginsSendingAtOnce())
      guard case .mounted = try await repository.sendAtOnce(descriptor, bytes: bytes) else {
        Issue.record("it was not taken")
        return
      }
    }
    #expect(server.requests.map(\.method) == ["POST", "POST"])
    #expect(server.requests.allSatisfy { $0.target.contains("digest=sha256%3A") && $0.body == bytes })
  }

  @Test func aRegistryWithoutItGoesOnAsUsualAndIsNotAskedAgain() async throws {
    let server = try LoopbackServer { _ in .init(202, ["Location": "/v2/app/blobs/uploads/1"], text: "") }
    defer { server.stop() }
    let repository = try repository(server)
    #expect(repository.beginsSendingAtOnce())
    #expect(!repository.beginsSendingAtOnce(), "one finds out, and the others do not wait for it")
    guard case .session(let upload) = try await repository.sendAtOnce(descriptor, bytes: bytes) else {
      Issue.record("the upload is open")
      return
    }
    #expect(upload.location.hasSuffix("/v2/app/blobs/uploads/1"))
    #expect(!repository.beginsSendingAtOnce())
  }

  /// 201 may also mean something else, and a registry may stumble over bytes that it does not expect.
  @Test(arguments: [201, 400, 404, 405, 413, 500, 501]) func anyOtherAnswerMeansTheUsualWay(status: Int) async throws {
    let server = try LoopbackServer { _ in
      .init(status, ["Docker-Content-Digest": "sha256:" + String(repeating: "0", count: 64)], text: "")
    }
    defer { server.stop() }
    let repository = try repository(server)
    #expect(repository.beginsSendingAtOnce())
    let start = try await repository.sendAtOnce(descriptor, bytes: bytes)
    #expect(start.map { _ in true } == nil)
    #expect(!repository.beginsSendingAtOnce())
    #expect(server.requests.count == 1)
  }
}
