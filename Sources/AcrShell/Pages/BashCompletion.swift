/// `completions/acrsh.bash`.
struct BashCompletion {
  let table: ShellTable

  var text: String {
    let options = ProgramOption.all
    let withValue = options.filter { $0.valueName != nil && $0.name != "-c" }.flatMap(\.names).joined(separator: " | ")
    let names = options.flatMap(\.names).joined(separator: " ")
    var cases = ""
    for option in options where option.valueName != nil && option.name != "-c" {
      let candidates =
        option.takesFile
        ? "compgen -f -- \"$cur\"" : "compgen -W \(ShellTable.quoted(option.values.joined(separator: " "))) -- \"$cur\""
      cases +=
        "    \(option.names.joined(separator: " | ")))\n      mapfile -t COMPREPLY < <(\(candidates))\n      return\n      ;;\n"
    }
    return """
      # Completion of acrsh for bash. Made by scripts/generate; do not edit.
      # Install it as /usr/share/bash-completion/completions/acrsh, or read it with `source`.

      _acrsh_names=() _acrsh_flags=() _acrsh_values=()

      _acrsh_load() {
        local name flag values help
        while IFS=$'\\t' read -r name flag values help; do
          _acrsh_names+=("$name")
          _acrsh_flags+=("$flag")
          _acrsh_values+=("$values")
        done <<'END'
      \(table.lines.joined(separator: "\n"))
      END
      }

      # What could end a text of the language: sets `found` to the candidates and `head` to what stands before them.
      _acrsh_text() {
        [ ${#_acrsh_names[@]} -gt 0 ] || _acrsh_load
        local text=$1 word statement joined previous= command= name flag values next i
        local -a words
        word=${text##*[[:space:]|;(\\{]}
        head=${text%"$word"}
        statement=${head##*[|;(\\{]}
        read -r -a words <<<"$statement"
        [ "${words[0]-}" = az ] && words=("${words[@]:1}")
        joined="${words[*]}"
        [ ${#words[@]} -gt 0 ] && previous=${words[${#words[@]} - 1]}
        found=()
        for i in "${!_acrsh_names[@]}"; do
          [ "${_acrsh_flags[i]}" = - ] || continue
          name=${_acrsh_names[i]}
          if [[ "$joined " == "$name "* && ${#name} -gt ${#command} ]]; then command=$name; fi
          if [ -z "$joined" ]; then
            next=${name%% *}
          elif [[ $name == "$joined "* ]]; then
            next=${name#"$joined "}
            next=${next%% *}
          else
            continue
          fi
          [[ $next == "$word"* && " ${found[*]} " != *" $next "* ]] && found+=("$next")
        done
        [ -n "$command" ] || return
        for i in "${!_acrsh_names[@]}"; do
          [ "${_acrsh_names[i]}" = "$command" ] || continue
          flag=${_acrsh_flags[i]} values=${_acrsh_values[i]}
          if [ "$flag" = "$previous" ] && [ "$values" != - ]; then
            _acrsh_values_for "$values" "$word"
            return
          fi
        done
        for i in "${!_acrsh_names[@]}"; do
          [ "${_acrsh_names[i]}" = "$command" ] || continue
          flag=${_acrsh_flags[i]} values=${_acrsh_values[i]}
          case $flag in
            -) ;;
            @) [[ $word == -* ]] || _acrsh_values_for "$values" "$word" more ;;
            *) [[ $word == -* && $flag == "$word"* && " $statement " != *" $flag "* ]] && found+=("$flag") ;;
          esac
        done
      }

      # The values of a flag; with a third argument, beside what was found already.
      _acrsh_values_for() {
        local -a list=()
        case $1 in
          '*') ;;
          FILE) mapfile -t list < <(compgen -f -- "$2") ;;
          *) mapfile -t list < <(compgen -W "${1//,/ }" -- "$2") ;;
        esac
        if [ -n "${3-}" ]; then found+=("${list[@]}"); else found=("${list[@]}"); fi
      }

      _acrsh() {
        local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} head= script= takes=script i
        local -a found=()
        COMPREPLY=()
        case $prev in
          -c)
            _acrsh_text "${cur#[\\'\\"]}"
            COMPREPLY=("${found[@]/#/$head}")
            compopt -o nospace 2>/dev/null
            return
            ;;
      \(cases.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
        esac
        for ((i = 1; i < COMP_CWORD; i++)); do
          case ${COMP_WORDS[i]} in
            -c | \(withValue)) ((i++)) ;;
            --check | --fmt) takes=files ;;
            -?*) ;;
            *)
              script=${COMP_WORDS[i]}
              break
              ;;
          esac
        done
        if [ -n "$script" ] && [ "$takes" = script ]; then
          # Behind its name everything is the script's; `--help` reads the script and runs nothing.
          if [[ $cur == -* ]]; then
            local flags
            flags=$("${COMP_WORDS[0]}" "$script" --help 2>/dev/null | grep -oE '^  --[a-z0-9-]+')
            mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$cur")
          else
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
          fi
        elif [[ $cur == -* ]]; then
          mapfile -t COMPREPLY < <(compgen -W '\(names)' -- "$cur")
        else
          mapfile -t COMPREPLY < <(compgen -f -X '!*.acr' -- "$cur"; compgen -d -- "$cur")
        fi
      }

      complete -o filenames -F _acrsh acrsh

      """
  }
}
