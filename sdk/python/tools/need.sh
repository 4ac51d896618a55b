# shellcheck shell=bash
# For scripts to source: Debian's Python, and what a script needs of it.

# Debian's own: the modules below are packaged for it, whatever else `python3` may be.
# shellcheck disable=SC2034 # read by whoever sources this
python=/usr/bin/python3

# need THING...: what is missing is installed by root, and named to anybody else. A thing is `python3`, `openssl` or a Python module.
need() {
  local thing missing=()
  declare -A packages=([yaml]=python3-yaml [setuptools]=python3-setuptools [wheel]=python3-wheel)
  for thing in python3 "$@"; do
    case $thing in
      python3 | openssl) command -v "/usr/bin/$thing" >/dev/null || missing+=("$thing") ;;
      *) { [ -x "$python" ] && "$python" -c "import $thing" 2>/dev/null; } || missing+=("${packages[$thing]:-$thing}") ;;
    esac
  done
  [ ${#missing[@]} = 0 ] && return 0
  if [ "$(id -u)" != 0 ]; then
    echo "missing: ${missing[*]} (as root: apt-get install ${missing[*]})" >&2
    return 1
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# generated: makes src/perdura/_generated unless it is newer than all that it is made from.
generated() {
  local made=src/perdura/_generated/operations.py source
  for source in tools/generate.py tools/surface.py ../../modules/api/src/main/resources/META-INF/openapi.yaml; do
    if [ ! -f "$made" ] || [ "$source" -nt "$made" ]; then
      need yaml
      "$python" tools/generate.py >&2
      return
    fi
  done
}
