# shellcheck shell=bash
# Names, places and small helpers of the fleet's commands. Sourced.
# shellcheck disable=SC2034 # variables are read by those who source this

fleet_home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
fleet_name=${PERDURA_FLEET_NAME:-fleet}
fleet_cache=${PERDURA_FLEET_CACHE:-/var/cache/perdura-fleet}
fleet_state=${PERDURA_FLEET_STATE:-/var/lib/perdura-fleet}/$fleet_name
fleet_lan=perdura-$fleet_name-lan
fleet_operator=ops

say() {
  printf '  %s\n' "$*"
}

die() {
  echo "fleet: $*" >&2
  exit 1
}

# Each host of definition $1: name, address, groups and data, one host a line.
hosts_of() {
  sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$fleet_home/definitions/$1"
}

# The definition that this fleet was made from; empty text when there is none.
current_definition() {
  cat "$fleet_state/definition" 2>/dev/null || true
}

host_namespace() {
  echo "perdura-$fleet_name-$1"
}

require_definition() {
  case $1 in
    '' | */* | .*) die "name one of the definitions: $(cd "$fleet_home/definitions" && echo *)" ;;
  esac
  [ -f "$fleet_home/definitions/$1" ] || die "there is no definition $1; there are: $(cd "$fleet_home/definitions" && echo *)"
}

# Two commands on one fleet take turns; the kernel gives the lock back when the holder dies.
lock_fleet() {
  mkdir -p "$(dirname "$fleet_state")"
  exec 8>"$fleet_state.lock"
  flock -w 600 8 || die "another command works on the fleet \"$fleet_name\" (lock $fleet_state.lock)"
}

require_root() {
  [ "$(id -u)" = 0 ] || die "hosts need mounts, network namespaces and loop devices, which only root can make; run this as root"
}

# Refuses in one sentence on a machine that cannot carry a fleet; installs missing programs where apt can.
require_machine() {
  require_root
  [ "$(uname -s)" = Linux ] || die "hosts are Linux containers; this machine runs $(uname -s)"
  [[ $fleet_name =~ ^[a-z0-9]{1,12}$ ]] || die "PERDURA_FLEET_NAME must be 1 to 12 small letters or digits, not \"$fleet_name\""
  local missing=() tool
  for tool in debootstrap:debootstrap systemd-nspawn:systemd-container ip:iproute2 losetup:mount mkfs.ext4:e2fsprogs \
    ssh:openssh-client flock:util-linux; do
    command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
  done
  [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing+=(debian-archive-keyring)
  if [ ${#missing[@]} -gt 0 ]; then
    command -v apt-get >/dev/null ||
      die "this needs ${missing[*]}, and only Debian and its descendants are known here; install them by hand or use such a machine"
    say "installing ${missing[*]}"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
      die "apt-get could not install ${missing[*]}"
  fi
  local kind
  for kind in overlay ext4; do
    grep -qw "$kind" /proc/filesystems || modprobe "$kind" 2>/dev/null || die "this kernel has no $kind file system"
  done
  grep -q . /sys/fs/cgroup/unified/cgroup.procs /sys/fs/cgroup/cgroup.procs 2>/dev/null || die "this kernel offers no cgroup v2, without which systemd does not start in a host"
  ip netns add "perdura-$fleet_name-try$$" 2>/dev/null && ip netns delete "perdura-$fleet_name-try$$" || die "this kernel or container does not let network namespaces be made"
}

# Everything below fleet directory $1 that is mounted, deepest first.
mounts_below() {
  awk -v root="$1/" 'index($5, root) == 1 { print $5 }' /proc/self/mountinfo | sort -r
}

checksum() {
  cat "$@" | sha256sum | cut -c 1-16
}
