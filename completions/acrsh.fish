# Completion of acrsh for fish. Made by scripts/generate; do not edit.
# Put it into ~/.config/fish/completions or /usr/share/fish/vendor_completions.d.

set -g __acrsh_lines \
    'acr import	-	-	Copies an image or any other artifact into a registry, without Docker' \
    'acr import	--debug	-	lists its requests on standard error, and says how long it took' \
    'acr import	--force	-	moves tags that point at another image' \
    'acr import	--image	*	the image’s repository:tag in the target' \
    'acr import	--name	*	the registry to import into: a name, a host, or oci:PATH' \
    'acr import	--only-show-errors	-	no notes and warnings' \
    'acr import	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'acr import	--password	*	the password or token for the source’s registry' \
    'acr import	--query	*	picks from the result with a JMESPath expression' \
    'acr import	--registry	*	the source’s registry' \
    'acr import	--repository	*	a repository that gets the manifests without a tag' \
    'acr import	--source	*	the image to import, with its registry unless --registry names it' \
    'acr import	--username	*	the user for the source’s registry' \
    'acr import	--verbose	-	says how long it took' \
    'acr import	-n	*	the registry to import into: a name, a host, or oci:PATH' \
    'acr import	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'acr import	-p	*	the password or token for the source’s registry' \
    'acr import	-r	*	the source’s registry' \
    'acr import	-t	*	the image’s repository:tag in the target' \
    'acr import	-u	*	the user for the source’s registry' \
    'acr login	-	-	Signs in to one registry for this session' \
    'acr login	--debug	-	lists its requests on standard error, and says how long it took' \
    'acr login	--name	*	the registry: a name or a host' \
    'acr login	--only-show-errors	-	no notes and warnings' \
    'acr login	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'acr login	--password	*	the password or access token; asked for when it is missing' \
    'acr login	--query	*	picks from the result with a JMESPath expression' \
    'acr login	--username	*	the user; none with an access token' \
    'acr login	--verbose	-	says how long it took' \
    'acr login	-n	*	the registry: a name or a host' \
    'acr login	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'acr login	-p	*	the password or access token; asked for when it is missing' \
    'acr login	-u	*	the user; none with an access token' \
    'acr logout	-	-	Forgets the credentials this session was given for a registry' \
    'acr logout	--debug	-	lists its requests on standard error, and says how long it took' \
    'acr logout	--name	*	the registry: a name or a host' \
    'acr logout	--only-show-errors	-	no notes and warnings' \
    'acr logout	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'acr logout	--query	*	picks from the result with a JMESPath expression' \
    'acr logout	--verbose	-	says how long it took' \
    'acr logout	-n	*	the registry: a name or a host' \
    'acr logout	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'acr manifest list-metadata	-	-	Lists the manifests of a repository with their tags, platforms and sizes' \
    'acr manifest list-metadata	--allow-missing	-	a repository that does not exist has no rows, instead of being an error' \
    'acr manifest list-metadata	--debug	-	lists its requests on standard error, and says how long it took' \
    'acr manifest list-metadata	--name	*	the repository' \
    'acr manifest list-metadata	--only-show-errors	-	no notes and warnings' \
    'acr manifest list-metadata	--orderby	time_asc,time_desc	by creation time, oldest or newest first' \
    'acr manifest list-metadata	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'acr manifest list-metadata	--query	*	picks from the result with a JMESPath expression' \
    'acr manifest list-metadata	--registry	*	the registry: a name, a host, or oci:PATH' \
    'acr manifest list-metadata	--top	*	only so many rows' \
    'acr manifest list-metadata	--verbose	-	says how long it took' \
    'acr manifest list-metadata	-n	*	the repository' \
    'acr manifest list-metadata	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'acr manifest list-metadata	-r	*	the registry: a name, a host, or oci:PATH' \
    'acr manifest show	-	-	Shows a manifest as a record' \
    'acr manifest show	--debug	-	lists its requests on standard error, and says how long it took' \
    'acr manifest show	--name	*	repository:tag or repository@digest' \
    'acr manifest show	--only-show-errors	-	no notes and warnings' \
    'acr manifest show	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'acr manifest show	--query	*	picks from the result with a JMESPath expression' \
    'acr manifest show	--raw	-	gives the exact text instead of a record' \
    'acr manifest show	--registry	*	the registry: a name, a host, or oci:PATH' \
    'acr manifest show	--verbose	-	says how long it took' \
    'acr manifest show	-n	*	repository:tag or repository@digest' \
    'acr manifest show	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'acr manifest show	-r	*	the registry: a name, a host, or oci:PATH' \
    'acr repository list	-	-	Lists the repositories of a registry' \
    'acr repository list	--debug	-	lists its requests on standard error, and says how long it took' \
    'acr repository list	--name	*	the registry: a name or a host' \
    'acr repository list	--only-show-errors	-	no notes and warnings' \
    'acr repository list	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'acr repository list	--query	*	picks from the result with a JMESPath expression' \
    'acr repository list	--top	*	only so many' \
    'acr repository list	--verbose	-	says how long it took' \
    'acr repository list	-n	*	the registry: a name or a host' \
    'acr repository list	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'acr repository show-tags	-	-	Lists the tags of a repository' \
    'acr repository show-tags	--debug	-	lists its requests on standard error, and says how long it took' \
    'acr repository show-tags	--name	*	the registry: a name, a host, or oci:PATH' \
    'acr repository show-tags	--only-show-errors	-	no notes and warnings' \
    'acr repository show-tags	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'acr repository show-tags	--query	*	picks from the result with a JMESPath expression' \
    'acr repository show-tags	--repository	*	the repository; not needed for a folder' \
    'acr repository show-tags	--top	*	only so many' \
    'acr repository show-tags	--verbose	-	says how long it took' \
    'acr repository show-tags	-n	*	the registry: a name, a host, or oci:PATH' \
    'acr repository show-tags	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'confirm	-	-	Asks a question and goes on only after yes' \
    'confirm	--yes	-	do not ask, the answer is yes' \
    'confirm	-y	-	do not ask, the answer is yes' \
    'count	-	-	Counts the rows' \
    'each	-	-	Runs a block for each row and passes on what it gives' \
    'each	--keep-going	-	go on after errors' \
    'extend	-	-	Adds columns to each row' \
    'first	-	-	Passes on the first rows and stops what makes them' \
    'flatten	-	-	Replaces each item that is a list by its items' \
    'from	-	-	Reads data from a text' \
    'from	@	json,jsonl,csv,tsv	json, jsonl, csv or tsv' \
    'get	-	-	Takes one column of each row, one field of a record, or one item of a list' \
    'group-by	-	-	Collects rows with the same value in a column as `{key, rows}`' \
    'help	-	-	Lists the commands, or explains one' \
    'ignore	-	-	Runs what stands before it and drops the result' \
    'import	-	-	Copies an image or any other artifact into a registry, without Docker' \
    'import	--debug	-	lists its requests on standard error, and says how long it took' \
    'import	--force	-	moves tags that point at another image' \
    'import	--image	*	the image’s repository:tag in the target' \
    'import	--name	*	the registry to import into: a name, a host, or oci:PATH' \
    'import	--only-show-errors	-	no notes and warnings' \
    'import	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'import	--password	*	the password or token for the source’s registry' \
    'import	--query	*	picks from the result with a JMESPath expression' \
    'import	--registry	*	the source’s registry' \
    'import	--repository	*	a repository that gets the manifests without a tag' \
    'import	--source	*	the image to import, with its registry unless --registry names it' \
    'import	--username	*	the user for the source’s registry' \
    'import	--verbose	-	says how long it took' \
    'import	-n	*	the registry to import into: a name, a host, or oci:PATH' \
    'import	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'import	-p	*	the password or token for the source’s registry' \
    'import	-r	*	the source’s registry' \
    'import	-t	*	the image’s repository:tag in the target' \
    'import	-u	*	the user for the source’s registry' \
    'join-by	-	-	Puts rows of two tables with the same value in a column side by side as `{COLUMN, left, right}`' \
    'join-by	--outer	-	also rows without a partner' \
    'last	-	-	Passes on the last rows' \
    'lines	-	-	Makes a list of the lines of a text, without empty ones at its end' \
    'list-metadata	-	-	Lists the manifests of a repository with their tags, platforms and sizes' \
    'list-metadata	--allow-missing	-	a repository that does not exist has no rows, instead of being an error' \
    'list-metadata	--debug	-	lists its requests on standard error, and says how long it took' \
    'list-metadata	--name	*	the repository' \
    'list-metadata	--only-show-errors	-	no notes and warnings' \
    'list-metadata	--orderby	time_asc,time_desc	by creation time, oldest or newest first' \
    'list-metadata	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'list-metadata	--query	*	picks from the result with a JMESPath expression' \
    'list-metadata	--registry	*	the registry: a name, a host, or oci:PATH' \
    'list-metadata	--top	*	only so many rows' \
    'list-metadata	--verbose	-	says how long it took' \
    'list-metadata	-n	*	the repository' \
    'list-metadata	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'list-metadata	-r	*	the registry: a name, a host, or oci:PATH' \
    'manifest config	-	-	Shows the configuration of an image: platform, entry point, environment, labels' \
    'manifest config	--debug	-	lists its requests on standard error, and says how long it took' \
    'manifest config	--name	*	repository:tag or repository@digest' \
    'manifest config	--only-show-errors	-	no notes and warnings' \
    'manifest config	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'manifest config	--platform	*	which image of an index, as os/architecture[/variant]' \
    'manifest config	--query	*	picks from the result with a JMESPath expression' \
    'manifest config	--registry	*	the registry: a name, a host, or oci:PATH' \
    'manifest config	--verbose	-	says how long it took' \
    'manifest config	-n	*	repository:tag or repository@digest' \
    'manifest config	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'manifest config	-r	*	the registry: a name, a host, or oci:PATH' \
    'manifest list-metadata	-	-	Lists the manifests of a repository with their tags, platforms and sizes' \
    'manifest list-metadata	--allow-missing	-	a repository that does not exist has no rows, instead of being an error' \
    'manifest list-metadata	--debug	-	lists its requests on standard error, and says how long it took' \
    'manifest list-metadata	--name	*	the repository' \
    'manifest list-metadata	--only-show-errors	-	no notes and warnings' \
    'manifest list-metadata	--orderby	time_asc,time_desc	by creation time, oldest or newest first' \
    'manifest list-metadata	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'manifest list-metadata	--query	*	picks from the result with a JMESPath expression' \
    'manifest list-metadata	--registry	*	the registry: a name, a host, or oci:PATH' \
    'manifest list-metadata	--top	*	only so many rows' \
    'manifest list-metadata	--verbose	-	says how long it took' \
    'manifest list-metadata	-n	*	the repository' \
    'manifest list-metadata	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'manifest list-metadata	-r	*	the registry: a name, a host, or oci:PATH' \
    'manifest show	-	-	Shows a manifest as a record' \
    'manifest show	--debug	-	lists its requests on standard error, and says how long it took' \
    'manifest show	--name	*	repository:tag or repository@digest' \
    'manifest show	--only-show-errors	-	no notes and warnings' \
    'manifest show	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'manifest show	--query	*	picks from the result with a JMESPath expression' \
    'manifest show	--raw	-	gives the exact text instead of a record' \
    'manifest show	--registry	*	the registry: a name, a host, or oci:PATH' \
    'manifest show	--verbose	-	says how long it took' \
    'manifest show	-n	*	repository:tag or repository@digest' \
    'manifest show	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'manifest show	-r	*	the registry: a name, a host, or oci:PATH' \
    'manifest tree	-	-	Lists what an image consists of: index, platforms, configurations, layers, and who refers to it' \
    'manifest tree	--debug	-	lists its requests on standard error, and says how long it took' \
    'manifest tree	--name	*	repository:tag or repository@digest' \
    'manifest tree	--only-show-errors	-	no notes and warnings' \
    'manifest tree	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'manifest tree	--query	*	picks from the result with a JMESPath expression' \
    'manifest tree	--registry	*	the registry: a name, a host, or oci:PATH' \
    'manifest tree	--verbose	-	says how long it took' \
    'manifest tree	-n	*	repository:tag or repository@digest' \
    'manifest tree	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'manifest tree	-r	*	the registry: a name, a host, or oci:PATH' \
    'open	-	-	Reads a file: data from .json, .jsonl, .csv and .tsv, text from any other' \
    'open	--raw	-	give the text, whatever the name’s ending' \
    'open	@	FILE	the file' \
    'par-each	-	-	Runs a block for each row, several at a time, and gives the results in the order of the rows' \
    'par-each	--jobs	*	how many at a time, 1 to 64' \
    'par-each	--keep-going	-	go on after errors' \
    'par-each	-j	*	how many at a time, 1 to 64' \
    'print	-	-	Writes a line of text: its arguments, or what comes from the pipe, row by row' \
    'print	--err	-	write to standard error' \
    'query	-	-	Picks from a value or rows with a JMESPath expression, as the Azure CLI’s --query does' \
    'repository list	-	-	Lists the repositories of a registry' \
    'repository list	--debug	-	lists its requests on standard error, and says how long it took' \
    'repository list	--name	*	the registry: a name or a host' \
    'repository list	--only-show-errors	-	no notes and warnings' \
    'repository list	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'repository list	--query	*	picks from the result with a JMESPath expression' \
    'repository list	--top	*	only so many' \
    'repository list	--verbose	-	says how long it took' \
    'repository list	-n	*	the registry: a name or a host' \
    'repository list	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'repository show-tags	-	-	Lists the tags of a repository' \
    'repository show-tags	--debug	-	lists its requests on standard error, and says how long it took' \
    'repository show-tags	--name	*	the registry: a name, a host, or oci:PATH' \
    'repository show-tags	--only-show-errors	-	no notes and warnings' \
    'repository show-tags	--output	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'repository show-tags	--query	*	picks from the result with a JMESPath expression' \
    'repository show-tags	--repository	*	the repository; not needed for a folder' \
    'repository show-tags	--top	*	only so many' \
    'repository show-tags	--verbose	-	says how long it took' \
    'repository show-tags	-n	*	the registry: a name, a host, or oci:PATH' \
    'repository show-tags	-o	table,json,jsonc,jsonl,tsv,yaml,none	how the result is shown' \
    'retry	-	-	Runs a block again when it fails with an error that may pass' \
    'retry	--on	usage,auth,denied,not-found,conflict,throttled,network,timeout,invalid,server,cancelled,thrown	the kind of error to try again after' \
    'retry	--times	*	how many tries in all, 1 to 100' \
    'retry	--wait	*	how long to wait before the second try' \
    'run	-	-	Runs a program without a shell in between and gives `{stdout, stderr, code}`' \
    'run	--allow-failure	-	give the record whatever the code' \
    'save	-	-	Writes a file: text as it is, data in the format of the name’s ending' \
    'save	--append	-	add to the end of the file' \
    'save	@	FILE	the file' \
    'secret env	-	-	Takes a secret from an environment variable' \
    'secret file	-	-	Takes a secret from a file, without the line end behind it' \
    'secret file	@	FILE	the file' \
    'secret prompt	-	-	Asks for a secret, which is not shown while it is typed' \
    'select	-	-	Keeps only the named columns of each row' \
    'skip	-	-	Leaves out the first rows' \
    'sort-by	-	-	Sorts rows by one or more columns, or a list of plain values by themselves' \
    'sort-by	--desc	-	greatest first' \
    'to	-	-	Writes data as text' \
    'to	--compact	-	JSON on one line' \
    'to	@	json,jsonl,csv,tsv,yaml,table	json, jsonl, csv, tsv, yaml or table' \
    'unique	-	-	Leaves out rows that occurred before' \
    'where	-	-	Keeps the rows for which a condition holds'

# The text of -c: every line is the text with its last word completed, a tab, and what it is.
function __acrsh_text
    set -l text (string replace -r '^[\'"]' '' -- (commandline -ct))
    set -l word (string match -r '[^ |;({]*$' -- $text)
    set -l head (string sub -l (math (string length -- "$text") - (string length -- "$word")) -- "$text")
    set -l statement (string split -n ' ' -- (string replace -r '^.*[|;({]' '' -- "$head"))
    test "$statement[1]" = az; and set -e statement[1]
    set -l joined (string join ' ' -- $statement)
    set -l previous $statement[-1]
    set -l command
    set -l seen
    for line in $__acrsh_lines
        set -l fields (string split \t -- $line)
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
        string match -q -- "$word*" $next; and printf '%s%s\t%s\n' "$head" $next $fields[4]
    end
    test -n "$command"; or return
    for line in $__acrsh_lines
        set -l fields (string split \t -- $line)
        test "$fields[1]" = "$command"; and test "x$fields[2]" = "x$previous"; and test "x$fields[3]" != x-; or continue
        __acrsh_values "$head" "$word" $fields[3]
        return
    end
    for line in $__acrsh_lines
        set -l fields (string split \t -- $line)
        test "$fields[1]" = "$command"; and test "x$fields[2]" != x-; or continue
        if test "x$fields[2]" = x@
            string match -q -- '-*' $word; or __acrsh_values "$head" "$word" $fields[3]
        else if string match -q -- '-*' $word; and not contains -- $fields[2] $statement
            string match -q -- "$word*" $fields[2]; and printf '%s%s\t%s\n' "$head" $fields[2] $fields[4]
        end
    end
end

function __acrsh_values
    switch $argv[3]
        case '\*'
            return
        case FILE
            for path in $argv[2]*
                printf '%s%s\n' $argv[1] $path
            end
        case '*'
            for value in (string split , -- $argv[3])
                string match -q -- "$argv[2]*" $value; and printf '%s%s\n' $argv[1] $value
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
complete -c acrsh -n 'not __acrsh_has_script' -l check -d 'Only parse and check the files; exit code 2 when something is found.'
complete -c acrsh -n 'not __acrsh_has_script' -l strict -d 'With --check: also report `reveal`, secrets written in a script and `def`s that nothing calls; warnings count, so that the exit code is 2 when there is one.'
complete -c acrsh -n 'not __acrsh_has_script' -l fmt -d 'Lay out the files in place; `-` reads standard input and writes standard output. With --check nothing is written; files that differ are named, and the exit code is 2.'
complete -c acrsh -n 'not __acrsh_has_script' -l lsp -d 'Speak the Language Server Protocol on standard input and output.'
complete -c acrsh -n 'not __acrsh_has_script' -l dry-run -d 'Read and check as usual, but change nothing: print what would be done.'
complete -c acrsh -n 'not __acrsh_has_script' -s o -l output -x -a 'table json jsonc jsonl tsv yaml none' -d 'How shown values are written: table, json, jsonc, jsonl, tsv, yaml or none (default: table on a terminal, json otherwise).'
complete -c acrsh -n 'not __acrsh_has_script' -l diagnostics -x -a 'text json' -d 'How errors are written: text or json.'
complete -c acrsh -n 'not __acrsh_has_script' -l progress -x -a 'auto json none' -d 'How progress is shown: auto (lines on a terminal), json, or none.'
complete -c acrsh -n 'not __acrsh_has_script' -l transfers -x -d 'How many transfers run at a time.'
complete -c acrsh -n 'not __acrsh_has_script' -l insecure-registry -x -d 'A registry (host or host:port) that may be spoken to without TLS, or with a certificate nobody vouches for.'
complete -c acrsh -n 'not __acrsh_has_script' -l ca-file -r -F -d 'Certificates of authorities to trust, as a PEM file.'
complete -c acrsh -n 'not __acrsh_has_script' -l trace -r -F -d 'Append one line of JSON per request to this file; secrets are left out.'
complete -c acrsh -n 'not __acrsh_has_script' -l version -d 'Show the version.'
complete -c acrsh -n 'not __acrsh_has_script' -s h -l help -d 'Show help information.'
