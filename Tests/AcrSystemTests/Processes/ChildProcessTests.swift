import AcrCore
import AcrSystem
import Foundation
import TestSupport
import Testing

@Suite("Programs that run beside this one")
struct ChildProcessTests {
  private func run(_ script: String, _ input: String = "", _ change: (inout ChildCommand) -> Void = { _ in })
    async throws
    -> ChildResult
  {
    var command = ChildCommand("sh", ["-c", script])
    change(&command)
    let process = try ChildProcess(command)
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: process.communicate(Array(input.utf8))) }
    }
  }

  @Test("Streams, exit codes and signals arrive, whatever their size")
  func streams() async throws {
    let result = try await run("cat; echo no >&2; exit 3", String(repeating: "x", count: 1 << 20))
    #expect(result.output.count == 1 << 20)
    #expect(String(decoding: result.errors, as: UTF8.self) == "no\n")
    #expect(result.exitCode == 3)
    #expect(try await run("kill -9 $$").exitCode == 137)
    // It reads nothing, which must not end this process by SIGPIPE.
    #expect(try await run("exit 0", String(repeating: "x", count: 1 << 20)).exitCode == 0)
  }

  @Test("A program that is missing, may not be run or gets a NUL character is not started")
  func failures() {
    #expect(
      message { _ = try ChildProcess(ChildCommand("no-such-program")) } == "there is no program `no-such-program`")
    #expect(kind { _ = try ChildProcess(ChildCommand("/no/such/program")) } == .notFound)
    #expect(
      message { _ = try ChildProcess(ChildCommand("/etc/passwd")) } == "cannot start `/etc/passwd`: permission denied")
    #expect(
      message { _ = try ChildProcess(ChildCommand("echo", ["a", "b\u{0}c"])) }
        == "argument 2 of `echo` contains a NUL character, which cannot be passed to a program")
    #expect(kind { _ = try ChildProcess(ChildCommand("ec\u{0}ho")) } == .invalid)
  }

  @Test("It inherits three descriptors, also where others were opened without a thought for children")
  func descriptors() async throws {
    let copy = dup(0)
    defer { close(copy) }
    #expect(fcntl(copy, F_GETFD) & FD_CLOEXEC == 0)
    // `ls` has the folder open itself.
    let result = try await run("ls /proc/self/fd")
    #expect(String(decoding: result.output, as: UTF8.self) == "0\n1\n2\n3\n")
  }

  @Test("SIGPIPE and SIGINT are as usual, and its environment is the given one")
  func signalsAndEnvironment() async throws {
    signal(SIGPIPE, SIG_IGN)
    let result = try await run("echo $GREETING; grep SigIgn /proc/self/status") {
      $0.environment = ["GREETING": "hello", "PATH": "/usr/bin:/bin"]
    }
    let lines = String(decoding: result.output, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
    #expect(lines.first == "hello")
    let ignored = try #require(lines.last.flatMap { UInt64($0, radix: 16) })
    #expect(ignored & (1 << UInt64(SIGPIPE - 1) | 1 << UInt64(SIGINT - 1)) == 0)
  }

  @Test("A program that ignores SIGTERM is killed, and what it left running is not waited for")
  func termination() async throws {
    let sign = FileManager.default.temporaryDirectory.appendingPathComponent("acrsh-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: sign) }
    let command = ChildCommand(
      "sh", ["-c", "trap '' TERM INT; sleep 60 & echo $!; : > \"$0\"; wait; sleep 60", sign.path])
    let process = try ChildProcess(command)
    let task = Task.detached {
      await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: process.communicate()) }
      }
    }
    for _ in 0..<1200 where !FileManager.default.fileExists(atPath: sign.path) {
      try await Task.sleep(for: .milliseconds(50))
    }
    let start = ContinuousClock.now
    process.terminate()
    let result = await task.value
    print("a program that ignores SIGTERM ended after \(ContinuousClock.now - start)")
    #expect(result.exitCode == 137)
    let left = pid_t(String(decoding: result.output, as: UTF8.self).split(separator: "\n").first ?? "") ?? 0
    #expect(left > 0)
    if left > 0 { kill(left, SIGKILL) }
  }

  @Test("A task that is cancelled, or whose time is over, ends its program")
  func tasks() async throws {
    var command = ChildCommand("sh", ["-c", "echo started; sleep 60"])
    command.hasOwnGroup = true
    let slow = try ChildProcess(command)
    await #expect(throws: AcrError.self) { try await slow.result(timeout: .milliseconds(50), name: "`sh`") }
    let other = try ChildProcess(command)
    let task = Task { try await other.result(timeout: .seconds(60), name: "`sh`") }
    try await Task.sleep(for: .milliseconds(50))
    task.cancel()
    let error = await #expect(throws: AcrError.self) { try await task.value }
    #expect(error?.kind == .cancelled)
    let answer = try await ChildProcess(ChildCommand("cat")).result(
      of: Array("hi".utf8), timeout: .seconds(60), name: "`cat`")
    #expect(String(decoding: answer.output, as: UTF8.self) == "hi")
  }
}

@Suite("Threads, waits and errors of the system")
struct ThreadTests {
  @Test("A wait ends when it is raised, or when its time is over")
  func waiter() {
    let waiter = Waiter()
    #expect(!waiter.wait(nanoseconds: 1_000_000))
    waiter.raise()
    #expect(waiter.wait(nanoseconds: 60_000_000_000))
    let thread = SystemThread { waiter.raise() }
    waiter.wait()
    thread?.join()
    #expect(thread != nil)
  }

  @Test("Errors have one sentence and one kind, whatever reads the file")
  func errors() {
    let error = SystemError(EACCES).acrError("cannot read `a`")
    #expect(error.message == "cannot read `a`: permission denied")
    #expect(error.kind == .denied)
    #expect(SystemError(ENOSPC).acrError("cannot write `a`").kind == .conflict)
    #expect(SystemError(ENOTDIR).kind == .notFound)
    #expect(SystemError(EMFILE).acrError("x").help == "raise the limit of open files: ulimit -n")
  }
}
