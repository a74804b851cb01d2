/// Texts from anywhere in pages: nothing in them is markup.
public enum Markup {
  /// A text that is shown as it is: nothing in it makes another cell, a link, or a tag.
  public static func markdown(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "|", "\\", "`", "*", "_", "[", "]", "<", ">", "#", "~", "!":
        // Inside words these do nothing, and tags and digests stay readable.
        if character == "_" || character == "#" || character == "!" || character == "~" {
          result.append(character)
        } else if character == "<" {
          result += "&lt;"
        } else if character == ">" {
          result += "&gt;"
        } else {
          result += "\\\(character)"
        }
      case "&": result += "&amp;"
      case _ where character.isNewline: result += "<br>"
      default: result.append(character)
      }
    }
    return result
  }

  /// The same for HTML, also in an attribute in double quotes.
  public static func html(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case _ where character.isNewline: result += "<br>"
      default: result.append(character)
      }
    }
    return result
  }
}
