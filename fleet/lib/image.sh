# shellcheck shell=bash
# The cached roots: what a bare host is, what the controller is, and the site's mirror of packages. Each is named by the
# checksum of what it is made from, built beside its place and moved there whole. Sourced.

# shellcheck source=fleet/lib/recipes.sh
. "${BASH_SOURCE[0]%/*}/recipes.sh"

# build NAME PLACE FUNCTION: calls the function with a directory to fill, once for each checksum; keeps the log of a failure.
build() {
  local name=$1 place=$2 began=$SECONDS log
  [ -d "$place" ] && return 0
  log=$fleet_cache/$name.log
  mkdir -p "$fleet_cache"
  rm -rf "$fleet_cache/$name"-*.new.*
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

base_root() {
  echo "$fleet_cache/base-$(checksum "$fleet_home/packages/base" "$fleet_home/lib/recipes.sh")"
}

controller_root() {
  echo "$fleet_cache/controller-$(checksum "$fleet_home"/packages/{base,controller} "$fleet_home/lib/recipes.sh")"
}

mirror_root() {
  echo "$fleet_cache/mirror-$(checksum "$fleet_home"/packages/{base,site} "$fleet_home/lib/recipes.sh")"
}

build_images() {
  mkdir -p "$fleet_cache"
  exec 7>"$fleet_cache/lock"
  flock -w 1800 7 || die "another fleet has been building in $fleet_cache for half an hour"
  build base "$(base_root)" fill_base
  build controller "$(controller_root)" fill_controller
  build mirror "$(mirror_root)" fill_mirror
  rmdir /run/systemd/nspawn/propagate/{base,controller}-* 2>/dev/null || true
  exec 7>&-
}
