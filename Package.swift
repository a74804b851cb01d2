// swift-tools-version:6.2
import PackageDescription

/// Every module says its own name in one line of docs/architecture.md; arrows here go down only.
let package = Package(
  name: "acrsh",
  products: [
    .executable(name: "acrsh", targets: ["acrsh"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
  ],
  targets: [
    .target(name: "CEditline", linkerSettings: [.linkedLibrary("edit")]),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "AcrCore"),
    .target(
      name: "AcrHTTP",
      dependencies: ["AcrCore", "CCurl", .product(name: "HTTPTypes", package: "swift-http-types")]),
    .target(
      name: "OCIRegistry",
      dependencies: ["AcrCore", "AcrHTTP", .product(name: "Crypto", package: "swift-crypto")]),
    .target(
      name: "AzureIdentity",
      dependencies: [
        "AcrCore", "AcrHTTP",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
      ]),
    .target(name: "ImportCore", dependencies: ["AcrCore", "AcrHTTP", "OCIRegistry"]),
    .target(name: "AcrLanguage"),
    .target(name: "AcrRuntime", dependencies: ["AcrCore", "AcrLanguage"]),
    .target(name: "AcrCommands", dependencies: ["AcrRuntime", "ImportCore", "OCIRegistry", "AcrHTTP"]),
    .target(
      name: "AcrShell",
      dependencies: [
        "AcrCommands", "AcrLanguage", "AcrCore", "CEditline",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "acrsh", dependencies: ["AcrShell"]),

    .target(
      name: "TestSupport",
      dependencies: ["AcrCore", .product(name: "Crypto", package: "swift-crypto")],
      path: "Tests/TestSupport"),
    .testTarget(name: "TestSupportTests", dependencies: ["TestSupport", "AcrCore"]),
    .testTarget(name: "AcrCoreTests", dependencies: ["AcrCore"]),
    .testTarget(name: "AcrHTTPTests", dependencies: ["AcrHTTP", "TestSupport"]),
    .testTarget(name: "OCIRegistryTests", dependencies: ["OCIRegistry", "TestSupport"]),
    .testTarget(
      name: "AzureIdentityTests",
      dependencies: [
        "AzureIdentity", "TestSupport",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ]),
    .testTarget(name: "ImportCoreTests", dependencies: ["ImportCore", "TestSupport"]),
    .testTarget(name: "AcrLanguageTests", dependencies: ["AcrLanguage"]),
    .testTarget(name: "AcrRuntimeTests", dependencies: ["AcrRuntime"]),
    .executableTarget(name: "prompt-probe", dependencies: ["AcrShell"], path: "Tests/PromptProbe"),
    .testTarget(name: "AcrShellTests", dependencies: ["AcrShell", "prompt-probe", "TestSupport"]),
    .testTarget(name: "ProgramTests", dependencies: ["acrsh", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)

// `scripts/check` and `scripts/test` set this: a warning in our own code is then an error.
if Context.environment["ACRSH_STRICT"] != nil {
  for target in package.targets where target.type != .system && !target.name.hasPrefix("C") {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
  }
}
