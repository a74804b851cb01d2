import AcrCore
import AcrText
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

@Suite struct Base64URLTests {
  @Test(arguments: [([251, 239, 255], "--__"), ([102], "Zg"), ([], "")] as [([UInt8], String)])
  func hasNoPadding(_ bytes: [UInt8], _ text: String) {
    #expect(Base64URL.encode(bytes) == text)
    #expect(Base64URL.decode(text) == bytes)
  }

  @Test func readsPaddedTexts() {
    #expect(Base64URL.decode("Zg==") == [102])
    #expect(Base64URL.decode("Zg!") == nil)
  }
}

@Suite struct PercentEncodingTests {
  @Test(arguments: [("library/busybox", "library%2Fbusybox"), ("a b+c", "a%20b%2Bc"), ("é~-._", "%C3%A9~-._")])
  func goesThereAndBack(_ plain: String, _ encoded: String) {
    #expect(PercentEncoding.encode(plain) == encoded)
    #expect(PercentEncoding.decode(encoded) == plain)
  }

  @Test func keepsSlashesOfPaths() { #expect(PercentEncoding.encodePath("/a b/c") == "/a%20b/c") }

  @Test(arguments: [("100%", "100%"), ("%4", "%4"), ("%zz%41", "%zzA"), ("%", "%")])
  func leavesWhatIsNoCode(_ text: String, _ decoded: String) { #expect(PercentEncoding.decode(text) == decoded) }
}

@Suite struct UUIDTextTests {
  @Test func hasTheFormOfTheRFC() {
    let text = UUIDText.random()
    #expect(text.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
    #expect(text.dropFirst(14).first == "4")
    #expect(UUIDText.text(Array(0...15)) == "00010203-0405-0607-0809-0a0b0c0d0e0f")
    #expect(UUIDText.random() != text)
  }
}

@Suite struct JSONWebTokenTests {
  @Test func readsItsParts() throws {
    let text =
      ["{\"alg\":\"none\"}", "{\"exp\":7}"].map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".") + ".AQI"
    let token = try #require(JSONWebToken(text))
    #expect(token.claims["exp"]?.integer == 7)
    #expect(token.header?["alg"]?.string == "none")
    #expect(token.signature == [1, 2])
    #expect(token.signedBytes == Array(text.dropLast(4).utf8))
  }

  @Test(arguments: ["", "a.b", "a.b.c", "e30.W10.", "e30.e30.e30.e30"])
  func refuses(_ text: String) { #expect(JSONWebToken(text) == nil) }
}

@Suite struct DisplayWidthTests {
  @Test(arguments: [("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("⚠️", 2), ("⚠", 1), ("🐳", 2), ("\u{200B}", 0)])
  func countsColumns(_ text: String, _ columns: Int) { #expect(DisplayWidth.of(text) == columns) }
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
    #expect(Suggestion.near("3.2", in: ["3.20", "4.2", "3.2.1", "latest", "3.21"]) == ["3.20", "3.21", "4.2"])
    #expect(Suggestion.near("lates", in: ["latest", "Latest", "late"], limit: 3) == ["late", "latest", "Latest"])
    #expect(Suggestion.near("zzz", in: ["latest"]) == [])
    #expect(Suggestion.near("abc", in: ["xyz"], maxDistance: 3) == ["xyz"])
  }

  @Test(arguments: [
    ("world", "fold"), ("normal", "format"), ("hello", "yellow"), ("table", "cabel"), ("lines", "files"),
  ])
  func isNoSlipOfAnother(_ name: String, _ other: String) {
    #expect(Suggestion.nearest(to: name, in: [other]) == nil)
  }

  @Test(arguments: [
    ("lsit-metdata", "list-metadata"), ("imprt", "import"), ("wehre", "where"), ("repostory", "repository"),
    ("slect", "select"), ("gruop-by", "group-by"), ("ipmrot", "import"), ("nmae", "name"),
    ("ocunt", "count"), ("eahc", "each"), ("resgistyr", "registry"),
  ])
  func isASlipOfAnother(_ name: String, _ other: String) {
    #expect(Suggestion.nearest(to: name, in: [other]) == other)
  }
}
