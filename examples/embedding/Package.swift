// swift-tools-version:6.2
import PackageDescription

let package = Package(
  name: "embedding",
  dependencies: [
    .package(name: "acrsh", path: "../..")
  ],
  targets: [
    .executableTarget(
      name: "Embedding",
      dependencies: [.product(name: "AcrScript", package: "acrsh")])
  ],
  swiftLanguageModes: [.v6]
)
