#!/bin/sh
# Installs acrsh from the folder this file is in, or takes it away.
#
#   ./install.sh                     into /usr/local, or into ~/.local for a user who may not write there
#   ./install.sh --prefix FOLDER     elsewhere
#   ./install.sh --uninstall         removes what was installed (with the same --prefix)
#
# Running it again upgrades. Each file that was installed is listed in PREFIX/share/acrsh/files.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=
uninstall=false
while [ $# -gt 0 ]; do
  case $1 in
    --prefix)
      [ $# -ge 2 ] || { echo "install.sh: --prefix needs a folder" >&2; exit 2; }
      prefix=$2
      shift 2
      ;;
    --prefix=*) prefix=${1#--prefix=}; shift ;;
    --uninstall) uninstall=true; shift ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "install.sh: unknown argument $1; see ./install.sh --help" >&2; exit 2 ;;
  esac
done
if [ -z "$prefix" ]; then
  if [ -w /usr/local ]; then prefix=/usr/local; else prefix=$HOME/.local; fi
fi
case $prefix in /*) ;; *) prefix=$(pwd)/$prefix ;; esac
list=$prefix/share/acrsh/files

# Removes the files of an earlier installation, and the folders that were made for them, where they are empty. The list has
# a folder, with a slash behind its name, before what is in it.
remove() {
  [ -f "$list" ] || return 0
  sort -r "$list" >"$list.old"
  while IFS= read -r file; do
    case $file in
      '' | /* | *..*) ;;
      share/acrsh/ | share/ | ./) ;;
      */) rmdir "$prefix/$file" 2>/dev/null || true ;;
      *) rm -f "$prefix/$file" ;;
    esac
  done <"$list.old"
  for folder in share/acrsh share .; do
    if grep -qx "$folder/" "$list.old"; then made="${made:-} $folder"; fi
  done
  rm -f "$list" "$list.old"
  for folder in ${made:-}; do rmdir "$prefix/$folder" 2>/dev/null || true; done
  made=
}

# Makes a folder below the prefix, and notes those that were not there.
make_folder() {
  [ -d "$prefix/$1" ] && return
  [ "$1" = . ] || make_folder "$(dirname "$1")"
  mkdir "$prefix/$1"
  made="$made $1"
}

if $uninstall; then
  [ -f "$list" ] || { echo "install.sh: nothing is installed in $prefix" >&2; exit 1; }
  remove
  echo "removed acrsh from $prefix"
  exit 0
fi

[ -f "$here/bin/acrsh" ] || { echo "install.sh: $here/bin/acrsh is missing; unpack the whole archive" >&2; exit 1; }
made=
if [ ! -d "$prefix" ] && mkdir -p "$prefix" 2>/dev/null; then made=.; fi
[ -w "$prefix" ] || {
  echo "install.sh: cannot write to $prefix; name another folder with --prefix, or use sudo" >&2
  exit 1
}
# An upgrade keeps the notes of which folders were made.
if [ -f "$list" ]; then made="$made $(sed -n 's#/$##p' "$list" | tr '\n' ' ')"; fi
kept=$made
remove
made=$kept
make_folder share/acrsh
(cd "$here" && find bin share -type f | sort) >"$list.new"
while IFS= read -r file; do
  make_folder "$(dirname "$file")"
  # A program that runs can be replaced, but not written to.
  rm -f "$prefix/$file"
  cp -p "$here/$file" "$prefix/$file"
done <"$list.new"
for folder in $made; do echo "$folder/"; done | sort -u >>"$list.new"
mv "$list.new" "$list"
if ! "$prefix/bin/acrsh" -c 'print ok' >/dev/null 2>&1; then
  echo "install.sh: acrsh does not start here:" >&2
  "$prefix/bin/acrsh" -c 'print ok' >&2 || true
  exit 1
fi
echo "installed $("$prefix/bin/acrsh" --version) in $prefix"
case :$PATH: in *:"$prefix/bin":*) ;; *) echo "add $prefix/bin to PATH to use it" ;; esac
found=false
for folder in /usr/lib /usr/lib64 /lib /lib64 /usr/local/lib "/usr/lib/$(uname -m)-linux-gnu" "/lib/$(uname -m)-linux-gnu"; do
  if [ -e "$folder/libcurl.so.4" ]; then found=true; fi
done
if ! $found; then echo "libcurl is missing: install libcurl4 (Debian, Ubuntu) or libcurl (Fedora, RHEL, SUSE)"; fi
