import AcrSystem
import AcrText
import AcrCore
import Dispatch

/// The program `acr-emulator`.
public enum EmulatorProgram {
  /// The version, the same as acrsh's.
  public static let version = "0.1.0"

  /// What `--help` prints.
  public static let help = """
    usage: acr-emulator [--config FILE] [--data FOLDER] [--port PORT | --ports FIRST] [--seed oci:PATH=REGISTRY/REPOSITORY]
                        [--sandbox] [--azure-names] [--log] [--stop-with-stdin]

    Microsoft Entra, IMDS, Azure's resource manager and container registries on 127.0.0.1. Prints one line of JSON with
    all addresses when they are ready, and runs until it gets SIGTERM or SIGINT, or POST /emulator/stop.

      --config FILE       the world, as JSON; without it the world of Microsoft's import article
      --sandbox           the world of `acrsh --sandbox`: the article's, and the registries that the examples of acrsh's pages name
      --print-config      prints the world of the article (with --sandbox that of the sandbox), as a start for your own
      --data FOLDER       keeps everything there; without it in a temporary folder that is removed at the end
      --port PORT         the port of the control services (default: a free one)
      --ports FIRST       the control services get this port, registries and sources those that follow, in their order
      --seed SEED         copies images of an OCI layout into a registry before it answers; may be given several times:
                          oci:PATH[:NAME]=REGISTRY/REPOSITORY[:TAG]
      --log               writes a line for each request to standard error, without queries and secrets
      --azure-names       the resource manager names registries by NAME.azurecr.io instead of 127.0.0.1:PORT
      --stop-with-stdin   stops when standard input ends, as it does with the program that started this one
      --version           prints the version

    """

  private struct Arguments {
    var configuration: String?
    var data: String?
    var port = 0
    var firstPort: Int?
    var seeds: [Seed] = []
    var logs = false
    var usesAzureNames = false
    var isSandbox = false
    var stopsWithInput = false
    var action = Action.run

    enum Action { case run, help, version, printConfiguration }
  }

  /// Runs the program with the process's arguments, and ends the process.
  public static func runAndExit() async -> Never {
    ProcessEnd.exit(await run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Runs the program.
  /// - Returns: the exit code: 0, 2 for wrong arguments, 1 for any other error.
  public static func run(_ arguments: [String]) async -> Int32 {
    do {
      let parsed = try parse(arguments)
      switch parsed.action {
      case .help: FileDescriptor.put(TerminalText(help), on: FileDescriptor.output)
      case .version: FileDescriptor.put("acr-emulator \(version)\n", on: FileDescriptor.output)
      case .printConfiguration:
        let world = parsed.isSandbox ? try EmulatorConfiguration.sandboxText() : EmulatorConfiguration.sample
        FileDescriptor.put("\(world)\n", on: FileDescriptor.output)
      case .run: try await serve(parsed)
      }
      return 0
    } catch let error as AcrError {
      FileDescriptor.put(
        "acr-emulator: \(error.message)\(error.help.map { "\n  \($0)" } ?? "")\n", on: FileDescriptor.error)
      return error.kind.exitCode
    } catch {
      FileDescriptor.put("acr-emulator: \(String(describing: error))\n", on: FileDescriptor.error)
      return 1
    }
  }

  private static func parse(_ arguments: [String]) throws(AcrError) -> Arguments {
    var parsed = Arguments()
    var rest = arguments[...]
    func value(_ name: String) throws(AcrError) -> String {
      guard let value = rest.popFirst() else { throw AcrError(.usage, "`\(name)` needs a value") }
      return value
    }
    while let argument = rest.popFirst() {
      switch argument {
      case "--config": parsed.configuration = try value(argument)
      case "--data": parsed.data = try value(argument)
      case "--port": parsed.port = try port(try value(argument), from: 0)
      case "--ports": parsed.firstPort = try port(try value(argument), from: 1)
      case "--seed": parsed.seeds.append(try Seed(try value(argument)))
      case "--log": parsed.logs = true
      case "--sandbox": parsed.isSandbox = true
      case "--azure-names": parsed.usesAzureNames = true
      case "--stop-with-stdin": parsed.stopsWithInput = true
      case "--print-config": parsed.action = .printConfiguration
      case "--version": parsed.action = .version
      case "--help", "-h": parsed.action = .help
      default: throw AcrError(.usage, "`\(argument)` is not known", help: "acr-emulator --help lists what is")
      }
    }
    guard parsed.firstPort == nil || parsed.port == 0 else {
      throw AcrError(
        .usage, "`--port` and `--ports` exclude each other", help: "--ports gives the control services its first")
    }
    guard !parsed.isSandbox || parsed.configuration == nil else {
      throw AcrError(.usage, "`--sandbox` and `--config` exclude each other", help: "each of them is a whole world")
    }
    return parsed
  }

  private static func port(_ text: String, from least: Int) throws(AcrError) -> Int {
    guard let port = Int(text), (least...65_535).contains(port) else {
      throw AcrError(.usage, "`\(text)` is not a port from \(least) to 65535")
    }
    return port
  }

  private static func serve(_ arguments: Arguments) async throws {
    ProcessEnd.ignoreBrokenPipes()
    let configuration =
      if let path = arguments.configuration { try EmulatorConfiguration(json: try DiskFile.read(path)) } else {
        try arguments.isSandbox ? EmulatorConfiguration.sandboxWorld() : EmulatorConfiguration.sampleWorld()
      }
    let folder = try arguments.data.map(absoluteFolder) ?? temporaryFolder()
    var options = Emulator.Options(
      configuration: configuration, folder: folder, port: arguments.port, usesAzureNames: arguments.usesAzureNames)
    options.firstPort = arguments.firstPort
    options.seeds = arguments.seeds
    if arguments.logs { options.log = { FileDescriptor.put("\($0)\n", on: FileDescriptor.error) } }
    let emulator: Emulator
    do {
      emulator = try await Emulator.start(options)
    } catch {
      if arguments.data == nil { DiskFile.removeFolder(folder) }
      throw error
    }
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    let sources = [ProcessEnd.termination, ProcessEnd.interrupt].map { number in
      ProcessEnd.ignore(number)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { end.yield() }
      source.resume()
      return source
    }
    if arguments.stopsWithInput { watchInput { end.yield() } }
    let asked = Task {
      await emulator.waitForStopRequest()
      end.yield()
    }
    FileDescriptor.put("\(emulator.endpoints.text)\n", on: FileDescriptor.output)
    for await _ in ends { break }
    asked.cancel()
    for source in sources { source.cancel() }
    await emulator.stop()
    if arguments.data == nil { DiskFile.removeFolder(folder) }
  }

  /// Calls `onEnd` when standard input ends, from a thread that waits for it.
  private static func watchInput(_ onEnd: @escaping @Sendable () -> Void) {
    DispatchQueue(label: "standard input").async {
      while true {
        if case .bytes = FileDescriptor.read(FileDescriptor.input, upTo: 1) { continue }
        onEnd()
        return
      }
    }
  }

  /// The folder by its whole path: the addresses of files that the program prints hold wherever they are read.
  private static func absoluteFolder(_ path: String) throws(AcrError) -> String {
    try DiskFile.makeFolder(path)
    return FileSystem.resolved(path) ?? path
  }

  private static func temporaryFolder() throws(AcrError) -> String {
    let path = "\(ProcessInformation.variable("TMPDIR") ?? "/tmp")/acr-emulator-\(UUIDText.random())"
    try DiskFile.makeFolder(path)
    return path
  }
}
