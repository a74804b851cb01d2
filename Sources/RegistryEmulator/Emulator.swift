import AcrCore

/// Microsoft Entra, the instance metadata service, Azure's resource manager and container registries on this machine's
/// loopback interface, with the registries outside of Azure that the article imports from. Everything is kept on the disk.
public struct Emulator: Sendable {
  /// How an emulator is started.
  public struct Options: Sendable {
    /// The world.
    public var configuration: EmulatorConfiguration
    /// The folder where everything is kept; it is made when it is missing.
    public var folder: String
    /// The port of Entra, IMDS, the resource manager and the emulator's own interface; 0 for a free one.
    public var port: Int
    /// True when the resource manager names registries by `NAME.azurecr.io`, which clients must then find at their
    /// addresses by other means (curl's `--connect-to`); false for `127.0.0.1:PORT`, which every client reaches.
    public var usesAzureNames: Bool
    /// The first of a row of ports: the control services get it, registries and sources those that follow in the order of
    /// the configuration, unless it gives them one. Nil for free ports.
    public var firstPort: Int?
    /// Images that registries have before they answer.
    public var seeds: [Seed] = []
    /// Takes one line for each request; nil for no log.
    public var log: (@Sendable (String) -> Void)?

    /// Creates options.
    public init(
      configuration: EmulatorConfiguration, folder: String, port: Int = 0, usesAzureNames: Bool = false
    ) {
      self.configuration = configuration
      self.folder = folder
      self.port = port
      self.usesAzureNames = usesAzureNames
    }
  }

  private let world: World
  private let control: Listener
  private let listeners: [Listener]
  private let certificates: Certificates
  private let trustedRoot: String
  private let stopRequests: AsyncStream<Void>

  /// Starts an emulator: makes the sample images that are missing and opens all ports.
  /// - Throws: ``AcrError``: `network` for a port that is taken, `server` for a folder that cannot be written.
  public static func start(_ options: Options) async throws -> Emulator {
    let keys = "\(options.folder)/keys"
    try DiskFile.makeFolder(keys)
    var configuration = options.configuration
    let certificates = try Certificates(
      folder: keys,
      hosts: configuration.registries.flatMap(\.hosts).map { String($0.prefix { $0 != ":" }) }.filter {
        $0 != "localhost"
      }
        + configuration.sites.map(\.host) + Emulator.azureHosts + EntraService.signInHosts)
    for index in configuration.servicePrincipals.indices {
      configuration.servicePrincipals[index].certificates.append(certificates.principalCertificate)
    }
    let registries = try configuration.registries.map {
      try EmulatedRegistry(
        $0, folder: "\(options.folder)/registries/\($0.name)", usesAzureNames: options.usesAzureNames)
    }
    let trustedRoot = "\(keys)/trusted_root.json"
    // Kept images keep their signatures, and with them the root that vouches for them.
    let signer = DiskFile.isThere(trustedRoot) ? nil : try SampleSigner()
    for registry in registries { try await fill(registry, signer) }
    for seed in options.seeds { try await seed.fill(registries) }
    if let signer { try DiskFile.replace(trustedRoot, with: try await signer.trustedRoot(), isDurable: false) }
    let world = World(
      configuration: configuration, key: try SigningKey(keptAt: "\(keys)/tokens.pem"), registries: registries)
    let (stopRequests, requestStop) = AsyncStream.makeStream(of: Void.self)
    let services = makeServices(world, log: RequestLog(options.log)) { requestStop.yield() }
    var listeners: [Listener] = []
    for (index, registry) in registries.enumerated() {
      let own = registry.configuration.port
      let port = own == 0 ? options.firstPort.map { $0 + 1 + index } ?? 0 : own
      guard port <= 65_535 else {
        throw AcrError(.usage, "the port \(port) of `\(registry.name)` is none", help: "begin with a smaller --ports")
      }
      let listener = try await Listener.open(
        port: port, tls: certificates.tls,
        service: RequestRouter(registry: registry, services: services))
      registry.port = listener.port
      listeners.append(listener)
    }
    let control = try await Listener.open(
      port: options.firstPort ?? options.port, tls: certificates.tls,
      service: RequestRouter(registry: nil, services: services))
    let emulator = Emulator(
      world: world, control: control, listeners: listeners, certificates: certificates, trustedRoot: trustedRoot,
      stopRequests: stopRequests)
    await services.log.setReady(emulator.endpoints)
    return emulator
  }

  /// The names of Azure's own services, for clients that are led here under them.
  private static let azureHosts = [
    "management.azure.com", "management.usgovcloudapi.net", "management.chinacloudapi.cn", "auth.docker.io",
  ]

  private static func fill(_ registry: EmulatedRegistry, _ signer: SampleSigner?) async throws {
    let samples = SampleImages(store: registry.store)
    try await registry.store.withoutSynchronizing {
      for image in registry.configuration.images { try await samples.make(image) }
      if let signer {
        for image in registry.configuration.signed { try await samples.sign(image, by: signer) }
        for image in registry.configuration.keySigned { try await samples.signWithKey(image) }
        for image in registry.configuration.notarySigned { try await samples.signWithNotation(image) }
      }
    }
  }

  private static func makeServices(
    _ world: World, log: RequestLog, stop: @escaping @Sendable () -> Void
  ) -> Services {
    let devices = DeviceCodes(approver: world.configuration.users.first?.objectID)
    let imports = ImportOperations(worker: DirectImportWorker(), settings: world.configuration.operations)
    let entra = EntraService(world: world, devices: devices)
    let faults = FaultPlan()
    return Services(
      world: world, entra: entra, managedIdentities: ManagedIdentityService(world: world, entra: entra),
      resourceManager: ResourceManagerService(
        world: world, imports: imports, budget: RequestBudget(), upstreams: Upstreams(world.configuration.upstreams)),
      admin: AdminService(
        world: world, devices: devices, imports: imports, faults: faults, log: log, stop: stop),
      faults: faults, log: log)
  }

  /// Where everything is, for the line that the program prints: see docs for its members.
  public var endpoints: JSONValue {
    let origin = "http://\(control.authority)"
    let secure = "https://\(control.authority)"
    let tenant = world.configuration.tenants.first?.id ?? "common"
    let registries = world.registries.filter { $0.configuration.azure != nil }
    let sources = world.registries.filter { $0.configuration.azure == nil }
    return [
      "control": .string(control.authority), "authority": .string(secure), "tenant": .string(tenant),
      "resourceManager": .string("\(secure)/"), "imds": .string(origin),
      "identityEndpoint": .string(origin + ManagedIdentityService.appServicePath),
      "identityHeader": .string(ManagedIdentityService.appServiceSecret), "admin": .string("\(origin)/emulator"),
      "certificateAuthority": .string(certificates.authorityPath),
      "principalCertificate": .string(certificates.principalPath), "trustedRoot": .string(trustedRoot),
      "registries": .object(registries.map { .init($0.name, .string($0.address)) }),
      "sources": .object(sources.map { .init($0.name, .string($0.address)) }),
    ]
  }

  /// Waits until somebody asks the emulator, by its own interface, to stop.
  public func waitForStopRequest() async {
    for await _ in stopRequests { return }
  }

  /// Ends requests in progress and closes all ports.
  public func stop() async {
    await withTaskGroup(of: Void.self) { group in
      for listener in listeners + [control] { group.addTask { await listener.close() } }
    }
  }
}
