import AcrCore
import Testing

@Suite struct Base64Tests {
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func followsTheRFC(_ plain: String, _ encoded: String) {
    #expect(Base64.encode(Array(plain.utf8)) == encoded)
    #expect(Base64.decode(encoded) == Array(plain.utf8))
    #expect(Base64.decode(encoded.filter { $0 != "=" }) == Array(plain.utf8))
  }

  @Test func keepsEveryByte() {
    let bytes = Array(UInt8.min...UInt8.max)
    #expect(Base64.decode(Base64.encode(bytes)) == bytes)
  }

  @Test(arguments: ["Z", "Zg===", "Zm9v!", "Zm=9", "Zg ==", "Z-_v"])
  func refuses(_ text: String) { #expect(Base64.decode(text) == nil) }
}

@Suite struct SuggestionTests {
  @Test(arguments: [
    ("", "", 0), ("abc", "", 3), ("", "ab", 2), ("abc", "abc", 0), ("abc", "abd", 1), ("abc", "acb", 1),
    ("abc", "bca", 2),
    ("kitten", "sitting", 3), ("import", "improt", 1),
  ])
  func countsChanges(_ first: String, _ second: String, _ distance: Int) {
    #expect(EditDistance.between(Array(first), Array(second)) == distance)
    #expect(EditDistance.between(Array(second), Array(first)) == distance)
  }

  @Test func putsTheNearestFirst() {
    #expect(Suggestion.nearest(to: "3.2", in: ["3.20", "4.2", "3.2.1", "latest", "3.21"]) == ["3.20", "4.2", "3.21"])
    #expect(Suggestion.nearest(to: "lates", in: ["latest", "Latest", "late"], limit: 2) == ["latest", "Latest"])
    #expect(Suggestion.nearest(to: "zzz", in: ["latest"]) == [])
    #expect(Suggestion.nearest(to: "abc", in: ["xyz"], maxDistance: 3) == ["xyz"])
  }
}
