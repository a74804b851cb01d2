import AcrCore

/// A package that an SBOM lists.
public struct ListedPackage: Sendable, Equatable, Hashable {
  /// Its name; with its group in front where CycloneDX has one.
  public let name: String
  /// Its version; nil where none is told.
  public let version: String?
  /// The kind of package by its purl (`apk`, `deb`, `npm`, …), or what the document calls it.
  public let type: String?
  /// Its license, or an expression of several; nil where it is unknown.
  public let license: String?
  /// The package URL.
  public let purl: String?

  init(name: String, version: String?, type: String?, license: String?, purl: String?) {
    self.name = name
    self.version = version.flatMap { $0.isEmpty ? nil : $0 }
    self.type = purl.flatMap(ListedPackage.type(ofPURL:)) ?? type?.lowercased()
    self.license = license
    self.purl = purl
  }

  /// `apk` of `pkg:apk/alpine/musl@1.2.5`.
  private static func type(ofPURL purl: String) -> String? {
    guard purl.hasPrefix("pkg:") else { return nil }
    let type = purl.dropFirst(4).drop { $0 == "/" }.prefix { $0 != "/" && $0 != "@" && $0 != "?" }
    return type.isEmpty ? nil : type.lowercased()
  }
}

/// The packages of an SBOM: SPDX 2 and 3, CycloneDX, or syft's own format, as JSON.
public struct PackageList: Sendable, Equatable {
  /// The format with its version, for example `SPDX 2.3`.
  public let format: String
  /// The packages by name and version, without what the document is about.
  public let packages: [ListedPackage]
  /// When it was made, as the document says.
  public let created: String?
  /// The tools that made it.
  public let tools: [String]

  /// Most packages that are read of one document.
  public static let mostPackages = 500_000
  /// Components inside of components.
  static let mostLevels = 32

  /// Reads a document.
  /// - Parameter place: what it is, for messages: `the SBOM sha256:…`.
  /// - Throws: ``AcrError`` of kind `invalid` for what is none of the formats.
  public init(_ document: JSONValue, in place: String) throws(AcrError) {
    var reading: PackageReading
    if document["spdxVersion"]?.string != nil {
      reading = PackageReading(spdx: document)
    } else if document["@graph"]?.array != nil {
      reading = PackageReading(spdx3: document)
    } else if document["bomFormat"]?.string == "CycloneDX" {
      reading = PackageReading(cycloneDX: document)
    } else if document["artifacts"]?.array != nil, document["schema"] != nil {
      reading = PackageReading(syft: document)
    } else if document.string != nil {
      throw AcrError(
        .invalid, "\(place) is a text, and only SPDX, CycloneDX and syft documents in JSON can be read",
        help: "`blob show` shows it")
    } else {
      throw AcrError(
        .invalid, "\(place) is neither SPDX nor CycloneDX: it has no `spdxVersion`, `@graph` or `bomFormat`",
        help: "`blob show` shows it")
    }
    guard reading.packages.count <= PackageList.mostPackages else {
      throw AcrError(
        .invalid, "\(place) lists more than \(PackageList.mostPackages) packages",
        help: "`blob show --raw` gives its bytes")
    }
    format = reading.format
    created = reading.created
    tools = reading.tools
    var seen: Set<ListedPackage> = []
    packages = reading.packages.filter { seen.insert($0).inserted }.sorted {
      ($0.name, $0.version ?? "", $0.purl ?? "") < ($1.name, $1.version ?? "", $1.purl ?? "")
    }
  }
}
