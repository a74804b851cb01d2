/// Sizes for people: three digits and a unit, powers of 1000 as registries' own pages show them.
public enum ByteCount {
  /// `0 B`, `999 B`, `1.00 kB`, `12.3 MB`, `1.07 GB`.
  public static func human(_ bytes: Int64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
    var value = Double(bytes.magnitude)
    var unit = 0
    while value >= 999.5, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    let sign = bytes < 0 ? "-" : ""
    if unit == 0 { return "\(sign)\(Int(value)) B" }
    let decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
    return "\(sign)\(fixed(value, decimals: decimals)) \(units[unit])"
  }

  /// A number with exactly `decimals` (0 to 6) digits after the point, rounded half up.
  public static func fixed(_ value: Double, decimals: Int) -> String {
    var scale = 1
    for _ in 0..<decimals { scale *= 10 }
    guard value.isFinite, abs(value) < 9e12 else { return String(value) }
    let rounded = Int((abs(value) * Double(scale)).rounded())
    let whole = rounded / scale
    let sign = value < 0 && rounded > 0 ? "-" : ""
    if decimals == 0 { return "\(sign)\(whole)" }
    let part = String(rounded % scale)
    return "\(sign)\(whole).\(String(repeating: "0", count: decimals - part.count))\(part)"
  }
}
