import Foundation

// Runs acrsh's commands against registries that lie (docs/testing.md, "A lying registry"):
//   wire-soak [--first N] [--count N] [--seed N] [--jobs N] [--memory MIB] [--seconds S] [--skip N,N] [--verbose]
// Ends with 0 when nothing was wrong, 1 when a case failed, 3 when a case took too long or too much memory.

signal(SIGPIPE, SIG_IGN)
setenv("SOAK_SOURCE_PASSWORD", WireCase.sourceSecrets.password, 1)
setenv("SOAK_TARGET_PASSWORD", WireCase.targetSecrets.password, 1)
setenv("SOAK_CLIENT_SECRET", HonestAzure.clientSecret, 1)
var settings = Runner.Settings()
var arguments = CommandLine.arguments.dropFirst()
while let name = arguments.popFirst() {
  if name == "--verbose" {
    settings.isVerbose = true
    continue
  }
  let value = arguments.popFirst() ?? ""
  switch name {
  case "--first": settings.first = Int(value) ?? 0
  case "--count": settings.count = Int(value) ?? 0
  case "--seed": settings.seed = UInt64(value) ?? 0
  case "--jobs": settings.jobs = max(1, Int(value) ?? 1)
  case "--memory": settings.mostMemory = Int(value) ?? 0
  case "--seconds": settings.longest = Double(value) ?? 0
  case "--skip": settings.skipped = Set(value.split(separator: ",").compactMap { Int($0) })
  default:
    print("unknown option \(name)")
    exit(2)
  }
}
exit(Runner(settings).run())
