import AcrSystem
import AcrCore
import AcrLanguage

/// `secret env`: a secret from the environment.
struct SecretEnv: Command {
  struct Parameters: ParameterSet {
    let name = Positional<String>("name", help: "the variable's name")
  }

  let signature = Signature(
    "secret env", summary: "Reads a secret from an environment variable",
    group: .secrets,
    examples: [.init("A password", "let password = secret env HOME")])

  func run(_ call: Call<Parameters>) throws -> Output {
    let name = call[\.name]
    guard let text = call.run.host.environment[name] else {
      throw ArgumentError(call.parameters.name, AcrError(.notFound, "there is no environment variable `\(name)`"))
    }
    return .value(.secret(Secret(text)))
  }
}

/// `secret file`: a secret from a file.
struct SecretFile: Command {
  struct Parameters: ParameterSet {
    let path = Positional<String>("path", help: "the file", completer: .file)
  }

  let signature = Signature(
    "secret file", summary: "Reads a secret from a file (the trailing newline is removed)",
    group: .secrets,
    examples: [.init("A password", "let password = secret file password.txt")])

  func run(_ call: Call<Parameters>) throws -> Output {
    let path = call[\.path]
    do throws(AcrError) {
      guard
        var text = String(
          validating: try FileSystem.read(
            try call.run.host.path(path), .anything, isStopped: { call.run.isInterrupted }), as: UTF8.self)
      else {
        throw AcrError(.invalid, "`\(path)` is not UTF-8 text")
      }
      if text.last?.isNewline == true { text.removeLast() }
      return .value(.secret(Secret(text)))
    } catch {
      throw ArgumentError(call.parameters.path, error)
    }
  }
}

/// `secret prompt`: a secret typed by the person at the terminal.
struct SecretPrompt: Command {
  struct Parameters: ParameterSet {
    let text = Positional<String>("text", help: "what to ask for")
  }

  let signature = Signature(
    "secret prompt", summary: "Asks for a secret without showing it",
    group: .secrets,
    examples: [.init("A password", "let password = secret prompt \"Password\"")])

  func run(_ call: Call<Parameters>) throws -> Output {
    let text = call[\.text]
    guard call.run.isInteractive, let prompter = call.run.prompter else {
      throw AcrError(
        .usage, "no terminal to ask \"\(text)\"", help: "`secret env` and `secret file` work without a terminal")
    }
    return .value(.secret(try prompter.secret(text)))
  }
}
