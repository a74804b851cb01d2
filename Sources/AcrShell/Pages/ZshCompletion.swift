/// `completions/_acrsh`.
struct ZshCompletion {
  let table: ShellTable

  var text: String {
    let options = ProgramOption.all.filter { $0.name != "-c" }.flatMap { option in
      option.names.map { specification($0, option) }
    }
    return """
      #compdef acrsh
      # Completion of acrsh for zsh. Made by scripts/generate; do not edit.
      # Put it into a folder of $fpath, for example /usr/local/share/zsh/site-functions.

      typeset -ga _acrsh_lines
      _acrsh_lines=(
      \(table.lines.map { "  \(ShellTable.quoted($0))" }.joined(separator: "\n"))
      )

      # The text of -c: one word of the language after the other.
      _acrsh_text() {
        compset -q
        local -a statement fields found flags
        local -A seen
        local line joined previous command name next i
        for ((i = CURRENT - 1; i >= 1; i--)); do
          [[ $words[i] == [\\|\\;\\(\\{] ]] && break
          statement=("$words[i]" $statement)
        done
        [[ $statement[1] == az ]] && shift statement
        joined="${(j: :)statement}" previous=$statement[-1]
        for line in $_acrsh_lines; do
          fields=("${(@ps:\\t:)line}")
          [[ $fields[2] == - ]] || continue
          name=$fields[1]
          [[ "$joined " == "$name "* && ${#name} -gt ${#command} ]] && command=$name
          if [[ -z $joined ]]; then
            next=${name%% *}
          elif [[ $name == "$joined "* ]]; then
            next=${${name#"$joined "}%% *}
          else
            continue
          fi
          [[ -n $seen[$next] ]] && continue
          seen[$next]=1
          if [[ $name == *"$next" ]]; then found+=("$next:$fields[4]"); else found+=("$next"); fi
        done
        if [[ -n $command ]]; then
          for line in $_acrsh_lines; do
            fields=("${(@ps:\\t:)line}")
            [[ $fields[1] == $command && $fields[2] == $previous && $fields[3] != - ]] || continue
            _acrsh_values $fields[3] $fields[4]
            return
          done
          for line in $_acrsh_lines; do
            fields=("${(@ps:\\t:)line}")
            [[ $fields[1] == $command ]] || continue
            case $fields[2] in
              -) ;;
              @) [[ $PREFIX == -* ]] || _acrsh_values $fields[3] $fields[4] ;;
              *) [[ $PREFIX == -* && -z ${statement[(r)$fields[2]]} ]] && flags+=("$fields[2]:$fields[4]") ;;
            esac
          done
        fi
        (($#found)) && _describe -t commands 'command' found
        (($#flags)) && _describe -o -t flags 'flag' flags
      }

      _acrsh_values() {
        case $1 in
          '*') _message "$2" ;;
          FILE) _files ;;
          *) compadd -- ${(s:,:)1} ;;
        esac
      }

      # Behind its name everything is the script's; `--help` reads the script and runs nothing.
      _acrsh_script() {
        local script=${words[1]}
        if [[ $PREFIX == -* && -r $script ]]; then
          local -a flags
          flags=(${(f)"$(acrsh $script --help 2>/dev/null | grep -oE '^  --[a-z0-9-]+')"})
          compadd -- ${flags##  }
        else
          _files
        fi
      }

      _acrsh() {
        _arguments -S \\
      \(options.map { "    \($0) \\" }.joined(separator: "\n"))
          '-c[\(bracketed("Run this text instead of a file."))]:text:_acrsh_text' \\
          '1:script:_files -g "*.acr"' \\
          '*::argument:_acrsh_script'
      }

      _acrsh "$@"

      """
  }

  /// An option as `_arguments` wants it.
  private func specification(_ name: String, _ option: ProgramOption) -> String {
    let repeats = option.isRepeatable ? "*" : option.names.count > 1 ? "(\(option.names.joined(separator: " ")))" : ""
    var text = "\(repeats)\(name)[\(bracketed(option.help))]"
    if let value = option.valueName {
      text += ":\(value):"
      if option.takesFile {
        text += "_files"
      } else if !option.values.isEmpty {
        text += "(\(option.values.joined(separator: " ")))"
      }
    }
    return ShellTable.quoted(text)
  }

  private func bracketed(_ text: String) -> String {
    var result = ""
    for character in text {
      if "[]:\\".contains(character) { result += "\\" }
      result.append(character == "'" ? "’" : character)
    }
    return result
  }
}
