import AcrCore
import AcrLanguage
import Testing

@testable import AcrRuntime

/// What declarations make of a signature, and what commands read through them.
@Suite("Parameters")
struct ParameterTests {
  struct Common: ParameterSet {
    let yes = Switch("yes", short: "y", help: "does not ask")
  }

  struct All: ParameterSet {
    let source = Positional<String>("source", help: "s")
    let count = Positional<Int64>("count", default: 3, help: "c")
    let others = Rest<Value>("others", help: "o")
    let name = Flag<String?>("name", short: "n", help: "n")
    let wanted = Flag<String>("wanted", help: "w")
    let jobs = Flag<Int64>("jobs", default: 4, help: "j")
    let wait = Flag<Duration>("wait", default: .seconds(90), help: "w")
    let image = Flag<[String]>("image", defaultText: "as it is", help: "i")
    let locked = Flag<Bool?>("locked", help: "l")
    let password = Flag<Secret?>("password", help: "p")
    let largest = Flag<WireSize?>("largest", help: "l")
    let common = Common()
    let settings = ["a", "b"].map { Flag<String?>("setting-\($0)", help: $0) }
  }

  @Test("the signature has them in the order of their declarations")
  func signature() {
    let signature = TestCommand(Signature("all", summary: "", group: .data), All.self) { _ in .nothing }
      .declaredSignature
    #expect(signature.positionals.map(\.name) == ["source", "count", "others"])
    #expect(signature.positionals.map(\.isRequired) == [true, false, false])
    #expect(signature.positionals.map(\.isRest) == [false, false, true])
    #expect(
      signature.flags.map(\.name) == [
        "name", "wanted", "jobs", "wait", "image", "locked", "password", "largest", "yes", "setting-a", "setting-b",
      ])
    let types: [ValueType?] = [
      .string, .string, .int, .duration, .string, .bool, .secret, .size, nil, .string, .string,
    ]
    #expect(signature.flags.map(\.type) == types)
    #expect(signature.flags.filter(\.isRequired).map(\.name) == ["wanted"])
    #expect(signature.flags.filter(\.isRepeatable).map(\.name) == ["image"])
    #expect(signature.flags.compactMap(\.defaultText) == ["4", "1m30s", "as it is"])
  }

  /// What a line makes of the parameters.
  private func read(_ line: String, _ body: @escaping @Sendable (Call<All>) -> String) -> [String] {
    let command = TestCommand(Signature("all", summary: "", group: .data), All.self) { .value(.string(body($0))) }
    return run(line, commands: [command]).lines
  }

  @Test("what is left out is its default, nil, or an empty list")
  func defaults() {
    let text = read("all x --wanted w") {
      "\($0[\.source]) \($0[\.count]) \($0[\.others].count) \($0[\.name] ?? "none") \($0[\.wanted]) \($0[\.jobs]) "
        + "\($0[\.wait]) \($0[\.image]) \($0[\.locked] == nil) \($0[\.common][\.yes]) \($0[\.settings[1]] ?? "none")"
    }
    #expect(text == [#""x 3 0 none w 4 90.0 seconds [] true false none""#])
  }

  @Test("what is given has its type")
  func given() {
    let text = read(
      "all x 5 y [1] --name n --wanted w --jobs 2 --wait 1s --image a --image b --locked false -y --setting-b s "
        + "--largest 2KB --password p"
    ) {
      "\($0[\.count]) \($0[\.others].count) \($0[\.name] ?? "none") \($0[\.jobs]) \($0[\.wait]) \($0[\.image]) "
        + "\($0[\.locked] == false) \($0[\.common][\.yes]) \($0[\.settings[1]] ?? "none") "
        + "\($0[\.largest]?.bytes ?? 0) \($0[\.password]?.reveal() ?? "none")"
    }
    #expect(text == [#""5 2 n 2 1.0 seconds [\"a\", \"b\"] true true s 2000 p""#])
  }

  @Test("null is as if it were left out; a switch that is off and an empty list are not given")
  func isGiven() {
    let names = read("let no = null\nall x --wanted w --name $no --locked false --yes=false --image b") { call in
      call.parameters.declarations.filter(call.isGiven).map(\.name).joined(separator: " ")
    }
    #expect(names == [#""source wanted image locked""#])
  }

  @Test("other values stand in for some, and the input is gone")
  func replacing() {
    let text = read("all x --wanted w --name n --image a") { call in
      let other = call.replacing([(call.parameters.name, nil), (call.parameters.source, .string("z"))])
      return "\(other[\.source]) \(other[\.name] ?? "none") \(other[\.image]) \(other.input == nil)"
    }
    #expect(text == [#""z none [\"a\"] true""#])
  }

  @Test("an error points at the argument of its parameter")
  func errors() {
    let command = TestCommand(Signature("all", summary: "", group: .data), All.self) { call in
      throw ArgumentError(call.parameters.jobs, AcrError(.usage, "too many"))
    }
    let error = run("all x --wanted w --jobs 9", commands: [command]).error
    #expect(error.map(Ending.text) == "usage: too many [9]")
  }
}
