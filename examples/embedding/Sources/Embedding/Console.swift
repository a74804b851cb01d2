import AcrRuntime

/// Where the output of scripts goes: here to standard output.
struct Console: OutputSink {
  func show(_ output: Output, as format: OutputFormat?) throws {
    Swift.print(try output.collected().json())
  }

  func print(_ text: String) throws { Swift.print(text) }

  func message(_ text: String) { Swift.print("(\(text))") }
}
