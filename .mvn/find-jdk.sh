# Finds a JDK that can build and run Perdura. Shared by ./mvnw and ./perdura; meant to be sourced.
#
# find_jdk prints the home of the newest suitable JDK, or nothing and a status of 1. A JDK is suitable when it has
# javac and is version PERDURA_MIN_JDK or newer. JAVA_HOME wins when it is suitable.

PERDURA_MIN_JDK=21

jdk_major() {
  [ -x "$1/bin/javac" ] && [ -x "$1/bin/java" ] || return 1
  _v=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null)
  [ -n "$_v" ] || _v=$("$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
  [ -n "$_v" ] && printf '%s\n' "$_v"
}

find_jdk() {
  if [ -n "${JAVA_HOME:-}" ] && _m=$(jdk_major "$JAVA_HOME") && [ "$_m" -ge "$PERDURA_MIN_JDK" ]; then
    printf '%s\n' "$JAVA_HOME"
    return 0
  fi
  _best= _best_major=0
  _on_path=$(command -v javac 2>/dev/null) && _on_path=$(readlink -f "$_on_path") && _on_path=${_on_path%/bin/javac}
  for _home in ${_on_path:-} /usr/lib/jvm/* /opt/*jdk* /opt/java/* "${HOME:-/nonexistent}"/.sdkman/candidates/java/* \
    "${HOME:-/nonexistent}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -d "$_home" ] || continue
    _m=$(jdk_major "$_home") || continue
    if [ "$_m" -ge "$PERDURA_MIN_JDK" ] && [ "$_m" -gt "$_best_major" ]; then
      _best=$_home _best_major=$_m
    fi
  done
  [ -n "$_best" ] && printf '%s\n' "$_best"
}

explain_missing_jdk() {
  _release=$(sed -n 's/^VERSION_ID="\{0,1\}\([0-9]*\).*/\1/p' /etc/os-release 2>/dev/null)
  case "$_release" in
    13) _advice="apt-get install openjdk-25-jdk-headless" ;;
    12) _advice="install a JDK $PERDURA_MIN_JDK or newer (for example Eclipse Temurin's temurin-25-jdk package) or set JAVA_HOME" ;;
    *) _advice="install a JDK $PERDURA_MIN_JDK or newer (25 recommended) or set JAVA_HOME" ;;
  esac
  echo "perdura: no JDK $PERDURA_MIN_JDK or newer was found on this machine; $_advice." >&2
}
