# Completion of acrsh for bash. Made by scripts/generate; do not edit.
# Install it as /usr/share/bash-completion/completions/acrsh, or read it with `source`.

_acrsh_names=() _acrsh_flags=() _acrsh_values=()

_acrsh_load() {
  local name flag values help
  while IFS=$'\t' read -r name flag values help; do
    _acrsh_names+=("$name")
    _acrsh_flags+=("$flag")
    _acrsh_values+=("$values")
  done <<'END'
acr import	-	-	Copies an image or any other artifact into a registry, without Docker
acr import	--debug	-	lists its requests on standard error, and says how long it took
acr import	--force	-	moves tags that point at another image
acr import	--image	*	the image’s repository:tag in the target
acr import	--name	*	the registry to import into: a name, a host, or oci:PATH
acr import	--only-show-errors	-	no notes and warnings
acr import	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr import	--password	*	the password or token for the source’s registry
acr import	--query	*	picks from the result with a JMESPath expression
acr import	--registry	*	the source’s registry
acr import	--repository	*	a repository that gets the manifests without a tag
acr import	--source	*	the image to import, with its registry unless --registry names it
acr import	--username	*	the user for the source’s registry
acr import	--verbose	-	says how long it took
acr import	-n	*	the registry to import into: a name, a host, or oci:PATH
acr import	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr import	-p	*	the password or token for the source’s registry
acr import	-r	*	the source’s registry
acr import	-t	*	the image’s repository:tag in the target
acr import	-u	*	the user for the source’s registry
acr login	-	-	Signs in to one registry for this session
acr login	--debug	-	lists its requests on standard error, and says how long it took
acr login	--name	*	the registry: a name or a host
acr login	--only-show-errors	-	no notes and warnings
acr login	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr login	--password	*	the password or access token; asked for when it is missing
acr login	--query	*	picks from the result with a JMESPath expression
acr login	--username	*	the user; none with an access token
acr login	--verbose	-	says how long it took
acr login	-n	*	the registry: a name or a host
acr login	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr login	-p	*	the password or access token; asked for when it is missing
acr login	-u	*	the user; none with an access token
acr logout	-	-	Forgets the credentials this session was given for a registry
acr logout	--debug	-	lists its requests on standard error, and says how long it took
acr logout	--name	*	the registry: a name or a host
acr logout	--only-show-errors	-	no notes and warnings
acr logout	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr logout	--query	*	picks from the result with a JMESPath expression
acr logout	--verbose	-	says how long it took
acr logout	-n	*	the registry: a name or a host
acr logout	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest list-metadata	-	-	Lists the manifests of a repository with their tags, platforms and sizes
acr manifest list-metadata	--allow-missing	-	a repository that does not exist has no rows, instead of being an error
acr manifest list-metadata	--debug	-	lists its requests on standard error, and says how long it took
acr manifest list-metadata	--name	*	the repository
acr manifest list-metadata	--only-show-errors	-	no notes and warnings
acr manifest list-metadata	--orderby	time_asc,time_desc	by creation time, oldest or newest first
acr manifest list-metadata	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest list-metadata	--query	*	picks from the result with a JMESPath expression
acr manifest list-metadata	--registry	*	the registry: a name, a host, or oci:PATH
acr manifest list-metadata	--top	*	only so many rows
acr manifest list-metadata	--verbose	-	says how long it took
acr manifest list-metadata	-n	*	the repository
acr manifest list-metadata	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest list-metadata	-r	*	the registry: a name, a host, or oci:PATH
acr manifest show	-	-	Shows a manifest as a record
acr manifest show	--debug	-	lists its requests on standard error, and says how long it took
acr manifest show	--name	*	repository:tag or repository@digest
acr manifest show	--only-show-errors	-	no notes and warnings
acr manifest show	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest show	--query	*	picks from the result with a JMESPath expression
acr manifest show	--raw	-	gives the exact text instead of a record
acr manifest show	--registry	*	the registry: a name, a host, or oci:PATH
acr manifest show	--verbose	-	says how long it took
acr manifest show	-n	*	repository:tag or repository@digest
acr manifest show	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest show	-r	*	the registry: a name, a host, or oci:PATH
acr repository list	-	-	Lists the repositories of a registry
acr repository list	--debug	-	lists its requests on standard error, and says how long it took
acr repository list	--name	*	the registry: a name or a host
acr repository list	--only-show-errors	-	no notes and warnings
acr repository list	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository list	--query	*	picks from the result with a JMESPath expression
acr repository list	--top	*	only so many
acr repository list	--verbose	-	says how long it took
acr repository list	-n	*	the registry: a name or a host
acr repository list	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository show-tags	-	-	Lists the tags of a repository
acr repository show-tags	--debug	-	lists its requests on standard error, and says how long it took
acr repository show-tags	--name	*	the registry: a name, a host, or oci:PATH
acr repository show-tags	--only-show-errors	-	no notes and warnings
acr repository show-tags	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository show-tags	--query	*	picks from the result with a JMESPath expression
acr repository show-tags	--repository	*	the repository; not needed for a folder
acr repository show-tags	--top	*	only so many
acr repository show-tags	--verbose	-	says how long it took
acr repository show-tags	-n	*	the registry: a name, a host, or oci:PATH
acr repository show-tags	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
confirm	-	-	Asks a question and goes on only after yes
confirm	--yes	-	do not ask, the answer is yes
confirm	-y	-	do not ask, the answer is yes
count	-	-	Counts the rows
each	-	-	Runs a block for each row and passes on what it gives
each	--keep-going	-	go on after errors
extend	-	-	Adds columns to each row
first	-	-	Passes on the first rows and stops what makes them
flatten	-	-	Replaces each item that is a list by its items
from	-	-	Reads data from a text
from	@	json,jsonl,csv,tsv	json, jsonl, csv or tsv
get	-	-	Takes one column of each row, one field of a record, or one item of a list
group-by	-	-	Collects rows with the same value in a column as `{key, rows}`
help	-	-	Lists the commands, or explains one
ignore	-	-	Runs what stands before it and drops the result
import	-	-	Copies an image or any other artifact into a registry, without Docker
import	--debug	-	lists its requests on standard error, and says how long it took
import	--force	-	moves tags that point at another image
import	--image	*	the image’s repository:tag in the target
import	--name	*	the registry to import into: a name, a host, or oci:PATH
import	--only-show-errors	-	no notes and warnings
import	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
import	--password	*	the password or token for the source’s registry
import	--query	*	picks from the result with a JMESPath expression
import	--registry	*	the source’s registry
import	--repository	*	a repository that gets the manifests without a tag
import	--source	*	the image to import, with its registry unless --registry names it
import	--username	*	the user for the source’s registry
import	--verbose	-	says how long it took
import	-n	*	the registry to import into: a name, a host, or oci:PATH
import	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
import	-p	*	the password or token for the source’s registry
import	-r	*	the source’s registry
import	-t	*	the image’s repository:tag in the target
import	-u	*	the user for the source’s registry
join-by	-	-	Puts rows of two tables with the same value in a column side by side as `{COLUMN, left, right}`
join-by	--outer	-	also rows without a partner
last	-	-	Passes on the last rows
lines	-	-	Makes a list of the lines of a text, without empty ones at its end
list-metadata	-	-	Lists the manifests of a repository with their tags, platforms and sizes
list-metadata	--allow-missing	-	a repository that does not exist has no rows, instead of being an error
list-metadata	--debug	-	lists its requests on standard error, and says how long it took
list-metadata	--name	*	the repository
list-metadata	--only-show-errors	-	no notes and warnings
list-metadata	--orderby	time_asc,time_desc	by creation time, oldest or newest first
list-metadata	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
list-metadata	--query	*	picks from the result with a JMESPath expression
list-metadata	--registry	*	the registry: a name, a host, or oci:PATH
list-metadata	--top	*	only so many rows
list-metadata	--verbose	-	says how long it took
list-metadata	-n	*	the repository
list-metadata	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
list-metadata	-r	*	the registry: a name, a host, or oci:PATH
manifest config	-	-	Shows the configuration of an image: platform, entry point, environment, labels
manifest config	--debug	-	lists its requests on standard error, and says how long it took
manifest config	--name	*	repository:tag or repository@digest
manifest config	--only-show-errors	-	no notes and warnings
manifest config	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest config	--platform	*	which image of an index, as os/architecture[/variant]
manifest config	--query	*	picks from the result with a JMESPath expression
manifest config	--registry	*	the registry: a name, a host, or oci:PATH
manifest config	--verbose	-	says how long it took
manifest config	-n	*	repository:tag or repository@digest
manifest config	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest config	-r	*	the registry: a name, a host, or oci:PATH
manifest list-metadata	-	-	Lists the manifests of a repository with their tags, platforms and sizes
manifest list-metadata	--allow-missing	-	a repository that does not exist has no rows, instead of being an error
manifest list-metadata	--debug	-	lists its requests on standard error, and says how long it took
manifest list-metadata	--name	*	the repository
manifest list-metadata	--only-show-errors	-	no notes and warnings
manifest list-metadata	--orderby	time_asc,time_desc	by creation time, oldest or newest first
manifest list-metadata	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest list-metadata	--query	*	picks from the result with a JMESPath expression
manifest list-metadata	--registry	*	the registry: a name, a host, or oci:PATH
manifest list-metadata	--top	*	only so many rows
manifest list-metadata	--verbose	-	says how long it took
manifest list-metadata	-n	*	the repository
manifest list-metadata	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest list-metadata	-r	*	the registry: a name, a host, or oci:PATH
manifest show	-	-	Shows a manifest as a record
manifest show	--debug	-	lists its requests on standard error, and says how long it took
manifest show	--name	*	repository:tag or repository@digest
manifest show	--only-show-errors	-	no notes and warnings
manifest show	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest show	--query	*	picks from the result with a JMESPath expression
manifest show	--raw	-	gives the exact text instead of a record
manifest show	--registry	*	the registry: a name, a host, or oci:PATH
manifest show	--verbose	-	says how long it took
manifest show	-n	*	repository:tag or repository@digest
manifest show	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest show	-r	*	the registry: a name, a host, or oci:PATH
manifest tree	-	-	Lists what an image consists of: index, platforms, configurations, layers, and who refers to it
manifest tree	--debug	-	lists its requests on standard error, and says how long it took
manifest tree	--name	*	repository:tag or repository@digest
manifest tree	--only-show-errors	-	no notes and warnings
manifest tree	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest tree	--query	*	picks from the result with a JMESPath expression
manifest tree	--registry	*	the registry: a name, a host, or oci:PATH
manifest tree	--verbose	-	says how long it took
manifest tree	-n	*	repository:tag or repository@digest
manifest tree	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest tree	-r	*	the registry: a name, a host, or oci:PATH
open	-	-	Reads a file: data from .json, .jsonl, .csv and .tsv, text from any other
open	--raw	-	give the text, whatever the name’s ending
open	@	FILE	the file
par-each	-	-	Runs a block for each row, several at a time, and gives the results in the order of the rows
par-each	--jobs	*	how many at a time, 1 to 64
par-each	--keep-going	-	go on after errors
par-each	-j	*	how many at a time, 1 to 64
print	-	-	Writes a line of text: its arguments, or what comes from the pipe, row by row
print	--err	-	write to standard error
query	-	-	Picks from a value or rows with a JMESPath expression, as the Azure CLI’s --query does
repository list	-	-	Lists the repositories of a registry
repository list	--debug	-	lists its requests on standard error, and says how long it took
repository list	--name	*	the registry: a name or a host
repository list	--only-show-errors	-	no notes and warnings
repository list	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository list	--query	*	picks from the result with a JMESPath expression
repository list	--top	*	only so many
repository list	--verbose	-	says how long it took
repository list	-n	*	the registry: a name or a host
repository list	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository show-tags	-	-	Lists the tags of a repository
repository show-tags	--debug	-	lists its requests on standard error, and says how long it took
repository show-tags	--name	*	the registry: a name, a host, or oci:PATH
repository show-tags	--only-show-errors	-	no notes and warnings
repository show-tags	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository show-tags	--query	*	picks from the result with a JMESPath expression
repository show-tags	--repository	*	the repository; not needed for a folder
repository show-tags	--top	*	only so many
repository show-tags	--verbose	-	says how long it took
repository show-tags	-n	*	the registry: a name, a host, or oci:PATH
repository show-tags	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
retry	-	-	Runs a block again when it fails with an error that may pass
retry	--on	usage,auth,denied,not-found,conflict,throttled,network,timeout,invalid,server,cancelled,thrown	the kind of error to try again after
retry	--times	*	how many tries in all, 1 to 100
retry	--wait	*	how long to wait before the second try
run	-	-	Runs a program without a shell in between and gives `{stdout, stderr, code}`
run	--allow-failure	-	give the record whatever the code
save	-	-	Writes a file: text as it is, data in the format of the name’s ending
save	--append	-	add to the end of the file
save	@	FILE	the file
secret env	-	-	Takes a secret from an environment variable
secret file	-	-	Takes a secret from a file, without the line end behind it
secret file	@	FILE	the file
secret prompt	-	-	Asks for a secret, which is not shown while it is typed
select	-	-	Keeps only the named columns of each row
skip	-	-	Leaves out the first rows
sort-by	-	-	Sorts rows by one or more columns, or a list of plain values by themselves
sort-by	--desc	-	greatest first
to	-	-	Writes data as text
to	--compact	-	JSON on one line
to	@	json,jsonl,csv,tsv,yaml,table	json, jsonl, csv, tsv, yaml or table
unique	-	-	Leaves out rows that occurred before
where	-	-	Keeps the rows for which a condition holds
END
}

# What could end a text of the language: sets `found` to the candidates and `head` to what stands before them.
_acrsh_text() {
  [ ${#_acrsh_names[@]} -gt 0 ] || _acrsh_load
  local text=$1 word statement joined previous= command= name flag values next i
  local -a words
  word=${text##*[[:space:]|;(\{]}
  head=${text%"$word"}
  statement=${head##*[|;(\{]}
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
      _acrsh_text "${cur#[\'\"]}"
      COMPREPLY=("${found[@]/#/$head}")
      compopt -o nospace 2>/dev/null
      return
      ;;
      -o | --output)
        mapfile -t COMPREPLY < <(compgen -W 'table json jsonc jsonl tsv yaml none' -- "$cur")
        return
        ;;
      --diagnostics)
        mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur")
        return
        ;;
      --progress)
        mapfile -t COMPREPLY < <(compgen -W 'auto json none' -- "$cur")
        return
        ;;
      --transfers)
        mapfile -t COMPREPLY < <(compgen -W '' -- "$cur")
        return
        ;;
      --insecure-registry)
        mapfile -t COMPREPLY < <(compgen -W '' -- "$cur")
        return
        ;;
      --ca-file)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
      --trace)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -c | -o | --output | --diagnostics | --progress | --transfers | --insecure-registry | --ca-file | --trace) ((i++)) ;;
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
    mapfile -t COMPREPLY < <(compgen -W '-c --check --strict --fmt --lsp --dry-run -o --output --diagnostics --progress --transfers --insecure-registry --ca-file --trace --version -h --help' -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -f -X '!*.acr' -- "$cur"; compgen -d -- "$cur")
  fi
}

complete -o filenames -F _acrsh acrsh
