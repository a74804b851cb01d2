/// `completions/acrsh.fish`.
struct FishCompletion {
  let table: ShellTable

  var text: String {
    """
    # Completion of acrsh for fish. Made by scripts/generate; do not edit.
    # Put it into ~/.config/fish/completions or /usr/share/fish/vendor_completions.d.

    set -g __acrsh_lines \\
    \(table.lines.map { "    \(quoted($0))" }.joined(separator: " \\\n"))

    # The text of -c: every line is the text with its last word completed, a tab, and what it is.
    function __acrsh_text
        set -l text (string replace -r '^[\\'"]' '' -- (commandline -ct))
        set -l word (string match -r '[^ |;({]*$' -- $text)
        set -l head (string sub -l (math (string length -- "$text") - (string length -- "$word")) -- "$text")
        set -l statement (string split -n ' ' -- (string replace -r '^.*[|;({]' '' -- "$head"))
        test "$statement[1]" = az; and set -e statement[1]
        set -l joined (string join ' ' -- $statement)
        set -l previous $statement[-1]
        set -l command
        set -l seen
        for line in $__acrsh_lines
            set -l fields (string split \\t -- $line)
            test "x$fields[2]" = x-; or continue
            set -l name $fields[1]
            set -l next
            if string match -q -- "$name *" "$joined "; and test (string length -- $name) -gt (string length -- "$command")
                set command $name
            end
            if test -z "$joined"
                set next (string split ' ' -- $name)[1]
            else if string match -q -- "$joined *" $name
                set next (string split ' ' -- (string sub -s (math (string length -- $joined) + 2) -- $name))[1]
            else
                continue
            end
            contains -- $next $seen; and continue
            set -a seen $next
            string match -q -- "$word*" $next; and printf '%s%s\\t%s\\n' "$head" $next $fields[4]
        end
        test -n "$command"; or return
        for line in $__acrsh_lines
            set -l fields (string split \\t -- $line)
            test "$fields[1]" = "$command"; and test "x$fields[2]" = "x$previous"; and test "x$fields[3]" != x-; or continue
            __acrsh_values "$head" "$word" $fields[3]
            return
        end
        for line in $__acrsh_lines
            set -l fields (string split \\t -- $line)
            test "$fields[1]" = "$command"; and test "x$fields[2]" != x-; or continue
            if test "x$fields[2]" = x@
                string match -q -- '-*' $word; or __acrsh_values "$head" "$word" $fields[3]
            else if string match -q -- '-*' $word; and not contains -- $fields[2] $statement
                string match -q -- "$word*" $fields[2]; and printf '%s%s\\t%s\\n' "$head" $fields[2] $fields[4]
            end
        end
    end

    function __acrsh_values
        switch $argv[3]
            case '\\*'
                return
            case FILE
                for path in $argv[2]*
                    printf '%s%s\\n' $argv[1] $path
                end
            case '*'
                for value in (string split , -- $argv[3])
                    string match -q -- "$argv[2]*" $value; and printf '%s%s\\n' $argv[1] $value
                end
        end
    end

    # The flags of the script on the command line; `--help` reads the script and runs nothing.
    function __acrsh_script_flags
        for word in (commandline -opc)[2..]
            if string match -q -- '*.acr' $word; and test -r $word
                acrsh $word --help 2>/dev/null | string match -r '^  --[a-z0-9-]+' | string trim
                return
            end
        end
    end

    function __acrsh_has_script
        string match -q -- '*.acr' (commandline -opc)[2..]
    end

    complete -c acrsh -s c -x -a '(__acrsh_text)' -d 'Run this text instead of a file'
    complete -c acrsh -n __acrsh_has_script -a '(__acrsh_script_flags)'
    complete -c acrsh -n 'not __acrsh_has_script' -k -a '(__fish_complete_suffix .acr)'
    \(ProgramOption.all.filter { $0.name != "-c" }.map(line).joined(separator: "\n"))

    """
  }

  private func line(_ option: ProgramOption) -> String {
    var text = "complete -c acrsh -n 'not __acrsh_has_script'"
    for name in option.names {
      text += name.hasPrefix("--") ? " -l \(name.dropFirst(2))" : " -s \(name.dropFirst())"
    }
    if option.valueName != nil {
      text += option.takesFile ? " -r -F" : " -x"
      if !option.values.isEmpty { text += " -a \(quoted(option.values.joined(separator: " ")))" }
    }
    return text + " -d \(quoted(option.help))"
  }

  private func quoted(_ text: String) -> String {
    var result = ""
    for character in text {
      if character == "'" || character == "\\" { result += "\\" }
      result.append(character)
    }
    return "'\(result)'"
  }
}
