# shellcheck shell=bash
# One host: its network namespace on the fleet's bridge, its disk over the base image, its data on file systems of limited size, and
# systemd in it. Every step leaves alone what is there already. Sourced.

# shellcheck source=fleet/lib/image.sh
. "${BASH_SOURCE[0]%/*}/image.sh"

# The fleet's own network: a bridge in a namespace of its own, so nothing of this machine's network is touched and no host can reach out.
network_up() {
  ip netns list | grep -qw "$fleet_lan" && return 0
  ip netns add "$fleet_lan"
  ip -n "$fleet_lan" link set lo up
  ip -n "$fleet_lan" link add lan type bridge
  ip -n "$fleet_lan" address add 10.77.0.1/24 dev lan
  ip -n "$fleet_lan" link set lan up
}

host_network_up() {
  local host=$1 address=$2 namespace port
  namespace=$(host_namespace "$host")
  port=h${address##*.}
  ip netns list | grep -qw "$namespace" && return 0
  ip netns add "$namespace"
  ip -n "$fleet_lan" link add "$port" type veth peer name lan0 netns "$namespace"
  ip -n "$fleet_lan" link set "$port" master lan
  ip -n "$fleet_lan" link set "$port" up
  ip -n "$namespace" link set lo up
  ip -n "$namespace" address add "$address/24" dev lan0
  ip -n "$namespace" link set lan0 up
}

# Mounts the host's disk and, from file PATH=SIZE pairs $3, its data. The images lie beside the disk.
host_disk_up() {
  local host=$1 data=$2 directory=$fleet_state/hosts/$1 part path size image
  mkdir -p "$directory"/{upper,work,root,data}
  mountpoint -q "$directory/root" ||
    mount -t overlay -o "lowerdir=$(base_root),upperdir=$directory/upper,workdir=$directory/work" overlay "$directory/root"
  for part in ${data//,/ }; do
    [ "$part" != - ] || continue
    path=${part%%=*} size=${part##*=}
    image=$directory/data/$(tr / _ <<<"${path#/}")
    if [ ! -f "$image.img" ]; then
      truncate -s "$size" "$image.img.new"
      mkfs.ext4 -q -m 0 -F "$image.img.new"
      mv "$image.img.new" "$image.img"
    fi
    mkdir -p "$image" "$directory/root$path"
    mountpoint -q "$image" || mount -o loop "$image.img" "$image"
  done
}

# What makes a copy of the image this host: its name, its keys, the operator's key, and the site's mirror.
host_identity() {
  local host=$1 root=$fleet_state/hosts/$1/root
  [ -f "$root/etc/machine-id" ] && return 0
  echo "$host" >"$root/etc/hostname"
  {
    echo '127.0.0.1 localhost'
    hosts_of "$(current_definition)" | awk '{ print $2, $1 }'
  } >"$root/etc/hosts"
  echo 'deb [trusted=yes] file:/srv/mirror ./' >"$root/etc/apt/sources.list"
  rm -rf "$root"/var/lib/apt/lists/*
  # So old that apt's module does not take the empty list for a fresh one.
  touch -d @0 "$root/var/lib/apt/lists"
  ssh-keygen -q -A -f "$root" >/dev/null
  install -d -m 0700 -o 1000 -g 1000 "$root/home/$fleet_operator/.ssh"
  install -m 0600 -o 1000 -g 1000 "$fleet_state/keys/operator.pub" "$root/home/$fleet_operator/.ssh/authorized_keys"
  ln -sf /etc/machine-id "$root/var/lib/dbus/machine-id"
  # Last: the sign that all of the above is there.
  systemd-id128 new >"$root/etc/machine-id"
}

# The process id of the container's systemd-nspawn; fails when the host is off.
host_pid() {
  local pid
  pid=$(cat "$fleet_state/hosts/$1/pid" 2>/dev/null) || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "-D $fleet_state/hosts/$1/root " || return 1
  echo "$pid"
}

host_boot() {
  local host=$1 data=$2 directory=$fleet_state/hosts/$1 binds=() part path
  host_pid "$host" >/dev/null && return 0
  for part in ${data//,/ }; do
    [ "$part" != - ] || continue
    path=${part%%=*}
    binds+=("--bind=$directory/data/$(tr / _ <<<"${path#/}"):$path")
  done
  # A host is the master of its own network: addresses, kernel settings, packet filter.
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network setsid systemd-nspawn --quiet --register=no --keep-unit \
    --machine="$host" --capability=CAP_NET_ADMIN \
    -D "$directory/root" --network-namespace-path="/run/netns/$(host_namespace "$host")" --resolv-conf=off --console=pipe \
    --bind-ro="$(mirror_root):/srv/mirror" ${binds[@]+"${binds[@]}"} --boot \
    >>"$directory/console.log" 2>&1 </dev/null 7>&- 8>&- &
  echo $! >"$directory/pid"
}

# A command on the host as the operator, over ssh.
on_host() {
  local host=$1 address
  shift
  address=$(hosts_of "$(current_definition)" | awk -v host="$host" '$1 == host { print $2 }')
  [ -n "$address" ] || die "the fleet has no host $host; it has: $(hosts_of "$(current_definition)" | awk '{ print $1 }' | paste -sd' ')"
  ip netns exec "$fleet_lan" ssh -q -F none -i "$fleet_state/keys/operator" -o BatchMode=yes -o ConnectTimeout=3 \
    -o UserKnownHostsFile="$fleet_state/keys/known_hosts" "$fleet_operator@$address" "$@"
}

host_await() {
  local host=$1 deadline=$((SECONDS + ${2:-90})) state=''
  while [ "$SECONDS" -lt "$deadline" ]; do
    host_pid "$host" >/dev/null || die "$host went down while it started; see $fleet_state/hosts/$host/console.log"
    state=$(on_host "$host" systemctl is-system-running </dev/null 2>/dev/null || true)
    case $state in
      running) return 0 ;;
      degraded) die "$host started, but units failed: $(on_host "$host" systemctl --failed --plain --no-legend </dev/null | awk '{ print $1 }' | paste -sd' ')" ;;
    esac
    sleep 0.5
  done
  die "$host was not up within ${2:-90} s (state: ${state:-no answer over ssh}); see $fleet_state/hosts/$host/console.log"
}

# Switches the host off as a power cut does.
host_kill() {
  local namespace pids
  namespace=$(host_namespace "$1")
  pids=$(host_pid "$1" || true)
  [ -z "$pids" ] || kill -KILL "$pids" 2>/dev/null || true
  if ip netns list | grep -qw "$namespace"; then
    # shellcheck disable=SC2046 # one word a process
    kill -KILL $(ip netns pids "$namespace") 2>/dev/null || true
  fi
  rmdir "/run/systemd/nspawn/propagate/$1" 2>/dev/null || true
}
