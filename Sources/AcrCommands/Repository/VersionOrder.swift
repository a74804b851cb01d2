/// The order of tags for people: numbers in them count as numbers.
enum VersionOrder {
  static func precedes(_ left: String, _ right: String) -> Bool {
    let (a, b) = (pieces(left), pieces(right))
    for (one, other) in zip(a, b) where one != other {
      if let first = Int(one), let second = Int(other), first != second { return first < second }
      return one < other
    }
    return a.count == b.count ? left < right : a.count < b.count
  }

  private static func pieces(_ text: String) -> [String] {
    var pieces: [String] = []
    for character in text {
      let isDigit = character.isASCII && character.isNumber
      if let last = pieces.last?.last, (last.isASCII && last.isNumber) == isDigit {
        pieces[pieces.count - 1].append(character)
      } else {
        pieces.append(String(character))
      }
    }
    return pieces
  }
}
