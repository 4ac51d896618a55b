# shellcheck shell=bash
# The cached roots: what a bare host is, what the controller is, and the site's mirror of packages. Each is named by the
# checksum of what it is made from, built beside its place and moved there whole. Sourced.

# shellcheck source=fleet/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

suite=trixie
archive=${PERDURA_FLEET_DEBIAN:-http://deb.debian.org/debian}
security=${PERDURA_FLEET_DEBIAN_SECURITY:-http://deb.debian.org/debian-security}

list() {
  sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$fleet_home/packages/$1"
}

# Runs a command in root $1 with this machine's network; further arguments before -- go to systemd-nspawn.
in_root() {
  local root=$1 options=()
  shift
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  shift
  systemd-nspawn --quiet --register=no --keep-unit --resolv-conf=replace-host --console=pipe --as-pid2 -D "$root" \
    --setenv=DEBIAN_FRONTEND=noninteractive ${options[@]+"${options[@]}"} "$@" </dev/null
}

# build NAME PLACE FUNCTION: calls the function with a directory to fill, once for each checksum; keeps the log of a failure.
build() {
  local name=$1 place=$2 began=$SECONDS log
  [ -d "$place" ] && return 0
  log=$fleet_cache/$name.log
  mkdir -p "$fleet_cache"
  rm -rf "$fleet_cache/$name".new.*
  say "building $name (log: $log)"
  "$3" "$place.new.$$" >"$log" 2>&1 || {
    tail -n 5 "$log" >&2
    rm -rf "$place.new.$$"
    die "the $name could not be built; the whole log is in $log"
  }
  prune "$name" "$place"
  mv "$place.new.$$" "$place"
  say "built $name in $((SECONDS - began)) s"
}

# Earlier builds of $1 go, unless a host of another fleet still stands on them.
prune() {
  local old
  for old in "$fleet_cache/$1"-*; do
    [ -d "$old" ] && [[ $old != "$2"* ]] && ! grep -qF "$old" /proc/self/mountinfo && rm -rf "$old"
  done
  return 0
}

fill_base() {
  local packages
  packages=$(list base | paste -sd,)
  debootstrap --variant=minbase --include="$packages" "$suite" "$1" "$archive" || return 1
  printf 'deb %s %s main\ndeb %s %s-updates main\ndeb %s %s-security main\n' \
    "$archive" "$suite" "$archive" "$suite" "$security" "$suite" >"$1/etc/apt/sources.list"
  in_root "$1" -- sh -ec '
    apt-get update -q
    apt-get dist-upgrade -y -q
    useradd --create-home --shell /bin/bash '"$fleet_operator"'
    echo "'"$fleet_operator"' ALL=(ALL) NOPASSWD:ALL" >/etc/sudoers.d/operator
    chmod 0440 /etc/sudoers.d/operator
    apt-get clean' || return 1
  # Each host gets its own of these.
  rm -f "$1"/etc/ssh/ssh_host_* "$1/etc/machine-id" "$1/etc/hostname"
}

fill_controller() {
  cp -a --reflink=auto "$(base_root)" "$1" || return 1
  # shellcheck disable=SC2046 # one word a package
  in_root "$1" -- apt-get install -y -q --no-install-recommends $(list controller) || return 1
  in_root "$1" -- apt-get clean
}

fill_mirror() {
  mkdir -p "$1/partial" || return 1
  # shellcheck disable=SC2046 # one word a package
  in_root "$(base_root)" --volatile=overlay --bind="$1:/mirror" -- \
    apt-get install -y -q --no-install-recommends --download-only -o Dir::Cache::archives=/mirror $(list site) || return 1
  rm -rf "$1/partial" "$1/lock"
  in_root "$(controller_root)" --volatile=overlay --bind="$1:/mirror" -- \
    sh -ec 'cd /mirror && apt-ftparchive packages . >Packages && apt-ftparchive release . >Release'
}

base_root() {
  echo "$fleet_cache/base-$(checksum "$fleet_home/packages/base" "$fleet_home/lib/image.sh")"
}

controller_root() {
  echo "$fleet_cache/controller-$(checksum "$fleet_home"/packages/{base,controller} "$fleet_home/lib/image.sh")"
}

mirror_root() {
  echo "$fleet_cache/mirror-$(checksum "$fleet_home"/packages/{base,site} "$fleet_home/lib/image.sh")"
}

build_images() {
  mkdir -p "$fleet_cache"
  exec 7>"$fleet_cache/lock"
  flock -w 1800 7 || die "another fleet has been building in $fleet_cache for half an hour"
  build base "$(base_root)" fill_base
  build controller "$(controller_root)" fill_controller
  build mirror "$(mirror_root)" fill_mirror
  exec 7>&-
}
