extension MarkedCase {
  /// What the parser finds.
  static let syntax: [MarkedCase] = [
    MarkedCase(
      #"""
      acr import --name a --source b --image tensorflow:latest-gpu
        «--username» <Docker Hub user name>
        --password <Docker Hub token>
      print ok
      """#,
      #"error: a line cannot start with a flag: the line above needs a `\` at its end / `--username` belongs to the line above = end the line above with a space and `\`"#
    ),
    MarkedCase(
      #"""
      acr import --name a --source b --username «<SP_App_ID>» \
        --password <SP_Passwd>
      """#,
      #"error: `<SP_App_ID>` is a placeholder from the documentation: put a value here"#),
    MarkedCase(
      #"print a «&&» print b"#,
      #"error: `&&` is not needed: a failing command already stops the script = use lines, or `try`"#),
    MarkedCase(
      #"print a «||» print b"#,
      #"error: `||` is not needed: a failing command already stops the script = use lines, or `try`"#),
    MarkedCase(
      #"""
      let x = 1
      print x «> out.json»
      """#,
      #"error: `>` does not write to a file = use `| save out.json`"#),
    MarkedCase(
      #"""
      let rows = []
      $rows | count «> out.json»
      """#,
      #"error: `>` does not write to a file = use `| save out.json`"#),
    MarkedCase(
      #"""
      let x = 1
      if $x == «prod» { print $x }
      """#,
      #"error: unknown name `prod` = variables start with `$`, text needs quotes, columns start with `.`"#),
    MarkedCase(
      #"print «$(»acr login)"#,
      #"error: `$(` is shell syntax = write `( … )`, or `${ … }` inside a word"#),
    MarkedCase(
      #"if true { «def» f() { } }"#,
      #"error: `def` stands only at the top level of a script = move it out of the block; it is known in the whole file"#
    ),
    MarkedCase(
      #"print «"»a"#,
      #"error: the text in quotes never ends / begins here"#),
    MarkedCase(
      #"print «'»a"#,
      #"error: the text in quotes never ends / begins here"#),
    MarkedCase(
      #"print «(»1 + "#,
      #"error: `(` is never closed / opened here"#),
    MarkedCase(
      #"""
      let a = [1, 2
      «print» x
      """#,
      #"error: `print` stands where `,` or `]` is expected = `[` of line 1 is still open"#),
    MarkedCase(
      #"print «{»"#,
      #"error: `{` is never closed / opened here"#),
    MarkedCase(
      #"if 1 < 2 «<» 3 { }"#,
      #"error: comparisons do not chain / a second comparison = join two comparisons with `and`: `1 < $x and $x < 3`"#),
    MarkedCase(
      #"if $x «=» 3 { print y }"#,
      #"error: `=` does not compare = compare with `==`; assign with `$name = …` on a line of its own"#),
    MarkedCase(
      #"let x = "«\q»" "#,
      #"error: `\q` is not an escape = escapes are \n \t \" \\ \$ \u{…}; text in '…' has none"#),
    MarkedCase(
      #"let x = "«\u{110000»}""#,
      #"error: `\u{110000}` is not a character = write one to six hexadecimal digits, for example `\u{1F433}`"#),
    MarkedCase(
      #"let x = 5 «parsecs»"#,
      #"error: `parsecs` stands where the end of the statement is expected"#),
    MarkedCase(
      #"let x = «5parsecs»"#,
      #"error: `parsecs` is not a unit = units are ms s m h d, or B KB MB GB TB KiB MiB GiB TiB; text needs quotes"#),
    MarkedCase(
      #"let x = «99999999999999999999»"#,
      #"error: `99999999999999999999` is too large = numbers have 64 bits"#),
    MarkedCase(
      #"let x = «9999999999TiB»"#,
      #"error: `9999999999TiB` is too large = numbers have 64 bits"#),
    MarkedCase(
      #"print a«"»b""#,
      #"error: a space is missing behind `a` / a new argument starts here = arguments are not glued together; put one text in quotes: "…$name…""#
    ),
    MarkedCase(
      #"""
      let m = [1]
      print «$m»[0]
      """#,
      #"error: a word takes only the name of a variable = write `${m[0]}` or `($m[0])`"#),
    MarkedCase(
      #"«./deploy.sh» --x"#,
      #"error: `./deploy.sh` is no command = another program runs with `run ./deploy.sh`"#),
    MarkedCase(
      #"[1] | «$x»"#,
      #"error: a command must follow `|` = of the stages only the first can be an expression; `where` and `extend` take one"#
    ),
    MarkedCase(
      #"[1] | «count»()"#,
      #"error: a command must follow `|` = of the stages only the first can be an expression; `where` and `extend` take one"#
    ),
    MarkedCase(
      #"[1] «|» "#,
      #"error: a command is missing behind `|`"#),
    MarkedCase(
      #"«)»"#,
      #"error: `)` closes nothing"#),
    MarkedCase(
      #"print «}»"#,
      #"error: `}` closes nothing"#),
    MarkedCase(
      #"let x = «!»true"#,
      #"error: `!` is not an operator = write `not`"#),
    MarkedCase(
      #"«try» { print a }"#,
      #"error: `try` needs `catch` or `finally`"#),
    MarkedCase(
      #"«else» { }"#,
      #"error: `else` has no `if` before it = it follows the `}` of that block"#),
    MarkedCase(
      #"param x: «sting»"#,
      #"error: `sting` is not a type / did you mean `string`? = types are string, int, number, bool, duration, size, datetime, list, record, secret, any"#
    ),
    MarkedCase(
      #"«{» print x }"#,
      #"error: a block stands only behind a command or a statement that takes one = a record has `name: value` inside its braces"#
    ),
    MarkedCase(
      #"let «=» 5"#,
      #"error: `=` stands where a name is expected"#),
    MarkedCase(
      #"let «$x» = 5"#,
      #"error: a name is declared without `$` = write `x` here, and `$x` to read it"#),
    MarkedCase(
      #"for «$x» in [1] { }"#,
      #"error: a name is declared without `$` = write `x` here, and `$x` to read it"#),
    MarkedCase(
      #"def f(a: int «-»-b) { }"#,
      #"error: `-` stands where `,` or `)` is expected"#),
    MarkedCase(
      #"for x «of» [1] { }"#,
      #"error: `of` stands where `in` is expected"#),
    MarkedCase(
      #"print «${}»"#,
      #"error: `${}` is empty = write `${name}`, or `\$` in quotes for a plain `$`"#),
    MarkedCase(
      #"let x = «${»y}"#,
      #"error: `${` belongs into words and texts in quotes = here write `$name`, or `( … )`"#),
    MarkedCase(
      #"let «$y»."#,
      #"error: a name is declared without `$` = write `y` here, and `$y` to read it"#),
    MarkedCase(
      #"""
      let x = "a" +«
      »print b
      """#,
      #"error: the line ends where a value is expected = an expression goes on in the next line inside `( … )`, a command behind `\`"#
    ),
    MarkedCase(
      #"import-azcontainerregistryimage -RegistryName r -SourceImage x -Username «<SP_App_ID>»"#,
      #"error: `<SP_App_ID>` is a placeholder from the documentation: put a value here"#),
    MarkedCase(
      #"print a «&» b"#,
      #"error: `&` means nothing here: nothing runs in the background = put a text that holds `&` in quotes; for several jobs at once there is `par-each`"#
    ),
    MarkedCase(
      #"print «<» file"#,
      #"error: `<` does not read from a file = use `open FILE | …`"#),
    MarkedCase(
      #"print «>> log.txt»"#,
      #"error: `>` does not write to a file = use `| save log.txt`"#),
    MarkedCase(
      #"""
      let f = "x"
      $f «arg»
      """#,
      #"error: `arg` stands where the end of the statement is expected"#),
    MarkedCase(
      #"$cmd-«x»"#,
      #"error: unknown name `x` = variables start with `$`, text needs quotes, columns start with `.`"#),
    MarkedCase(
      #"[1] | «if» true { }"#,
      #"error: `if` is a statement and gives no value here = put it on a line of its own"#),
    MarkedCase(
      #"""
      print a
        | «let» x = 1
      """#,
      #"error: `let` is a statement and gives no value here = put it on a line of its own"#),
    MarkedCase(
      #"let x = 1 + 2 «=» 3"#,
      #"error: `=` does not compare = compare with `==`; assign with `$name = …` on a line of its own"#),
    MarkedCase(
      #"«$x?.a» = 3"#,
      #"error: this cannot be assigned to = assign to `$name`, `$name.field` or `$name[index]`"#),
    MarkedCase(
      #"[1].a «=» 3"#,
      #"error: `=` does not compare = compare with `==`; assign with `$name = …` on a line of its own"#),
    MarkedCase(
      #"let s = "«\u{zz»}""#,
      #"error: `\u{zz}` is not a character = write one to six hexadecimal digits, for example `\u{1F433}`"#),
    MarkedCase(
      #"let x = {}.«»"#,
      #"error: the text ends where a field's name behind `.` is expected"#),
    MarkedCase(
      #"let x = [1 «2»]"#,
      #"error: `2` stands where `,` or `]` is expected"#),
    MarkedCase(
      #"let x = «{» a 1 }"#,
      #"error: a block stands only behind a command or a statement that takes one = a record has `name: value` inside its braces"#
    ),
    MarkedCase(
      #"let x = { «"a$b"»: 1 }"#,
      #"error: `$` stands where a key without interpolation is expected"#),
    MarkedCase(
      #"use «lib»"#,
      #"error: `lib` stands where the module's path in quotes is expected"#),
    MarkedCase(
      #"use «"a$b"»"#,
      #"error: `$` stands where a path that is known before the run is expected"#),
    MarkedCase(
      #"if true { «use» "x" }"#,
      #"error: `use` stands only at the top level of a script = move it out of the block"#),
    MarkedCase(
      #"def «(»a) { }"#,
      #"error: `(` stands where the name of the `def` is expected"#),
    MarkedCase(
      #"def f «{» }"#,
      #"error: `{` stands where `(` is expected"#),
    MarkedCase(
      #"def f(«-»a) { }"#,
      #"error: `-` stands where a parameter: `name`, `--flag` or `...rest` is expected"#),
    MarkedCase(
      #"while true «print» x"#,
      #"error: `print` stands where `{` is expected"#),
    MarkedCase(
      #"let x = (print a«;» print b)"#,
      #"error: `;` stands where `)` is expected"#),
    MarkedCase(
      #"""
      let x = [
        1,
        2
      «print» x
      """#,
      #"error: `print` stands where `,` or `]` is expected = `[` of line 1 is still open"#),
    MarkedCase(
      #"throw«»"#,
      #"error: the text ends where a value is expected"#),
    MarkedCase(
      #"count«(»$x"#,
      #"error: `(` is never closed / opened here"#),
    MarkedCase(
      #"$x = «»"#,
      #"error: the text ends where a value is expected"#),
    MarkedCase(
      #"let a = 1 «$»b"#,
      #"error: `$` stands where the end of the statement is expected"#),
    MarkedCase(
      #"""
      let a = [
        «prod»
      ]
      let b = tags-of
      print «"»x
      """#,
      #"error: unknown name `prod` = variables start with `$`, text needs quotes, columns start with `.`"#,
      #"error: the text in quotes never ends / begins here"#),
    MarkedCase(
      #"""
      let x = -9223372036854775808
      let y = «-9223372036854775809»
      """#,
      #"error: `-9223372036854775809` is too large = numbers have 64 bits"#),
    MarkedCase(
      #"[1] | extend «5»"#,
      #"error: `5` stands where a name is expected"#),
  ]
}
