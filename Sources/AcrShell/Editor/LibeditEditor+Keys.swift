import AcrText
import AcrSystem
import CEditline

/// A walk through the history with ↑ and ↓.
struct Recall {
  /// What stood before the cursor when it began; only entries that start with it are shown.
  let prefix: String
  /// The line as it was.
  let original: String
  /// The entry shown, as an index; `entries.count` for the line as it was.
  var position: Int
  /// What was put into the line. A line that differs has been edited since, and a new walk begins.
  var shown: String
}

extension LibeditEditor {
  /// Defaults first, then the person's own `.editrc`, then what the shell cannot do without.
  func bindKeys() {
    addFunctions()
    ceditline_set_key_map(handle, "emacs")
    bind("acr-older", to: ["\\e[A", "\\eOA", "^P"])
    bind("acr-newer", to: ["\\e[B", "\\eOB", "^N"])
    bind("acr-forward", to: ["\\e[C", "\\eOC", "^F"])
    bind("acr-next-word", to: ["\\e[1;5C", "\\e[1;3C", "\\e[5C", "\\ef"])
    bind("ed-prev-word", to: ["\\e[1;5D", "\\e[1;3D", "\\e[5D"])
    bind("acr-beginning", to: ["^A", "\\e[H", "\\eOH", "\\e[1~", "\\e[7~"])
    bind("acr-end", to: ["^E", "\\e[F", "\\eOF", "\\e[4~", "\\e[8~"])
    bind("ed-delete-next-char", to: ["\\e[3~"])
    bind("ed-delete-prev-word", to: ["^W"])
    bind("ed-prev-line", to: ["\\e[1;3A"])
    bind("ed-next-line", to: ["\\e[1;3B"])
    bind("acr-new-line", to: ["\\e^M", "\\e^J"])
    if options.readsEditrc { el_source(handle, nil) }
    bind("acr-complete", to: ["^I"])
    bind("acr-search", to: ["^R"])
    bind("acr-explain", to: ["?"])
    bind("acr-expand", to: ["^]"])
    bind("acr-edit", to: ["^X^E"])
    // `bind -v` starts from vi's own bindings.
    isVi = ceditline_key_map(handle).map { String(cString: $0) == "vi" } ?? false
    if isVi { bindViKeys() } else { bind("acr-paste", to: ["\\e[200~"]) }
  }

  /// What the reader makes of sequences of keys, in the maps for inserting and for commands.
  private func bindViKeys() {
    let keys = [
      ("^P", "acr-older"), ("^N", "acr-newer"), ("^F", "acr-forward"), ("^B", "ed-prev-char"), ("^A", "acr-beginning"),
      ("^E", "acr-end"), ("^_", "acr-paste"), ("^L", "ed-clear-screen"),
    ]
    for (key, function) in keys {
      ceditline_bind(handle, key, function)
      ceditline_bind_alternative(handle, key, function)
    }
  }

  private func bind(_ function: String, to keys: [String]) {
    for key in keys { ceditline_bind(handle, key, function) }
  }

  private func addFunctions() {
    ceditline_add_function(handle, "acr-complete", "Complete the word at the cursor") { handle, _ in
      LibeditEditor.of(handle)?.completeWord() ?? UInt8(CC_ERROR)
    }
    ceditline_add_function(handle, "acr-search", "Choose an earlier entry") { handle, _ in
      LibeditEditor.of(handle)?.searchHistory() ?? UInt8(CC_ERROR)
    }
    ceditline_add_function(handle, "acr-paste", "Insert a pasted block") { handle, _ in
      LibeditEditor.of(handle)?.insertPaste() ?? UInt8(CC_ERROR)
    }
    ceditline_add_function(handle, "acr-older", "Older entry that starts like the line") { handle, _ in
      LibeditEditor.of(handle)?.recallEntry(isOlder: true) ?? UInt8(CC_ERROR)
    }
    ceditline_add_function(handle, "acr-newer", "Newer entry that starts like the line") { handle, _ in
      LibeditEditor.of(handle)?.recallEntry(isOlder: false) ?? UInt8(CC_ERROR)
    }
    ceditline_add_function(handle, "acr-forward", "Forward, or take the suggestion") { handle, _ in
      LibeditEditor.of(handle)?.moveForward() ?? UInt8(CC_ERROR)
    }
    ceditline_add_function(handle, "acr-next-word", "Forward by a word, or take one of the suggestion") { handle, _ in
      LibeditEditor.of(handle)?.moveForwardByWord() ?? UInt8(CC_ERROR)
    }
    ceditline_add_function(handle, "acr-end", "To the end of the line, or take the suggestion") { handle, _ in
      LibeditEditor.of(handle)?.moveToEnd() ?? UInt8(CC_ERROR)
    }
    ceditline_add_function(handle, "acr-beginning", "To the beginning of the line") { handle, _ in
      LibeditEditor.of(handle)?.moveToBeginning() ?? UInt8(CC_ERROR)
    }
    ceditline_add_function(handle, "acr-explain", "Help for the command at the cursor") { handle, _ in
      LibeditEditor.of(handle)?.explainLine() ?? UInt8(CC_ERROR)
    }
    ceditline_add_function(handle, "acr-expand", "Write out the abbreviation before the cursor") { handle, _ in
      LibeditEditor.of(handle)?.expandWord() ?? UInt8(CC_ERROR)
    }
    ceditline_add_function(handle, "acr-edit", "Edit the statement in $VISUAL or $EDITOR") { handle, _ in
      LibeditEditor.of(handle)?.editOutside() ?? UInt8(CC_ERROR)
    }
    ceditline_add_function(handle, "acr-new-line", "Insert a line end without submitting") { handle, _ in
      el_insertstr(handle, "\n") == 0 ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
    }
  }

  /// ↑ and ↓. libedit's own search finds the text anywhere in an entry and takes it for a pattern; this one takes it for
  /// what it is, a beginning.
  private func recallEntry(isOlder: Bool) -> UInt8 {
    takeEarlier()
    let (before, after) = line()
    let text = before + after
    var walk = recall ?? Recall(prefix: before, original: text, position: entries.count, shown: text)
    if walk.shown != text { walk = Recall(prefix: before, original: text, position: entries.count, shown: text) }
    let candidates =
      isOlder ? Array((0..<walk.position).reversed()) : Array((walk.position..<entries.count).dropFirst())
    if let found = candidates.first(where: { matches(entries[$0], walk) }) {
      walk.position = found
      walk.shown = entries[found]
    } else if !isOlder, walk.position < entries.count {
      walk.position = entries.count
      walk.shown = walk.original
    } else {
      return UInt8(CC_ERROR)
    }
    recall = walk
    return replaceLine(with: walk.shown) ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
  }

  private func matches(_ entry: String, _ walk: Recall) -> Bool {
    entry != walk.shown && entry.utf8.starts(with: walk.prefix.utf8)
  }

  // MARK: - Abbreviations

  /// The key that becomes ``expandWord()``, put before a space or Enter by the reader: ^].
  static let expandKey: UInt8 = 0x1D

  /// Whether the word before the cursor is an abbreviation, which is then written out before the key counts.
  func wantsExpansion() -> Bool {
    guard let expand, !isPasting, expansion == nil else {
      expansion = nil
      return false
    }
    let (before, after) = line()
    guard after.isEmpty || after.first == " " || after.first == "\n" else { return false }
    expansion = expand(CompletionRequest.Text(pending: pending, before: before, after: after))
    return expansion != nil
  }

  private func expandWord() -> UInt8 {
    // The key that asked comes again, and must not ask again.
    guard let text = expansion else { return UInt8(CC_ERROR) }
    let word = StatementScanner(pending + line().before).word.raw
    el_deletestr(handle, Int32(clamping: word.unicodeScalars.count))
    return el_insertstr(handle, text) == 0 ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
  }

  func replaceLine(with text: String) -> Bool {
    // el_replacestr refuses an empty text, so the line goes and comes in two steps.
    let (before, after) = line()
    el_cursor(handle, Int32(clamping: after.unicodeScalars.count))
    el_deletestr(handle, Int32(clamping: (before + after).unicodeScalars.count))
    return text.isEmpty || el_insertstr(handle, text) == 0
  }

  /// Reads up to the mark a terminal puts behind pasted text, and inserts all of it as one edit.
  private func insertPaste() -> UInt8 {
    let mark = Array("\u{1B}[201~".unicodeScalars)
    var text = String.UnicodeScalarView()
    var ending: [Unicode.Scalar] = []
    isPasting = true
    defer { isPasting = false }
    while ending != mark {
      var character: wchar_t = 0
      guard el_wgetc(handle, &character) == 1 else { return UInt8(CC_ERROR) }
      let scalar = Unicode.Scalar(UInt32(truncatingIfNeeded: character)) ?? "\u{FFFD}"
      ending.append(scalar)
      while !mark.starts(with: ending) { text.append(ending.removeFirst()) }
    }
    let lines = Self.cleaned(String(text))
    guard !lines.isEmpty else { return UInt8(CC_NORM) }
    return el_insertstr(handle, lines) == 0 ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
  }

  /// Pasted text with line feeds for line ends, none of them at the end, and without characters that
  /// would steer the terminal when the line is shown again, or cannot be seen.
  static func cleaned(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\r": result.append("\n")
      case "\n": if previous != "\r" { result.append("\n") }
      case "\t": result.append(scalar)
      default: if !TerminalText.isUnsafe(scalar) { result.append(scalar) }
      }
      previous = scalar
    }
    while result.last == "\n" { result.removeLast() }
    return String(result)
  }
}
