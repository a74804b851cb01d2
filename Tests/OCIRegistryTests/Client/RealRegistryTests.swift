import AcrCore
import AcrHTTP
import Synchronization
import TestSupport
import Testing

@testable import OCIRegistry

/// Everything against Debian's docker-registry.
@Suite struct RealRegistryTests {
  /// A session with a transport of its own, which is shut down at the end.
  private func withSession<Result>(
    caFile: String? = nil, environment: [String: String] = [:], _ body: (RegistryClients) async throws -> Result
  ) async throws -> Result {
    let transport = CurlTransport(.init(userAgent: "acrsh-test", caFile: caFile, variable: { environment[$0] }))
    defer { transport.shutDown() }
    return try await body(
      RegistryClients(
        http: HTTPClient(transport: transport), credentials: CredentialStore(environment: environment)))
  }

  @Test func anImageGoesThereAndBack() async throws {
    try await withRegistryServer { server in
      try await withSession { session in
        let repository = try session.push(server.authority, "app/one")
        let image = try await Sample.image("hello").push(to: repository, tag: "v1")
        #expect(try await repository.digest(of: TagName("v1")) == image.manifest.digest)
        #expect(try await repository.digest(of: TagName("v2")) == nil)
        #expect(try await repository.manifest(.tag(TagName("v1"))) == image.manifest)
        #expect(try await repository.manifest(.digest(image.manifest.digest)) == image.manifest)
        #expect(try await repository.hasManifest(image.manifest.digest))
        #expect(try await repository.hasBlob(image.layer.digest))
        #expect(try await !repository.hasBlob(Digest.of([9])))
        #expect(try await repository.read(image.layer) == Array("hello".utf8))
        #expect(try await repository.read(image.layer, from: 2) == Array("llo".utf8))
        #expect(try await repository.read(image.layer, from: 5) == [])
        #expect(try await repository.blobSize(image.layer.digest) == WireSize(clamping: 5))
        #expect(try await repository.blobSize(Digest.of([9])) == nil)
        for range in [0..<5, 1..<3, 4..<5, 2..<2] as [Range<Int64>] {
          let part = try await repository.blob(image.layer, in: range)
          var bytes: [UInt8] = []
          while let piece = try await part.next() { bytes += piece }
          let wanted = Array("hello".utf8)[Int(range.lowerBound)..<Int(range.upperBound)]
          #expect(bytes == Array(wanted))
        }
        let model = try ImageManifest(image.manifest, name: "x")
        #expect(model.kind == .image)
        #expect(model.layers == [image.layer])
      }
    }
  }

  @Test func aSmallBlobCostsTwoRequests() async throws {
    try await withRegistryServer { server in
      try await withSession { session in
        let repository = try session.push(server.authority, "app")
        _ = try await repository.upload(Array("small".utf8))
        #expect(try await server.requestLog().map { "\($0.method) \($0.status)" } == ["POST 202", "PUT 201"])
      }
    }
  }

  @Test func aMountCostsOneRequest() async throws {
    try await withRegistryServer { server in
      try await withSession { session in
        let first = try session.push(server.authority, "first")
        let blob = try await first.upload(Array("shared".utf8))
        try await server.forgetRequests()
        let second = try session.push(server.authority, "second")
        let start = try await second.startUpload(blob, mountFrom: first.name)
        guard case .mounted = start else {
          Issue.record("the blob was not mounted")
          return
        }
        #expect(try await server.requestLog().map { "\($0.method) \($0.status)" } == ["POST 201"])
        #expect(try await second.hasBlob(blob.digest))
        // What the other repository does not have opens an upload in the same request.
        try await server.forgetRequests()
        let other = Sample.blob(Array("elsewhere".utf8))
        guard case .session(let upload) = try await second.startUpload(other, mountFrom: first.name) else {
          Issue.record("a blob that is nowhere was mounted")
          return
        }
        try await second.finish(upload, other, bytes: Array("elsewhere".utf8))
        #expect(try await server.requestLog().map { "\($0.method) \($0.status)" } == ["POST 202", "PUT 201"])
      }
    }
  }

  @Test func aLargeBlobIsStreamed() async throws {
    try await withRegistryServer { server in
      try await withSession { session in
        let repository = try session.push(server.authority, "app")
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 3) }
        let blob = Sample.blob(bytes)
        guard case .session(let upload) = try await repository.startUpload(blob, mountFrom: nil) else { return }
        let offset = Mutex(0)
        try await repository.finish(
          upload, blob,
          body: BlobBody(length: blob.size.bytes) {
            offset.withLock { offset in
              guard offset < bytes.count else { return nil }
              defer { offset += 500_000 }
              return Array(bytes[offset..<offset + 500_000])
            }
          })
        #expect(
          try await server.requestLog().map { "\($0.method) \($0.status)" } == ["POST 202", "PATCH 202", "PUT 201"])
        #expect(try await repository.read(blob) == bytes)
        #expect(try await repository.read(blob, from: 2_999_999) == [bytes[2_999_999]])
      }
    }
  }

  @Test func theRegistryRefusesTheWrongBytes() async throws {
    try await withRegistryServer { server in
      try await withSession { session in
        let repository = try session.push(server.authority, "app")
        let blob = Sample.blob(Array("right".utf8))
        guard case .session(let upload) = try await repository.startUpload(blob, mountFrom: nil) else { return }
        let error = await failure { try await repository.finish(upload, blob, bytes: Array("wrong".utf8)) }
        #expect(error?.kind == .invalid)
        #expect(error?.code == "DIGEST_INVALID")
        #expect(try await server.requestLog().count == 2)
        await repository.cancel(upload)
        let missing = await failure { try await repository.putManifest(Sample.manifest(blob, blob), as: .tag(.latest)) }
        #expect(missing?.kind == .invalid)
        #expect(missing?.code == "MANIFEST_BLOB_UNKNOWN")
        #expect(missing?.notes.contains { $0.contains(blob.digest.hex) } == true)
      }
    }
  }

  @Test func listsGoPageByPage() async throws {
    try await withRegistryServer { server in
      try await withSession { session in
        for name in ["a", "b/c", "d"] {
          let repository = try session.push(server.authority, name)
          _ = try await Sample.image(name).push(to: repository, tag: "t1")
        }
        var repository = try session.push(server.authority, "a")
        let image = try await repository.manifest(.tag(TagName("t1")))
        for tag in ["t2", "t3"] { try await repository.putManifest(image, as: .tag(TagName(tag))) }
        repository.pageSize = 2
        // This registry has no pages of tags, and no order of them.
        #expect(Set(try await repository.tagPages().all().map(\.name)) == ["t1", "t2", "t3"])
        let pages = try session.client(RegistryHost(server.authority)).catalog(pageSize: 2)
        #expect(try await pages.next()?.map(\.name) == ["a", "b/c"])
        #expect(try await pages.next()?.map(\.name) == ["d"])
        #expect(try await pages.next() == nil)
        #expect(try await pages.next() == nil)
      }
    }
  }

  @Test func missingThingsAreExplained() async throws {
    try await withRegistryServer { server in
      try await withSession { session in
        let repository = try session.push(server.authority, "app")
        let image = try await Sample.image("x").push(to: repository, tag: "3.20")
        try await repository.putManifest(image.manifest, as: .tag(TagName("latest")))
        let tag = await failure { try await repository.manifest(.tag(TagName("3.02"))) }
        #expect(tag?.kind == .notFound)
        #expect(tag?.message == "`\(server.authority)/app:3.02` does not exist")
        #expect(tag?.help == "did you mean `3.20`?")
        #expect(tag?.code == "MANIFEST_UNKNOWN")
        #expect(tag?.status == 404)
        #expect(tag?.target == server.authority)
        let other = try session.push(server.authority, "nothing")
        let unknown = await failure { try await other.manifest(.tag(.latest)) }
        #expect(unknown?.help?.contains("has no repository `nothing`") == true)
        let list = await failure { try await other.tagPages().all() }
        #expect(list?.message == "the repository `\(server.authority)/nothing` does not exist")
        #expect(list?.code == "NAME_UNKNOWN")
        let blob = await failure { try await repository.read(Sample.blob([1])) }
        #expect(blob?.kind == .notFound)
      }
    }
  }

  @Test func referrersUseTheFallbackTag() async throws {
    try await withRegistryServer { server in
      try await withSession { session in
        let repository = try session.push(server.authority, "app")
        let image = try await Sample.image("x").push(to: repository, tag: "v1")
        #expect(try await repository.referrers(of: image.manifest.digest) == [])
        let config = try await repository.upload(Array("{}".utf8))
        let signatures = (1...3).map { number in
          Sample.manifest(
            Descriptor(mediaType: MediaType.empty, digest: config.digest, size: config.size), image.layer,
            extra: [
              .init("artifactType", .string("application/x-\(number)")),
              .init("subject", ["digest": .string(image.manifest.digest.description), "size": 1, "mediaType": "x"]),
            ])
        }
        try await withThrowingTaskGroup { group in
          for signature in signatures {
            group.addTask { try await repository.putManifest(signature, as: .digest(signature.digest)) }
          }
          try await group.waitForAll()
        }
        try await repository.putManifest(signatures[0], as: .digest(signatures[0].digest))
        let found = try await repository.referrers(of: image.manifest.digest)
        #expect(Set(found.map(\.digest)) == Set(signatures.map(\.digest)))
        let second = try await repository.referrers(of: image.manifest.digest, artifactType: "application/x-2")
        #expect(second.map(\.digest) == [signatures[1].digest])
      }
    }
  }

  @Test func tlsIsFoundAndPasswordsAreUsed() async throws {
    try await withRegistryServer(.tlsWithPassword(user: "ann", password: "s3:cret")) { server in
      try await withSession(caFile: server.caFile) { session in
        let host = try RegistryHost(server.authority)
        let anonymous = await failure { try await session.checkLogin(host) }
        #expect(anonymous?.kind == .auth)
        #expect(anonymous?.help == "sign in with `acr login --name \(host)`")
        let wrong = await failure { try await session.login(host, .user("ann", password: Secret("no"))) }
        #expect(wrong?.message == "\(host) refused the password of the user `ann` from `acr login`")
        #expect(await session.credentials.list().isEmpty)
        try await session.login(host, .user("ann", password: Secret("s3:cret")))
        #expect(await session.credentials.list().map(\.userName) == ["ann"])
        try await session.checkLogin(host)
        let repository = try session.push(server.authority, "app")
        let image = try await Sample.image("hello").push(to: repository, tag: "v1")
        #expect(try await repository.read(image.layer) == Array("hello".utf8))
        #expect(await session.logout(host))
        #expect(await failure { try await session.checkLogin(host) }?.kind == .auth)
      }
    }
  }

  @Test func dockersConfigurationIsUsed() async throws {
    try await withRegistryServer(.tlsWithPassword(user: "ann", password: "secret")) { server in
      try await withTemporaryDirectory { directory in
        let auth = Base64.encode(Array("ann:secret".utf8))
        try directory.write(#"{"auths":{"https://\#(server.authority)/v2/":{"auth":"\#(auth)"}}}"#, to: "config.json")
        try await withSession(caFile: server.caFile, environment: ["DOCKER_CONFIG": directory.path]) { session in
          try await session.checkLogin(RegistryHost(server.authority))
        }
      }
    }
  }

  @Test func tokensAreAskedForOncePerRepository() async throws {
    try await withTokenServer(accounts: ["ann": .init(password: "secret")], anonymous: .pull) { tokens in
      try await withRegistryServer(.token(tokens)) { server in
        try await withSession { session in
          let host = try RegistryHost(server.authority)
          try await session.login(host, .user("ann", password: Secret("secret")))
          let first = try session.push(server.authority, "first")
          let image = try await Sample.image("hello").push(to: first, tag: "v1")
          _ = try await first.manifest(.tag(TagName("v1")))
          #expect(tokens.tokenRequests.count { $0.scopes == ["repository:first:pull,push"] } == 1)
          // The first answer 401 of this client was for `login`; its successor sees one more, and then none.
          #expect(try await server.requestLog().count { $0.status == 401 } == 2)
          let second = try session.push(server.authority, "second")
          guard case .mounted = try await second.startUpload(image.layer, mountFrom: first.name) else {
            Issue.record("the blob was not mounted")
            return
          }
          #expect(
            tokens.tokenRequests.last?.scopes == ["repository:first:pull", "repository:second:pull,push"])
          let names = try await session.client(host).catalog().all()
          #expect(names.map(\.name).contains("first"))
        }
        try await withSession { session in
          let reader = try session.repository(
            RegistryHost(server.authority), RepositoryName("first"), access: .pull)
          #expect(try await reader.tagPages().all().map(\.name) == ["v1"])
          let writer = try session.push(server.authority, "first")
          let error = await failure { try await writer.upload([1, 2, 3]) }
          #expect(error?.kind == .auth)
          #expect(error?.help == "sign in with `acr login --name \(server.authority)`")
        }
        try await withSession { session in
          let host = try RegistryHost(server.authority)
          let token = tokens.makeRefreshToken(for: "ann")
          try await session.login(host, .identityToken(Secret(token)))
          _ = try await session.push(server.authority, "third").upload([1])
          #expect(tokens.tokenRequests.last?.grantType == "refresh_token")
        }
      }
    }
  }

  @Test func skopeoReadsWhatWasPushed() async throws {
    try await withRegistryServer { server in
      try await withSession { session in
        let repository = try session.push(server.authority, "app")
        let image = try await Sample.image("x").push(to: repository, tag: "v1")
        let result = try await skopeo("inspect", "--tls-verify=false", "docker://\(server.authority)/app:v1")
        let json = try JSONValue(parsing: result.outputBytes)
        #expect(json["Digest"]?.string == image.manifest.digest.description)
      }
    }
  }
}
