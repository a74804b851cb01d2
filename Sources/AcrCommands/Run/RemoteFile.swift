import AcrCore
import OCIRegistry
import Synchronization

/// A file in a registry that a run writes again and again: some time after it changed, and at the end of the run.
final class RemoteFile: Sendable {
  private struct State {
    /// What the tag pointed at when this run read or wrote it last.
    var known: Digest?
    var isDirty = false
    var writer: Task<Void, Never>?
  }

  /// How long a change may wait before it is written.
  static let interval = Duration.seconds(10)
  /// How long the last look waits, so that a write of another run that is under way is seen.
  private static let settling = Duration.seconds(1)

  /// Where it is.
  let artifact: FileArtifact
  private let mediaType: String
  /// Makes the bytes; gets what another run wrote meanwhile.
  private let make: @Sendable (FileArtifact.Content?) throws -> [UInt8]
  private let state: Mutex<State>

  /// - Parameter known: what the tag points at now, where its content was taken over.
  init(
    _ artifact: FileArtifact, mediaType: String, known: Digest?,
    make: @escaping @Sendable (FileArtifact.Content?) throws -> [UInt8]
  ) {
    (self.artifact, self.mediaType, self.make) = (artifact, mediaType, make)
    state = Mutex(State(known: known))
  }

  /// Says that there is something new to write.
  func touch() {
    state.withLock { state in
      state.isDirty = true
      guard state.writer == nil else { return }
      state.writer = Task.detached { [weak self] in
        while !Task.isCancelled {
          do { try await Task.sleep(for: RemoteFile.interval) } catch { return }
          guard let self else { return }
          // The end of the run waits for a write that has begun, and does not break it off.
          await Task.detached { try? await self.writeIfDirty() }.value
        }
      }
    }
  }

  /// Writes it now, for the first time: whether it can be written is found out before the work begins.
  func write() async throws { try await write(settles: .zero) }

  /// Writes it for the last time.
  func finish() async throws {
    let writer = state.withLock { state in
      state.isDirty = true
      return state.writer
    }
    writer?.cancel()
    await writer?.value
    try await write(settles: RemoteFile.settling)
  }

  private func writeIfDirty() async throws {
    if state.withLock({ $0.isDirty }) { try await write(settles: .zero) }
  }

  private func write(settles: Duration) async throws {
    let known = state.withLock { state in
      state.isDirty = false
      return state.known
    }
    do {
      let digest = try await artifact.write(over: known, mediaType: mediaType, settles: settles, make)
      state.withLock { $0.known = digest }
    } catch {
      state.withLock { $0.isDirty = true }
      throw error
    }
  }
}
