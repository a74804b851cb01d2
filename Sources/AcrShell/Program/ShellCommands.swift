import AcrRuntime

/// The commands of the shell itself, for those who need every command's signature and run none.
package enum ShellCommands {
  /// New ones, which know no history and nothing to explain.
  package static var all: [any Command] {
    [HelpCommand(), VersionCommand(), HistoryCommand(), PromptCommand(), AbbreviationCommand()] + ScreenCommands.all
  }
}
