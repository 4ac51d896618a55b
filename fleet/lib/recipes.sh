# shellcheck shell=bash
# How the images are made. Their names carry the checksum of this file, so that a change here makes them anew. Sourced.

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

fill_base() {
  local packages
  packages=$(list base | paste -sd,)
  debootstrap --variant=minbase --include="$packages" "$suite" "$1" "$archive" || return 1
  # Hosts are thrown away: no package needs to be on the disk at once.
  echo force-unsafe-io >"$1/etc/dpkg/dpkg.cfg.d/unsafe-io"
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
