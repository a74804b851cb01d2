import AcrCore

/// Takes the packages out of one of the formats.
struct PackageReading {
  var format: String
  var packages: [ListedPackage] = []
  var created: String?
  var tools: [String] = []

  // MARK: SPDX

  /// SPDX 2.2 and 2.3 (spdx.github.io/spdx-spec).
  init(spdx document: JSONValue) {
    format = (document["spdxVersion"]?.string ?? "SPDX").replacing("SPDX-", with: "SPDX ")
    let creation = document["creationInfo"]
    created = creation?["created"]?.string
    tools = (creation?["creators"]?.array ?? []).compactMap(\.string).filter { $0.hasPrefix("Tool: ") }
      .map { String($0.dropFirst(6)) }
    let listed = document["packages"]?.array ?? []
    // What the document describes is the image or folder itself, unless it describes all that it lists.
    var described = Set((document["documentDescribes"]?.array ?? []).compactMap(\.string))
    for relation in document["relationships"]?.array ?? [] {
      guard relation["spdxElementId"]?.string == "SPDXRef-DOCUMENT",
        relation["relationshipType"]?.string == "DESCRIBES",
        let target = relation["relatedSpdxElement"]?.string
      else { continue }
      described.insert(target)
    }
    let isAll = listed.allSatisfy { $0["SPDXID"]?.string.map { described.contains($0) } ?? false }
    for item in listed {
      guard let name = item["name"]?.string else { continue }
      if !isAll, let id = item["SPDXID"]?.string, described.contains(id) { continue }
      let references = item["externalRefs"]?.array ?? []
      let purl = references.first { $0["referenceType"]?.string == "purl" }?["referenceLocator"]?.string
      packages.append(
        ListedPackage(
          name: name, version: item["versionInfo"]?.string, type: item["primaryPackagePurpose"]?.string,
          license: Self.license(item["licenseConcluded"]) ?? Self.license(item["licenseDeclared"]), purl: purl))
    }
  }

  private static func license(_ value: JSONValue?) -> String? {
    guard let text = value?.string, !["", "NOASSERTION", "NONE"].contains(text) else { return nil }
    return text
  }

  /// SPDX 3: elements in a graph.
  init(spdx3 document: JSONValue) {
    let graph = document["@graph"]?.array ?? []
    let creation = graph.first { $0["type"]?.string == "CreationInfo" }
    format = "SPDX \(creation?["specVersion"]?.string ?? "3")"
    created = creation?["created"]?.string
    let roots = Set(
      graph.filter { ["software_Sbom", "SpdxDocument"].contains($0["type"]?.string ?? "") }
        .flatMap { ($0["rootElement"]?.array ?? []).compactMap(\.string) })
    let listed = graph.filter { $0["type"]?.string == "software_Package" }
    let isAll = listed.allSatisfy { $0["spdxId"]?.string.map { roots.contains($0) } ?? false }
    tools = graph.filter { $0["type"]?.string == "Tool" }.compactMap { $0["name"]?.string }
    for item in listed {
      guard let name = item["name"]?.string else { continue }
      if !isAll, let id = item["spdxId"]?.string, roots.contains(id) { continue }
      packages.append(
        ListedPackage(
          name: name, version: item["software_packageVersion"]?.string, type: item["software_primaryPurpose"]?.string,
          license: nil, purl: item["software_packageUrl"]?.string))
    }
  }

  // MARK: CycloneDX

  /// CycloneDX 1.x (cyclonedx.org/docs).
  init(cycloneDX document: JSONValue) {
    format = "CycloneDX \(document["specVersion"]?.string ?? "")"
    let metadata = document["metadata"]
    created = metadata?["timestamp"]?.string
    let tools = metadata?["tools"]
    let listed = tools?.array ?? tools?["components"]?.array ?? []
    self.tools = listed.compactMap { tool in
      guard let name = tool["name"]?.string else { return nil }
      return tool["version"]?.string.map { "\(name) \($0)" } ?? name
    }
    // Components in components are followed with an own stack.
    var waiting = (document["components"]?.array ?? []).reversed().map { ($0, 0) }
    while let (item, level) = waiting.popLast(), packages.count <= PackageList.mostPackages {
      if level < PackageList.mostLevels {
        waiting += (item["components"]?.array ?? []).reversed().map { ($0, level + 1) }
      }
      // Files are no packages.
      guard let name = item["name"]?.string, item["type"]?.string != "file" else { continue }
      let group = item["group"]?.string.flatMap { $0.isEmpty ? nil : $0 }
      packages.append(
        ListedPackage(
          name: group.map { "\($0)/\(name)" } ?? name, version: item["version"]?.string, type: item["type"]?.string,
          license: Self.licenses(item["licenses"]), purl: item["purl"]?.string))
    }
  }

  private static func licenses(_ value: JSONValue?) -> String? {
    let names = (value?.array ?? []).compactMap { item in
      item["expression"]?.string ?? item["license"]?["id"]?.string ?? item["license"]?["name"]?.string
    }
    return names.isEmpty ? nil : names.joined(separator: " AND ")
  }

  // MARK: syft

  init(syft document: JSONValue) {
    format = "syft \(document["schema"]?["version"]?.string ?? "")"
    if let tool = document["descriptor"], let name = tool["name"]?.string {
      tools = [tool["version"]?.string.map { "\(name) \($0)" } ?? name]
    }
    for item in document["artifacts"]?.array ?? [] {
      guard let name = item["name"]?.string else { continue }
      let licenses = (item["licenses"]?.array ?? []).compactMap { $0.string ?? $0["value"]?.string }
      packages.append(
        ListedPackage(
          name: name, version: item["version"]?.string, type: item["type"]?.string,
          license: licenses.isEmpty ? nil : licenses.joined(separator: " AND "), purl: item["purl"]?.string))
    }
  }
}
