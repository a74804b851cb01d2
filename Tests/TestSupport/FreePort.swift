/// A TCP port of the loopback interface that nobody listens on.
public enum FreePort {
  /// Binds port 0, reads which port the system chose, and releases it.
  ///
  /// Another process may take the port before the caller does. Servers that can bind port 0 themselves should do that;
  /// this is for programs that cannot, and for an address where a connection must be refused.
  public static func find() throws -> UInt16 {
    let listener = try Socket.listen()
    defer { listener.close() }
    return try listener.localPort()
  }
}
