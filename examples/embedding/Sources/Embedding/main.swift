import AcrCore
import AcrLanguage
import AcrRuntime

let warehouse = Warehouse()
let session = Session(
  commands: [Stock(warehouse: warehouse), Take(warehouse: warehouse)],
  capabilities: .computing)

/// Checks a script and runs it within limits.
func run(_ name: String, _ text: String, limits: RunLimits = .standard) {
  let check = Checker.check(source: Source(name: name, text: text), catalog: session.catalog)
  if !check.diagnostics.isEmpty { print(DiagnosticPrinter().text(of: check.diagnostics).rendered) }
  guard let script = check.script else { return }
  switch session.run(script, in: RunContext(sink: Console(), limits: limits)) {
  case .finished: print("\(name) has finished")
  case .exited(let code): print("\(name) has ended with \(code)")
  case .failed(let error) where error.error.kind == .limit:
    print("\(name) was stopped: \(error.error.message)")
  case .failed(let error): print(DiagnosticPrinter().text(of: [error.diagnostic]).rendered)
  }
}

run(
  "order.acr",
  """
  for item in (stock | where .count > 0) {
    let left = take ${item.name} --count 10
    print "${item.name}: ${left} left"
  }
  """)

run("endless.acr", "var n = 0\nwhile true { $n += 1 }", limits: RunLimits(steps: 100_000))

run("mistake.acr", "stock | where .count > 0 | sort-by count --dsc\nopen /etc/passwd")

run("empty.acr", "take washer")
