# shellcheck shell=bash
# The container images of scripts/package, as OCI layout folders: the program, the shared libraries and certificates it needs
# from Debian's packages, and a user without rights. No shell, no package manager. Made with mmdebstrap and umoci.

# debian_files PACKAGES...: unpacks Debian packages and what they need into $work/debian.
debian_files() {
  [ -d "$work/debian" ] && return
  local packages
  packages=$(IFS=,; echo "$*")
  # Unpacked and not configured: nothing in the image could run the packages' scripts.
  mmdebstrap --quiet --variant=extract --include="$packages" bookworm "$work/debian" \
    "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
}

# library_closure FILES...: the shared libraries that programs and libraries need, as paths in $work/debian.
library_closure() {
  local folders=$work/debian/usr/lib/x86_64-linux-gnu:$work/debian/lib/x86_64-linux-gnu
  LD_LIBRARY_PATH=$folders ldd "$@" | grep -oE "$work/debian/[^ :]+" | sort -u
}

# image_root ROOT PROGRAM LIBRARIES...: everything that an image holds. LIBRARIES are those the program opens by itself.
image_root() {
  local root=$1 program=$2 file library
  shift 2
  local lib=$root/usr/lib/x86_64-linux-gnu
  install -d "$root/usr/bin" "$root/usr/lib64" "$lib" "$root/etc/ssl/certs" "$root/home/acrsh" "$root/work" "$root/usr/share/doc"
  install -d -m 1777 "$root/tmp"
  ln -s usr/bin "$root/bin"
  ln -s usr/lib "$root/lib"
  ln -s usr/lib64 "$root/lib64"
  install -m 755 "$work/$program" "$root/usr/bin/$program"
  local opened=()
  for library in "$@"; do
    file=$(find "$work/debian/usr/lib" "$work/debian/lib" -name "$library" | head -1)
    cp -L "$file" "$lib/$library"
    opened+=("$file")
  done
  library_closure "$work/$program" "${opened[@]}" | while read -r file; do cp -L "$file" "$lib/$(basename "$file")"; done
  cp -L "$(find "$work/debian/usr/lib" "$work/debian/lib" -name 'ld-linux-x86-64.so.2' | head -1)" "$root/usr/lib64/"
  find "$work/debian/usr/share/ca-certificates" -name '*.crt' | sort | xargs cat >"$root/etc/ssl/certs/ca-certificates.crt"
  printf 'root:x:0:0:root:/root:/sbin/nologin\nacrsh:x:65532:65532:acrsh:/home/acrsh:/sbin/nologin\n' >"$root/etc/passwd"
  printf 'root:x:0:\nacrsh:x:65532:\n' >"$root/etc/group"
  printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
  # Whose files these are, as their licenses ask.
  for file in "$work"/debian/usr/share/doc/*/copyright; do
    library=$(basename "$(dirname "$file")")
    case $library in
      lib* | ca-certificates | openssl) install -D -m 644 "$file" "$root/usr/share/doc/$library/copyright" ;;
    esac
  done
  install -D -m 644 LICENSE "$root/usr/share/doc/$program/copyright"
  chmod -R u+w "$root"
}

# make_image NAME ROOT ARGUMENTS_OF_UMOCI_CONFIG...: one image as a layout folder dist/NAME-image.
make_image() {
  local name=$1 root=$2 date image
  shift 2
  date=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
  image=dist/$name-image:$version
  rm -rf "dist/$name-image"
  tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --format=pax --pax-option=delete=atime,delete=ctime --numeric-owner \
    --owner=0 --group=0 --exclude=./home/acrsh --exclude=./work -C "$root" -cf "$work/$name.tar" .
  tar --mtime="@$SOURCE_DATE_EPOCH" --format=pax --pax-option=delete=atime,delete=ctime --numeric-owner \
    --owner=65532 --group=65532 -C "$root" -rf "$work/$name.tar" ./home/acrsh ./work
  umoci init --layout "dist/$name-image"
  umoci new --image "$image"
  umoci raw add-layer --image "$image" --history.created "$date" --history.created_by 'scripts/package' "$work/$name.tar"
  umoci config --image "$image" --created "$date" --history.created "$date" --architecture amd64 --os linux \
    --config.user 65532:65532 --config.workingdir /work --config.env HOME=/home/acrsh --config.env PATH=/usr/bin \
    --config.label "org.opencontainers.image.version=$version" \
    --config.label org.opencontainers.image.licenses=MIT \
    --config.label "org.opencontainers.image.title=$name" "$@"
  umoci gc --layout "dist/$name-image"
  scripts/attest.py "dist/$name-image" "$version" ${key:+--key "$key"} --debian "$work/debian/usr/share/doc" \
    --packages "$(ls "$root/usr/share/doc")"
}

make_images() {
  debian_files libcurl4 libedit2 libyaml-0-2 zlib1g libzstd1 libssl3 libstdc++6 libgcc-s1 ca-certificates
  image_root "$work/image-acrsh" acrsh libcurl.so.4
  make_image acrsh "$work/image-acrsh" --config.entrypoint acrsh
  image_root "$work/image-emulator" acr-emulator
  make_image acr-emulator "$work/image-emulator" --config.entrypoint acr-emulator
}
