// swift-tools-version:6.2
import PackageDescription

/// Every module says its own name in one line of docs/architecture.md; arrows here go down only.
let package = Package(
  name: "acrsh",
  products: [
    .executable(name: "acrsh", targets: ["acrsh"]),
    // docs/embedding.md says what is in them. No module exports another one: each is imported by name.
    .library(name: "AcrScript", targets: ["AcrCore", "AcrLanguage", "AcrRuntime"]),
    .library(
      name: "AcrRegistry",
      targets: ["AcrCore", "AcrHTTP", "OCIRegistry", "AzureIdentity", "AzureRegistry", "ImportCore"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.19.0"),
    // For the emulator only; acrsh itself does not link it.
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
  ],
  targets: [
    .target(name: "CEditline", linkerSettings: [.linkedLibrary("edit")]),
    .target(name: "CTLS", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CCompression", linkerSettings: [.linkedLibrary("z"), .linkedLibrary("zstd")]),
    .target(name: "AcrText"),
    .target(name: "AcrCore", dependencies: ["AcrText"]),
    .target(name: "CPlatform"),
    .target(name: "AcrSystem", dependencies: ["AcrCore", "AcrText", "CPlatform"]),
    .target(
      name: "AcrConcurrency", dependencies: [.product(name: "DequeModule", package: "swift-collections")]),
    .target(
      name: "AcrHTTP",
      dependencies: [
        "AcrConcurrency", "AcrCore", "AcrSystem", "CCurl", .product(name: "HTTPTypes", package: "swift-http-types"),
      ]),
    .target(
      name: "OCIRegistry",
      dependencies: [
        "AcrConcurrency", "AcrCore", "AcrHTTP", "AcrSystem", "AcrText",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .target(
      name: "AzureIdentity",
      dependencies: [
        "AcrConcurrency", "AcrCore", "AcrHTTP", "AcrSystem",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
      ]),
    .target(
      name: "AzureRegistry",
      dependencies: [
        "AcrConcurrency", "AcrCore", "AcrHTTP", "AcrSystem", "AcrText", "AzureIdentity", "OCIRegistry",
        .product(name: "HTTPTypes", package: "swift-http-types"),
      ]),
    .target(
      name: "ImportCore",
      dependencies: ["AcrConcurrency", "AcrCore", "AcrHTTP", "AcrSystem", "AzureRegistry", "OCIRegistry"]),
    .target(
      name: "ArtifactTrust",
      dependencies: [
        "AcrConcurrency", "AcrCore", "AcrSystem", "AcrText", "OCIRegistry",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
        .product(name: "X509", package: "swift-certificates"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
      ]),
    .target(
      name: "ImageContents",
      dependencies: [
        "AcrConcurrency", "AcrCore", "AcrHTTP", "AcrSystem", "AcrText", "CCompression", "OCIRegistry",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .target(name: "AcrLanguage", dependencies: ["AcrText"]),
    .target(name: "CYAML", linkerSettings: [.linkedLibrary("yaml")]),
    .target(name: "AcrDocuments", dependencies: ["AcrCore", "AcrLanguage", "AcrText", "CYAML"]),
    .target(
      name: "AcrRuntime",
      dependencies: [
        "AcrCore", "AcrLanguage", "AcrSystem", "AcrText", .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .target(
      name: "AcrCommands",
      dependencies: [
        "AcrConcurrency", "AcrDocuments", "AcrRuntime", "AcrSystem", "ArtifactTrust", "AzureIdentity", "AzureRegistry",
        "ImageContents", "ImportCore", "OCIRegistry", "AcrHTTP",
        .product(name: "HTTPTypes", package: "swift-http-types"),
      ]),
    .target(
      name: "AcrShell",
      dependencies: [
        "AcrCommands", "AzureIdentity", "AcrLanguage", "AcrCore", "AcrSystem", "AcrText", "CEditline",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "acrsh", dependencies: ["AcrShell"]),

    .target(
      name: "RegistryEmulator",
      dependencies: [
        "AcrCore", "AcrHTTP", "AcrText", "CTLS", "OCIRegistry", "ImportCore",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
        .product(name: "X509", package: "swift-certificates"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .executableTarget(name: "acr-emulator", dependencies: ["RegistryEmulator"]),

    .target(
      name: "TestSupport",
      dependencies: ["AcrCore", .product(name: "Crypto", package: "swift-crypto")],
      path: "Tests/TestSupport"),
    .target(
      name: "CommandCatalog",
      dependencies: ["AcrShell", "AcrCommands", "AcrRuntime", "AcrLanguage", "AcrHTTP", "OCIRegistry", "AcrCore"],
      path: "Tests/CommandCatalog"),
    .testTarget(name: "TestSupportTests", dependencies: ["TestSupport", "AcrCore"]),
    .testTarget(name: "AcrCoreTests", dependencies: ["AcrCore", "AcrSystem", "AcrText", "TestSupport"]),
    .testTarget(name: "AcrConcurrencyTests", dependencies: ["AcrConcurrency"]),
    .testTarget(name: "AcrSystemTests", dependencies: ["AcrSystem", "AcrCore", "TestSupport"]),
    .testTarget(name: "AcrHTTPTests", dependencies: ["AcrHTTP", "TestSupport"]),
    .testTarget(name: "OCIRegistryTests", dependencies: ["OCIRegistry", "TestSupport"]),
    .testTarget(
      name: "AzureIdentityTests",
      dependencies: [
        "AzureIdentity", "TestSupport",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ]),
    .testTarget(
      name: "AzureRegistryTests",
      dependencies: ["AzureRegistry", "ImportCore", "acr-emulator", "TestSupport"]),
    .testTarget(
      name: "RegistryEmulatorTests",
      dependencies: [
        "RegistryEmulator", "acr-emulator", "TestSupport", "AcrCore",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .testTarget(name: "ImportCoreTests", dependencies: ["ImportCore", "TestSupport"]),
    .testTarget(
      name: "ArtifactTrustTests",
      dependencies: [
        "ArtifactTrust", "AcrCore", "AcrSystem", "TestSupport", .product(name: "Crypto", package: "swift-crypto"),
      ],
      exclude: ["Vectors"]),
    .testTarget(name: "ImageContentsTests", dependencies: ["ImageContents", "OCIRegistry", "AcrCore", "TestSupport"]),
    .testTarget(name: "AcrDocumentsTests", dependencies: ["AcrDocuments", "AcrLanguage", "AcrCore"]),
    .testTarget(name: "AcrLanguageTests", dependencies: ["AcrLanguage", "AcrRuntime", "AcrText", "CommandCatalog"]),
    .testTarget(
      name: "AcrCommandsTests",
      dependencies: [
        "AcrCommands", "AcrShell", "AcrRuntime", "AcrLanguage", "AcrHTTP", "AcrCore", "OCIRegistry", "CommandCatalog",
        "ArtifactTrust",
        "AcrDocuments", "ImportCore", "TestSupport", "acr-emulator",
      ], exclude: ["Transcripts"]),
    .testTarget(
      name: "AcrRuntimeTests", dependencies: ["AcrRuntime", "AcrSystem", "AcrText", "limits-probe", "TestSupport"]),
    // The example of docs/embedding.md, which is a package of its own, built here from the same files.
    .executableTarget(
      name: "acr-embedding", dependencies: ["AcrCore", "AcrLanguage", "AcrRuntime"],
      path: "examples/embedding/Sources/Embedding"),
    .testTarget(name: "EmbeddingTests", dependencies: ["acr-embedding", "TestSupport"]),
    .executableTarget(
      name: "limits-probe", dependencies: ["AcrCore", "AcrLanguage", "AcrRuntime", "AcrSystem"],
      path: "Tests/LimitsProbe"),
    .testTarget(name: "TranscriptTests", dependencies: ["AcrRuntime", "AcrText", "AcrCommands", "CommandCatalog"]),
    .executableTarget(name: "prompt-probe", dependencies: ["AcrShell"], path: "Tests/PromptProbe"),
    .executableTarget(
      name: "wire-soak",
      dependencies: [
        "AcrCommands", "AcrRuntime", "AcrLanguage", "AzureIdentity", "OCIRegistry", "AcrHTTP", "AcrCore", "TestSupport",
      ],
      path: "Tests/WireSoak"),
    // Built alone, so that the address sanitizer needs few modules: scripts/soak-layers and scripts/soak-trust.
    .executableTarget(
      name: "reader-soak", dependencies: ["AcrCore", "ArtifactTrust", "ImageContents", "OCIRegistry", "TestSupport"],
      path: "Tests/ReaderSoak"),
    .testTarget(
      name: "AcrShellTests", dependencies: ["AcrShell", "CommandCatalog", "prompt-probe", "TestSupport"]),
    .testTarget(name: "ProgramTests", dependencies: ["acrsh", "acr-emulator", "wire-soak", "AcrCore", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)

// `scripts/check` and `scripts/test` set this: a warning in our own code is then an error.
if Context.environment["ACRSH_STRICT"] != nil {
  for target in package.targets where target.type != .system && !target.name.hasPrefix("C") {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
  }
}

// `scripts/build` sets this: the programs alone, without what only tests need, so that one call builds both.
if Context.environment["ACRSH_PROGRAMS"] != nil {
  package.targets.removeAll {
    $0.type == .test || ["TestSupport", "CommandCatalog", "prompt-probe", "wire-soak", "reader-soak"].contains($0.name)
  }
}

// `scripts/sanitize` sets this to the names of test targets: the others, and what only they need, are not built then.
if let suites = Context.environment["ACRSH_SUITES"].map({ $0.split(separator: " ").map(String.init) }) {
  package.targets.removeAll { target in
    (target.type == .test && !suites.contains(target.name))
      || [
        "RegistryEmulator", "acr-emulator", "prompt-probe", "wire-soak", "reader-soak", "acrsh", "AcrShell",
        "CEditline",
        "CommandCatalog",
      ]
      .contains(target.name)
  }
  package.products = []
}
