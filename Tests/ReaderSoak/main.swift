import AcrCore
import ArtifactTrust
import Foundation

// Feeds changed input to the readers of layers and signatures (docs/testing.md, "Readers at length"):
//   reader-soak KIND --vectors FOLDER [--first N] [--count N] [--seed N] [--memory MIB] [--seconds S] [--verbose]
//   reader-soak kinds layers|trust
// Ends with 0 when nothing was wrong, 1 when a reader threw what it should not, 3 when a case took too long or too much memory.

var arguments = CommandLine.arguments.dropFirst()
let kind = arguments.popFirst() ?? ""
if kind == "kinds" {
  for name in Reader.kinds[arguments.popFirst() ?? ""] ?? [] { print(name) }
  exit(0)
}
var (first, count, seed, memory, seconds) = (0, 1000, UInt64(1), 0, 10.0)
var vectors = "Tests/ArtifactTrustTests/Vectors"
var isVerbose = false
while let name = arguments.popFirst() {
  if name == "--verbose" {
    isVerbose = true
    continue
  }
  let value = arguments.popFirst() ?? ""
  switch name {
  case "--first": first = Int(value) ?? 0
  case "--count": count = Int(value) ?? 0
  case "--seed": seed = UInt64(value) ?? 0
  case "--memory": memory = Int(value) ?? 0
  case "--seconds": seconds = Double(value) ?? 0
  case "--vectors": vectors = value
  default:
    print("unknown option \(name)")
    exit(2)
  }
}
guard let reader = try await Reader.named(kind, Samples(vectors: vectors)), !reader.samples.isEmpty else {
  print("no reader is called `\(kind)`, or it has no samples")
  exit(2)
}
let watch = Watch(seconds: seconds, mebibytes: memory)
var (read, refused, wrong) = (0, 0, 0)
for number in first..<first + count {
  watch.begin(number)
  if isVerbose {
    print("case \(number)")
    fflush(nil)
  }
  var random = CaseGenerator(seed: seed, number: number)
  var bytes = Changes.changed(reader.samples[number % reader.samples.count], &random)
  if reader.isSummed { bytes = Changes.summed(bytes) }
  do {
    try await reader.read(bytes, &random)
    read += 1
  } catch is AcrError {
    refused += 1
  } catch is TrustFailure {
    refused += 1
  } catch {
    wrong += 1
    print("FAIL case \(number): \(error)")
  }
}
print("\(kind): \(count) cases, \(read) read, \(refused) refused, \(wrong) wrong, peak \(watch.peak) MiB")
exit(wrong == 0 ? 0 : 1)
