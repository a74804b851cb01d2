extension MarkedCase {
  /// What the check finds.
  static let names: [MarkedCase] = [
    MarkedCase(
      #"""
      let name = 1
      print «$nme»
      print $name
      """#,
      #"error: unknown variable `$nme` / did you mean `$name`?"#),
    MarkedCase(
      #"print «$NME»"#,
      #"error: unknown variable `$NME` = there is an environment variable of that name: `$env.NME`"#),
    MarkedCase(
      #"""
      let x = «foo» + 1
      print $x
      """#,
      #"error: `foo` is not a command / did you mean `$foo`?"#),
    MarkedCase(
      #"""
      let m = { tag: "x" }
      print a/«$m».tag
      """#,
      #"error: `$m` is a record = write `${m.tag}`"#),
    MarkedCase(
      #"try { print x } catch e { print "failed: «$e».message" }"#,
      #"error: `$e` is a record = write `${e.message}`"#),
    MarkedCase(
      #"acr login --name x --username u --password «hunter2»"#,
      #"note: the value of `--password` is visible on the screen; this line is not saved in the history = `--password (secret prompt "…")` asks for it"#,
      isPrompt: true),
    MarkedCase(
      #"acr import --name a --source «other.azurecr.io/x:1» --registry reg"#,
      #"error: with `--registry`, give the source without the registry's name"#),
    MarkedCase(
      #"""
      let r = "a"
      acr import --name a --source «$r.azurecr.io/x:1» --registry reg
      """#,
      #"error: with `--registry`, give the source without the registry's name"#),
    MarkedCase(
      #"acr import «--nmae» prod --source dev.azurecr.io/x --image y"#,
      #"error: `--nmae` is not a flag of `acr import` / did you mean `--name`? = `help acr import` lists its flags"#),
    MarkedCase(
      #"«acr»"#,
      #"error: `acr` needs a subcommand = the subcommands are `acr check-health`, `acr check-name`, `acr credential renew`, `acr credential show`, `acr import`, `acr list`, `acr login`, `acr logout`, `acr manifest delete`, `acr manifest list`, `acr manifest list-deleted`, `acr manifest list-deleted-tags`, `acr manifest list-metadata`, `acr manifest list-referrers`, `acr manifest metadata list`, `acr manifest metadata show`, `acr manifest metadata update`, `acr manifest restore`, `acr manifest show`, `acr manifest show-metadata`, `acr manifest update-metadata`, `acr preflight`, `acr purge`, `acr repository delete`, `acr repository list`, `acr repository list-deleted`, `acr repository show`, `acr repository show-manifests`, `acr repository show-tags`, `acr repository untag`, `acr repository update`, `acr run`, `acr scope-map create`, `acr scope-map delete`, `acr scope-map list`, `acr scope-map show`, `acr scope-map update`, `acr show`, `acr show-endpoints`, `acr show-usage`, `acr token create`, `acr token credential delete`, `acr token credential generate`, `acr token delete`, `acr token list`, `acr token show`, `acr token update`"#
    ),
    MarkedCase(
      #"«acr manifest»"#,
      #"error: `acr manifest` needs a subcommand = the subcommands are `acr manifest delete`, `acr manifest list`, `acr manifest list-deleted`, `acr manifest list-deleted-tags`, `acr manifest list-metadata`, `acr manifest list-referrers`, `acr manifest metadata list`, `acr manifest metadata show`, `acr manifest metadata update`, `acr manifest restore`, `acr manifest show`, `acr manifest show-metadata`, `acr manifest update-metadata`"#
    ),
    MarkedCase(
      #"«acr improt» --name x"#,
      #"error: `acr improt` is not a command / did you mean `acr import`?"#),
    MarkedCase(
      #"«az»"#,
      #"error: `az` needs a subcommand = `help` lists the commands"#),
    MarkedCase(
      #"az «account set»"#,
      #"error: `account set` needs `--subscription` = `help account set` shows its flags"#),
    MarkedCase(
      #"«join-by» a"#,
      #"error: `join-by` needs `left` and `right` = `help join-by` shows what it takes"#),
    MarkedCase(
      #"acr login «--name»"#,
      #"error: `--name` needs a value"#),
    MarkedCase(
      #"acr login «--name» --username x"#,
      #"error: `--name` needs a value = a value that starts with `-` is written `--name=--username`"#),
    MarkedCase(
      #"acr login --name a «--name» b"#,
      #"error: `--name` is given twice = it takes one value"#),
    MarkedCase(
      #"acr login --name a «extra»"#,
      #"error: `acr login` takes no value without a flag = `help acr login` shows what it takes; a text with spaces needs quotes"#
    ),
    MarkedCase(
      #"list-metadata --name x --top «abc»"#,
      #"error: `--top` takes a whole number, `abc` is not one = for example `4`; text in quotes is never a number"#),
    MarkedCase(
      #"list-metadata --name x --top «"5"»"#,
      #"error: `--top` takes a whole number, this is a text = for example `4`; text in quotes is never a number"#),
    MarkedCase(
      #"list-metadata --name x --top=5 | first «1.5» | to json"#,
      #"error: `count` takes a whole number, `1.5` is not one = for example `4`; text in quotes is never a number"#),
    MarkedCase(
      #"acr import --name a --source b --timeout «30»"#,
      #"error: `--timeout` takes a duration, `30` is not one = for example `30s`, `5m`, `2h`"#),
    MarkedCase(
      #"acr import --name a --source b --timeout «30x»; label {} --largest «5s»"#,
      #"error: `--timeout` takes a duration, `30x` is not one = for example `30s`, `5m`, `2h`"#,
      #"error: `--largest` takes a size, `5s` is not one = for example `200MB`, `1.5GiB`"#),
    MarkedCase(
      #"acr import --name «[1]» --source «{a: 1}»"#,
      #"error: `--name` takes a text, this is a list"#,
      #"error: `--source` takes a text, this is a record"#),
    MarkedCase(
      #"acr repository update --name a --write-enabled «no»"#,
      #"error: `--write-enabled` takes `true` or `false`, `no` is not one"#),
    MarkedCase(
      #"«first» 5"#,
      #"error: `first` needs rows from a pipe = put it after `|`: `… | first …`; "#
        + #"as a text it needs quotes: `"first"`"#),
    MarkedCase(
      #"mirror a b | where «.actoin» == "copied" | select tag «bites» | get «digest»"#,
      #"warning: `mirror` gives no column `actoin` / did you mean `action`? = its columns: repository, tag, action, digest, bytes, referrers, reason"#,
      #"warning: `mirror` gives no column `bites` / did you mean `bytes`? = its columns: repository, tag, action, digest, bytes, referrers, reason"#,
      #"warning: `mirror` gives no column `digest` = its columns: tag, bites"#),
    MarkedCase(
      #"""
      mirror a b | extend mb = .bytes / 1MB, half = .mb / 2 | sort-by half | where .mb > 1 and $it?.nosuch == null | get half
      mirror a b --dry-run | get dry_run
      mirror a b | group-by tag | where count(.rows) > 1 | get key
      mirror a b | each { |row| $row } | get «nosuch»
      let rows = mirror a b
      $rows | where «.nosuch» == 1 | get «nosuch»
      join-by tag [] [] | where .nosuch == 1
      repository show | get nosuch
      list-metadata a/b --query "[]" | where .nosuch == 1
      """#,
      #"warning: `mirror` gives no column `nosuch` = its columns: repository, tag, action, digest, bytes, referrers, reason"#,
      #"warning: `mirror` gives no column `nosuch` = its columns: repository, tag, action, digest, bytes, referrers, reason"#,
      #"warning: `mirror` gives no column `nosuch` = its columns: repository, tag, action, digest, bytes, referrers, reason"#
    ),
    MarkedCase(
      #"print x | «acr login» --name x"#,
      #"error: `acr login` takes nothing from a pipe = put it first, or inside a block: `| each { … }`"#),
    MarkedCase(
      #"[1] | each «print»"#,
      #"error: `block` takes a block, `print` is not one"#),
    MarkedCase(
      #"[1] | each «{ a: 1 }»"#,
      #"error: `block` takes a block, this is a record = a block that gives a record is `{ { … } }`"#),
    MarkedCase(
      #"[1] | first «{» print x }"#,
      #"error: `count` takes a whole number, this is a block = to use the value of a command, write `( … )`"#),
    MarkedCase(
      #"label «{» print x }"#,
      #"error: `labels` takes a record, this is a block = a record has `name: value` inside its braces"#),
    MarkedCase(
      #"[1] | each {}"#),
    MarkedCase(
      #"«where» .x == 1"#,
      #"error: `where` needs rows from a pipe = put it after `|`: `… | where …`; "#
        + #"as a text it needs quotes: `"where"`"#),
    MarkedCase(
      #"let y = «.x»"#,
      #"error: `.x` needs a row, and there is none here = `$it` and `.name` are available in `where`, `extend` and blocks without named values"#
    ),
    MarkedCase(
      #"[1] | each { |m| «.tags» }"#,
      #"error: `.tags` needs a row, and there is none here = the block names its values: `$m`"#),
    MarkedCase(
      #"print «$it»"#,
      #"error: `$it` needs a row, and there is none here = `$it` and `.name` are available in `where`, `extend` and blocks without named values"#
    ),
    MarkedCase(
      #"""
      let x = 1
      let «x» = 2
      «$x» = 3
      print $x
      """#,
      #"error: `x` is already declared, in line 1 = assign to a `var` with `$x = …`, or choose another name"#,
      #"error: `$x` cannot be assigned to: it is a `let` = declare it with `var x = …`"#),
    MarkedCase(
      #"""
      let x = 1
      if true { let «x» = 2
      print $x }
      print $x
      """#,
      #"warning: `x` hides the variable of line 1"#),
    MarkedCase(
      #"let «unused» = 1"#,
      #"warning: `$unused` is never read"#),
    MarkedCase(
      #"«break»"#,
      #"error: `break` is only allowed in `for` and `while`"#),
    MarkedCase(
      #"for x in [1] { [2] | each { «break» } }"#,
      #"error: `break` cannot leave a block given to a command = use `for`, or choose the rows first with `where` and `first`"#
    ),
    MarkedCase(
      #"«return» 1"#,
      #"error: `return` is only allowed in a `def` = use `exit` to end the script"#),
    MarkedCase(
      #"""
      def f(a) { return $a }
      def «f»(b) { return $b }
      f 1
      """#,
      #"error: `f` is already defined, in line 1"#),
    MarkedCase(
      #"""
      def f(a, --flag: int, --on) { [1] | each { «return» 1 }
        exit 1
        «print never» }
      «f»
      f 1 «2»
      f 1 --flag «x»
      f 1 «--flga» 3 --on
      print (f(1, «2»)) («f»())
      f 1 --on=false --flag 3
      """#,
      #"error: `return` cannot leave a block given to a command = the value of a block is its last statement"#,
      #"warning: nothing after `exit` runs"#,
      #"error: `f` needs `a` and `--flag` = `help f` shows what it takes"#,
      #"error: `f` takes one value without a flag; this is an extra one = `help f` shows what it takes; a text with spaces needs quotes"#,
      #"error: `--flag` takes a whole number, `x` is not one = for example `4`; text in quotes is never a number"#,
      #"error: `--flga` is not a flag of `f` / did you mean `--flag`? = `help f` lists its flags"#,
      #"error: `f` takes one value; this is an extra one"#,
      #"error: `f` needs `a`"#),
    MarkedCase(
      #"""
      var total = 0
      [1] | par-each { «$total» = $total + 1 }
      def f() { «$total» = 3
       print $total }
      """#,
      #"error: `$total` cannot be assigned to inside `par-each`: its blocks run at the same time = return a value and collect it"#,
      #"error: a `def` cannot assign to `$total`, which is outside it = return a value"#),
    MarkedCase(
      #"«FOO=bar»"#,
      #"error: `FOO=…` is shell syntax = declare a variable with `let FOO = …`"#),
    MarkedCase(
      #"«x» = 5"#,
      #"error: `x` is not a command = declare a variable with `let x = …`"#),
    MarkedCase(
      #"«count» «[1]»"#,
      #"error: `count` needs rows from a pipe = put it after `|`: `… | count …`; "#
        + #"as a text it needs quotes: `"count"`"#,
      #"error: `count` takes no value without a flag = `help count` shows what it takes; a text with spaces needs quotes"#
    ),
    MarkedCase(
      #"print upper"#),
    MarkedCase(
      #"let x = «open»("a")"#,
      #"error: `open` is a command = to use its value, write `(open …)`"#),
    MarkedCase(
      #"let x = «uper»("a")"#,
      #"error: `uper` is not a function / did you mean `upper`?"#),
    MarkedCase(
      #"let x = «upper»("a", "b")"#,
      #"error: `upper` takes 1 argument, not 2 = call it as `upper(text)`"#),
    MarkedCase(
      #"let x = «now»(1)"#,
      #"error: `now` takes no arguments, not 1 = call it as `now()`"#),
    MarkedCase(
      #"""
      use «"./a.acr"» as lib
      lib.foo 1
      """#,
      #"error: the module `./a.acr` cannot be read: no such file"#),
    MarkedCase(
      #"«lib.foo» 1"#,
      #"error: `lib.foo` is not a command = `help` lists the commands"#),
    MarkedCase(
      #"let x = «lib.foo»(1)"#,
      #"error: no module is called `lib` = load one with `use "PATH" as lib`"#),
    MarkedCase(
      #"""
      print a
      param «x»
      """#,
      #"error: `param` is only allowed at the top of a script = move it above the first statement"#),
    MarkedCase(
      #"param «x»"#,
      #"error: `param` is only allowed in a script = declare a variable with `let`"#,
      isPrompt: true),
    MarkedCase(
      #"def f(«...rest», x) { print $rest $x }"#,
      #"error: the rest parameter must be last"#),
    MarkedCase(
      #"def f(a = 1, «b») { print $a $b }"#,
      #"error: `b` needs a default, because `a` before it has one"#),
    MarkedCase(
      #"def f(a: int = «"x"») { print $a }"#,
      #"error: `a` takes a whole number, this is a text = for example `4`; text in quotes is never a number"#),
    MarkedCase(
      #"let «env» = 1"#,
      #"error: `env` is the environment = choose another name"#),
    MarkedCase(
      #"print «$env»"#,
      #"error: `$env` is read one name at a time = write `$env.NAME`, or `$env?.NAME` when it may be missing"#),
    MarkedCase(
      #"print «$env».HOME"#,
      #"error: a word takes only the name of a variable = write `${env.HOME}`"#),
    MarkedCase(
      #"print ${env.HOME} ($env.HOME) ($env?.HOME ?? "x")"#),
    MarkedCase(
      #"«$env.X» = 1"#,
      #"error: the environment cannot be changed"#),
    MarkedCase(
      #"let x = { a: 1, «a»: 2 }"#,
      #"error: `a` is given twice"#),
    MarkedCase(
      #"""
      def retry-it() { print x }
      def «count»(x) { print $x }
      def «print»(x) { exit }
      """#,
      #"warning: `count` is also a command; the `def` is used instead"#,
      #"warning: `print` is also a command; the `def` is used instead"#),
    MarkedCase(
      #"Import-AzContainerRegistryImage -RegistryName myregistry -ResourceGroupName g -SourceRegistryUri docker.io -SourceImage library/hello-world:latest -mode Force"#
    ),
    MarkedCase(
      #"Import-AzContainerRegistryImage «-RegistryNam» myregistry «-Source» x"#,
      #"error: `-RegistryNam` is not a flag of `Import-AzContainerRegistryImage` / did you mean `-RegistryName`? = `help Import-AzContainerRegistryImage` lists its flags"#,
      #"error: `-Source` is not a flag of `Import-AzContainerRegistryImage` = `help Import-AzContainerRegistryImage` lists its flags"#
    ),
    MarkedCase(
      #"Import-AzContainerRegistryImage -RegistryName r -SourceImage x -Mode «Fore»"#,
      #"error: `-Mode` takes `Force` or `NoForce`"#),
    MarkedCase(
      #"run docker --version -x --foo=bar | lines"#),
    MarkedCase(
      #"run «--allow-failur» git"#,
      #"error: `--allow-failur` is not a flag of `run` / did you mean `--allow-failure`? = `help run` lists its flags"#),
    MarkedCase(
      #"print lib«$x»"#,
      #"error: unknown variable `$x` = declare it with `let x = …`"#),
    MarkedCase(
      #"let «it» = 1"#,
      #"error: `it` is the row of a block or `where` = choose another name"#),
    MarkedCase(
      #"[1] | each { |«it»| print $it }"#,
      #"error: `it` is the row of a block or `where` = choose another name"#),
    MarkedCase(
      #"""
      print a
      exit
      «print b»
      """#,
      #"warning: nothing after `exit` runs"#),
    MarkedCase(
      #"""
      let x = 5
      «x» + 1
      """#,
      #"error: `x` is not a command / did you mean `$x`?"#),
    MarkedCase(
      #"let x = «count»()"#,
      #"error: `count` takes 1 argument, not 0 = call it as `count(list)`"#),
    MarkedCase(
      #"«prnt» a"#,
      #"error: `prnt` is not a command / did you mean `print`?"#),
    MarkedCase(
      #"""
      help
      «retry» --times 3
      """#,
      #"error: `retry` needs a block = write `retry { … }`"#),
    MarkedCase(
      #"«secret»"#,
      #"error: `secret` needs a subcommand = the subcommands are `secret env`, `secret file`, `secret prompt`"#),
    MarkedCase(
      #"«secret env»"#,
      #"error: `secret env` needs `name` = `help secret env` shows what it takes"#),
    MarkedCase(
      #"""
      def g(a, --needed: string) { print $a $needed }
      let x = «g»(1)
      """#,
      #"error: `g` needs `--needed` = call it as a command: `(g … --needed …)`"#),
    MarkedCase(
      #"""
      def h(a) { return $a }
      [1] | «h» 2
      """#,
      #"error: `h` is a `def` and takes nothing from a pipe = declare what it takes as its first parameter: `def h(in rows: list)`"#
    ),
    MarkedCase(
      #"print é«$q»"#,
      #"error: unknown variable `$q` = declare it with `let q = …`"#),
    MarkedCase(
      #"""
      if true {
        «prnt» a
        let q = «prod»
      }
      """#,
      #"error: `prnt` is not a command / did you mean `print`?"#,
      #"error: `prod` is not a command = `help` lists the commands"#),
    MarkedCase(
      #"acr import --name a --source b «--name»=c --force «--force»"#,
      #"error: `--name` is given twice = it takes one value"#,
      #"error: `--force` is given twice = it takes one value"#),
    MarkedCase(
      #"""
      let v = "a"
      print ${v}.x $v.x "${v}" "$v costs $5" ^a$
      """#),
    MarkedCase(
      #"repository list --name x --top 5 «6»"#,
      #"error: `repository list` takes no value without a flag = `help repository list` shows what it takes; a text with spaces needs quotes"#
    ),
    MarkedCase(
      #"""
      print (acr login --name x
      «print» «y»)
      """#,
      #"error: `acr login` takes no value without a flag = `help acr login` shows what it takes; a text with spaces needs quotes"#,
      #"error: `acr login` takes no value without a flag = `help acr login` shows what it takes; a text with spaces needs quotes"#
    ),
    MarkedCase(
      #"""
      import --source reg/x:1 --name y --registry reg
      import --source «localhost:5000/x:1» --name y --registry reg
      """#,
      #"error: with `--registry`, give the source without the registry's name"#),
    MarkedCase(
      #"«par-each» { print x }"#,
      #"error: `par-each` needs rows from a pipe = put it after `|`: `… | par-each …`; "#
        + #"as a text it needs quotes: `"par-each"`"#),
    MarkedCase(
      #"«extend» a = 1"#,
      #"error: `extend` needs rows from a pipe = put it after `|`: `… | extend …`; "#
        + #"as a text it needs quotes: `"extend"`"#),
    MarkedCase(
      #"[1] | extend a = 1, «a» = 2"#,
      #"error: `a` is given twice"#),
  ]
}
