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
      #"error: unknown name `prod` = variables start with `$`, text needs quotes, columns start with `.`, a command stands in `( … )`"#
    ),
    MarkedCase(
      #"print «$(»acr login)"#,
      #"error: `$(` is shell syntax = write `( … )`, or `${ … }` inside a word"#),
    MarkedCase(
      #"if true { «def» f() { } }"#,
      #"error: `def` is only allowed at the top level of a script = move it out of the block; it is known in the whole file"#
    ),
    MarkedCase(
      #"print «"»a"#,
      #"error: the quoted text is never closed / begins here"#),
    MarkedCase(
      #"print «'»a"#,
      #"error: the quoted text is never closed / begins here"#),
    MarkedCase(
      #"print «(»1 + "#,
      #"error: `(` is never closed / opened here"#),
    MarkedCase(
      #"""
      let a = [1, 2
      «print» x
      """#,
      #"error: expected `,` or `]`, found `print` = `[` of line 1 is still open"#),
    MarkedCase(
      #"print «{»"#,
      #"error: `{` is never closed / opened here"#),
    MarkedCase(
      #"if 1 < 2 «<» 3 { }"#,
      #"error: comparisons cannot be chained / a second comparison = join two comparisons with `and`: `1 < $x and $x < 3`"#
    ),
    MarkedCase(
      #"if $x «=» 3 { print y }"#,
      #"error: `=` does not compare = compare with `==`; assign with `$name = …` on a separate line"#),
    MarkedCase(
      #"let x = "«\q»" "#,
      #"error: `\q` is not an escape = escapes are \n \t \" \\ \$ \u{…}; text in '…' has none"#),
    MarkedCase(
      #"let x = "«\u{110000»}""#,
      #"error: `\u{110000}` is not a character = write one to six hexadecimal digits, for example `\u{1F433}`"#),
    MarkedCase(
      #"let x = 5 «parsecs»"#,
      #"error: expected the end of the statement, found `parsecs`"#),
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
      #"error: a space is missing after `a` / a new argument starts here = arguments are not joined; put one text in quotes: "…$name…""#
    ),
    MarkedCase(
      #"""
      let m = [1]
      print $m[0]
      """#),
    MarkedCase(
      #"«./deploy.sh» --x"#,
      #"error: `./deploy.sh` is not a command = to run a program: `run ./deploy.sh`"#),
    MarkedCase(
      #"[1] | «$x»"#,
      #"error: a command must follow `|` = only the first stage can be an expression; `where` and `extend` take one"#
    ),
    MarkedCase(
      #"[1] | «count»()"#,
      #"error: a command must follow `|` = only the first stage can be an expression; `where` and `extend` take one"#
    ),
    MarkedCase(
      #"[1] «|» "#,
      #"error: a command is missing after `|`"#),
    MarkedCase(
      #"«)»"#,
      #"error: unmatched `)`"#),
    MarkedCase(
      #"print «}»"#,
      #"error: unmatched `}`"#),
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
      #"error: a block is only allowed after a command or a statement that takes one = a record has `name: value` inside its braces, a block that is a value names what it takes: `{ |x| … }`"#
    ),
    MarkedCase(
      #"let «=» 5"#,
      #"error: expected a name, found `=`"#),
    MarkedCase(
      #"let «$x» = 5"#,
      #"error: a name is declared without `$` = write `x` here, and `$x` to read it"#),
    MarkedCase(
      #"for «$x» in [1] { }"#,
      #"error: a name is declared without `$` = write `x` here, and `$x` to read it"#),
    MarkedCase(
      #"def f(a: int «-»-b) { }"#,
      #"error: expected `,` or `)`, found `-`"#),
    MarkedCase(
      #"for x «of» [1] { }"#,
      #"error: expected `in`, found `of`"#),
    MarkedCase(
      #"print «${}»"#,
      #"error: `${}` is empty = write `${name}`, or `\$` in quotes for a plain `$`"#),
    MarkedCase(
      #"let x = «${»y}"#,
      #"error: `${` is only allowed in words and quoted text = here write `$name`, or `( … )`"#),
    MarkedCase(
      #"let «$y»."#,
      #"error: a name is declared without `$` = write `y` here, and `$y` to read it"#),
    MarkedCase(
      #"""
      let x = "a" +«
      »print b
      """#,
      #"error: expected a value before the end of the line = an expression continues on the next line inside `( … )`, a command after `\`"#
    ),
    MarkedCase(
      #"import-azcontainerregistryimage -RegistryName r -SourceImage x -Username «<SP_App_ID>»"#,
      #"error: `<SP_App_ID>` is a placeholder from the documentation: put a value here"#),
    MarkedCase(
      #"print a «&» b"#,
      #"error: `&` has no meaning here: commands do not run in the background = put a text that holds `&` in quotes; for several jobs at once there is `par-each`"#
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
      «$f» arg
      """#,
      #"error: `$f` is not a command: its name cannot be computed = write the name itself, or use `if`"#),
    MarkedCase(
      #"$cmd-«x»"#,
      #"error: unknown name `x` = variables start with `$`, text needs quotes, columns start with `.`, a command stands in `( … )`"#
    ),
    MarkedCase(
      #"[1] | «if» true { }"#,
      #"error: `if` is a statement and gives no value here = put it on a separate line"#),
    MarkedCase(
      #"""
      print a
        | «let» x = 1
      """#,
      #"error: `let` is a statement and gives no value here = put it on a separate line"#),
    MarkedCase(
      #"let x = 1 + 2 «=» 3"#,
      #"error: `=` does not compare = compare with `==`; assign with `$name = …` on a separate line"#),
    MarkedCase(
      #"«$x?.a» = 3"#,
      #"error: this cannot be assigned to = assign to `$name`, `$name.field` or `$name[index]`"#),
    MarkedCase(
      #"[1].a «=» 3"#,
      #"error: `=` does not compare = compare with `==`; assign with `$name = …` on a separate line"#),
    MarkedCase(
      #"let s = "«\u{zz»}""#,
      #"error: `\u{zz}` is not a character = write one to six hexadecimal digits, for example `\u{1F433}`"#),
    MarkedCase(
      #"let x = {}.«»"#,
      #"error: expected a field's name after `.` before the end of the text"#),
    MarkedCase(
      #"let x = [1 «2»]"#,
      #"error: expected `,` or `]`, found `2`"#),
    MarkedCase(
      #"let x = «{» a 1 }"#,
      #"error: a block is only allowed after a command or a statement that takes one = a record has `name: value` inside its braces, a block that is a value names what it takes: `{ |x| … }`"#
    ),
    MarkedCase(
      #"let x = { «"a$b"»: 1 }"#,
      #"error: expected a key without interpolation, found `$`"#),
    MarkedCase(
      #"use «lib»"#,
      #"error: expected the module's path in quotes, found `lib`"#),
    MarkedCase(
      #"use «"a$b"»"#,
      #"error: expected a path that is known before the run, found `$`"#),
    MarkedCase(
      #"if true { «use» "x" }"#,
      #"error: `use` is only allowed at the top level of a script = move it out of the block"#),
    MarkedCase(
      #"def «(»a) { }"#,
      #"error: expected the name of the `def`, found `(`"#),
    MarkedCase(
      #"def f «{» }"#,
      #"error: expected `(`, found `{`"#),
    MarkedCase(
      #"def f(«-»a) { }"#,
      #"error: expected a parameter: `name`, `--flag` or `...rest`, found `-`"#),
    MarkedCase(
      #"while true «print» x"#,
      #"error: expected `{`, found `print`"#),
    MarkedCase(
      #"let x = (print a«;» print b)"#,
      #"error: expected `)`, found `;`"#),
    MarkedCase(
      #"""
      let x = [
        1,
        2
      «print» x
      """#,
      #"error: expected `,` or `]`, found `print` = `[` of line 1 is still open"#),
    MarkedCase(
      #"throw«»"#,
      #"error: expected a value before the end of the text"#),
    MarkedCase(
      #"count«(»$x"#,
      #"error: `(` is never closed / opened here"#),
    MarkedCase(
      #"$x = «»"#,
      #"error: expected a value before the end of the text"#),
    MarkedCase(
      #"let a = 1 «$»b"#,
      #"error: expected the end of the statement, found `$`"#),
    MarkedCase(
      #"""
      let a = [
        1 + «prod»
      ]
      let b = tags-of
      print «"»x
      """#,
      #"error: unknown name `prod` = variables start with `$`, text needs quotes, columns start with `.`, a command stands in `( … )`"#,
      #"error: the quoted text is never closed / begins here"#),
    MarkedCase(
      #"""
      let x = -9223372036854775808
      let y = «-9223372036854775809»
      """#,
      #"error: `-9223372036854775809` is too large = numbers have 64 bits"#),
    MarkedCase(
      #"[1] | extend «5»"#,
      #"error: expected a name, found `5`"#),
  ]
}
