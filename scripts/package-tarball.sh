# shellcheck shell=bash
# The tarball of scripts/package: programs for any Linux with glibc 2.29 or later. They are linked against Debian 11's C
# library; libedit, libyaml, zlib, zstd, OpenSSL (acr-emulator) and C++'s library are inside. libcurl is opened where they run.

# Debian 11's C library as a folder to link against.
make_sysroot() {
  local root=$work/sysroot link target
  mmdebstrap --quiet --variant=extract --include=libc6-dev,libstdc++-10-dev bullseye "$root" \
    "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
  # Absolute links would lead to this machine's own files.
  find "$root/lib64" "$root/usr/lib" -type l -lname '/*' | while read -r link; do
    target=$(readlink "$link")
    ln -sfn "$root$target" "$link"
  done
  # C++'s library of the system may be too old as well: it is linked in. What this machine's headers expect of a newer one:
  rm "$root/usr/lib/gcc/x86_64-linux-gnu/10/libstdc++.so"
  cat >"$work/newer.cpp" <<'CPP'
#include <new>
namespace std {
void __throw_bad_array_new_length() { throw bad_array_new_length(); }
}
CPP
  clang++ -O1 -fPIC -c "$work/newer.cpp" -o "$work/newer.o"
}

# link_old NAME ARCHIVES...: links a program's objects against the old C library.
link_old() {
  local name=$1 libraries=$work/sysroot/usr/lib/x86_64-linux-gnu
  shift
  local archives=()
  for archive in "$@"; do archives+=(-Xlinker "$archive"); done
  swiftc -static-stdlib -emit-executable -module-name acrsh -o "$work/$name-old" "@$release/$name.product/Objects.LinkFileList" \
    -l_FoundationCollections -l_FoundationCShims \
    -Xclang-linker "--sysroot=$work/sysroot" \
    -Xclang-linker "--gcc-install-dir=$work/sysroot/usr/lib/gcc/x86_64-linux-gnu/10" \
    -Xclang-linker -static-libgcc "$work/newer.o" \
    -Xlinker --defsym -Xlinker "main=${name//-/_}_main" -use-ld=lld -Xlinker --icf=all -Xlinker --gc-sections -Xlinker --no-export-dynamic -Xlinker --as-needed "${archives[@]}" \
    -Xlinker -L -Xlinker "$libraries" -Xlinker -l:libpthread.so.0 -ldl -lm -lrt
  strip_to "$work/$name-old" "$work/$name-portable"
}

# newest_glibc PROGRAM: the newest version of glibc that a program asks for.
newest_glibc() { objdump -T "$1" | grep -oE 'GLIBC_[0-9.]+' | sort -Vu | tail -1; }

make_tarball() {
  local name=acrsh-$version-linux-$(uname -m) here=/usr/lib/x86_64-linux-gnu
  local root=$work/$name
  make_sysroot
  link_old acrsh $here/libedit.a $here/libbsd.a $here/libmd.a $here/libtinfo.a $here/libyaml.a $here/libz.a $here/libzstd.a
  link_old acr-emulator $here/libssl.a $here/libcrypto.a
  local program newest
  for program in acrsh acr-emulator; do
    newest=$(newest_glibc "$work/$program-portable")
    [ "$(printf '%s\nGLIBC_2.31\n' "$newest" | sort -V | tail -1)" = GLIBC_2.31 ] || {
      echo "error: $program asks for $newest, which Debian 11 does not have" >&2
      exit 1
    }
    install -D -m 755 "$work/$program-portable" "$root/bin/$program"
  done
  stage "$root" ""
  install -m 644 LICENSE "$root/LICENSE"
  install -m 755 scripts/install.sh "$root/install.sh"
  date_all "$root"
  tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --format=gnu -C "$work" -cf - "$name" \
    | gzip -9n >"dist/$name.tar.gz"
}
