# shellcheck shell=bash
# What an operator has beside the hosts: keys, an inventory, and a controller to run playbooks on. Sourced.

# shellcheck source=fleet/lib/host.sh
. "${BASH_SOURCE[0]%/*}/host.sh"

make_keys() {
  install -d -m 0700 "$fleet_state/keys"
  [ -f "$fleet_state/keys/operator" ] || ssh-keygen -q -t ed25519 -N '' -C "perdura fleet" -f "$fleet_state/keys/operator"
  if [ ! -f "$fleet_state/keys/vault" ]; then
    (umask 077 && head -c 24 /dev/urandom | base64 >"$fleet_state/keys/vault.new")
    mv "$fleet_state/keys/vault.new" "$fleet_state/keys/vault"
  fi
}

# Hosts are known by the keys they were made with; nothing is trusted on first use.
write_known_hosts() {
  local host address key
  while read -r host address _; do
    key=$(cut -d' ' -f1,2 "$fleet_state/hosts/$host/root/etc/ssh/ssh_host_ed25519_key.pub")
    echo "$address,$host $key"
  done < <(hosts_of "$(current_definition)") >"$fleet_state/keys/known_hosts"
}

# The inventory of the same name, with these hosts in it.
write_site() {
  local definition=$1 group host address groups site=$fleet_state/site
  mkdir -p "$site"
  cp -r "$fleet_home/../ansible/inventories/$definition/." "$site/"
  {
    echo '# Made by fleet/up.'
    echo 'all:'
    echo '  vars:'
    echo "    ansible_user: $fleet_operator"
    echo '    ansible_ssh_private_key_file: /srv/perdura/keys/operator'
    echo '    ansible_ssh_common_args: -o UserKnownHostsFile=/srv/perdura/keys/known_hosts'
    echo '  hosts:'
    while read -r host address _; do
      printf '    %s:\n      ansible_host: %s\n' "$host" "$address"
    done < <(hosts_of "$definition")
    echo '  children:'
    for group in $(hosts_of "$definition" | awk '{ print $3 }' | tr , '\n' | sort -u); do
      printf '    %s:\n      hosts:\n' "$group"
      while read -r host _ groups _; do
        [[ ,$groups, != *,$group,* ]] || printf '        %s:\n' "$host"
      done < <(hosts_of "$definition")
    done
  } >"$site/hosts.yml"
}

controller_up() {
  local directory=$fleet_state/controller
  mkdir -p "$directory"/{upper,work,root}
  mountpoint -q "$directory/root" ||
    mount -t overlay -o "lowerdir=$(controller_root),upperdir=$directory/upper,workdir=$directory/work" overlay "$directory/root"
  { echo '127.0.0.1 localhost' && hosts_of "$(current_definition)" | awk '{ print $2, $1 }'; } >"$directory/root/etc/hosts"
  mkdir -p "$fleet_state/release" "$fleet_state/home"
}

# Runs a command on the controller. FLEET_WORKING_DIRECTORY: where, on the controller.
on_controller() {
  local directory=$fleet_state/controller
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --quiet --register=no --keep-unit --machine=controller --as-pid2 --console=pipe -D "$directory/root" \
    --network-namespace-path="/run/netns/$fleet_lan" --resolv-conf=off --chdir="${FLEET_WORKING_DIRECTORY:-/srv/perdura/ansible}" \
    --bind-ro="$(cd "$fleet_home/../ansible" && pwd):/srv/perdura/ansible" --bind-ro="$fleet_state/keys:/srv/perdura/keys" \
    --bind-ro="$fleet_state/release:/srv/perdura/release" --bind="$fleet_state/site:/srv/perdura/site" --bind="$fleet_state/home:/root" \
    --setenv=ANSIBLE_VAULT_PASSWORD_FILE=/srv/perdura/keys/vault --setenv=LC_ALL=C.UTF-8 "$@" 7>&- 8>&-
}
