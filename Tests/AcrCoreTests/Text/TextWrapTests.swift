import AcrText
import Testing

@Suite("Texts broken into lines")
struct TextWrapTests {
  @Test(
    "Lines break at spaces, long words behind marks, or anywhere",
    arguments: [
      ("one two three", 8, ["one two", "three"]),
      ("localhost:5000/shop/api:1.0", 16, ["localhost:5000/", "shop/api:1.0"]),
      ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
      ("not-found: there is none", 40, ["not-found: there is none"]),
      ("a registry.example.com/x", 14, ["a", "registry.examp", "le.com/x"]),
      ("  two before", 6, ["  two", "before"]),
      ("日本語", 4, ["日本", "語"]),
      ("日本", 1, ["日", "本"]),
      ("", 5, [""]),
      ("   ", 2, ["  ", " "]),
    ])
  func breaks(_ text: String, _ width: Int, _ lines: [String]) {
    #expect(TextWrap.lines(text, to: width) == lines)
  }

  @Test("Words that are longer than a line stay whole where they are to be copied")
  func wholeWords() {
    #expect(TextWrap.lines("a sha256:0123456789 b", to: 6, breaksWords: false) == ["a", "sha256:0123456789", "b"])
  }

  @Test("Nothing but spaces at the breaks is lost, and no line is too wide", arguments: 0..<200)
  func nothingIsLost(_ seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }
    let letters = Array("ab/: -é日🚀=")
    let text = String((0..<next(120)).map { _ in letters[Int(next(UInt64(letters.count)))] })
    let width = Int(next(20)) + 2
    let lines = TextWrap.lines(text, to: width)
    #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
    for line in lines { #expect(DisplayWidth.of(line) <= width) }
  }
}
