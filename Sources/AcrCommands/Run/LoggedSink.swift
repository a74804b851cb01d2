import AcrRuntime

/// Sends the messages of a command to its log. Standard error gets them too, unless the log is there.
struct LoggedSink: OutputSink {
  let sink: any OutputSink
  let log: RunLog

  func show(_ output: Output, as format: OutputFormat?) throws { try sink.show(output, as: format) }
  func place(as format: OutputFormat?) -> ShownPlace? { sink.place(as: format) }
  func print(_ text: String) throws { try sink.print(text) }
  func printRaw(_ text: String, toErrors: Bool) throws { try sink.printRaw(text, toErrors: toErrors) }
  func message(_ text: String) {
    log.note(text)
    if !log.isOnStandardError { sink.message(text) }
  }
}
