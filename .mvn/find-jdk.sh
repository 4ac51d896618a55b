#!/bin/sh
# Finds the Java that builds and runs Perdura. Shared by ./mvnw and ./perdura: meant to be sourced.
#
#   find_jdk            home of a JDK with a compiler, for building
#   find_jdk runtime    home of any Java, for running a release
#
# prints nothing and returns 1 when there is none of version PERDURA_MIN_JDK or newer. A suitable JAVA_HOME wins, then
# the newest one found.

PERDURA_MIN_JDK=21

# Major version of the Java in directory $1; fails when it is not what $2 (build or runtime) needs.
jdk_major() {
  [ -x "$1/bin/java" ] || return 1
  [ "${2:-build}" = runtime ] || [ -x "$1/bin/javac" ] || return 1
  _v=$(sed -n 's/^JAVA_VERSION="\([0-9][0-9]*\).*/\1/p' "$1/release" 2>/dev/null || true)
  [ -n "$_v" ] || _v=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9][0-9]*\).*/\1/p')
  [ -n "$_v" ] && printf '%s\n' "$_v"
}

find_jdk() {
  _need=${1:-build}
  if [ -n "${JAVA_HOME:-}" ] && _m=$(jdk_major "$JAVA_HOME" "$_need") && [ "$_m" -ge "$PERDURA_MIN_JDK" ]; then
    printf '%s\n' "$JAVA_HOME"
    return 0
  fi
  _best='' _best_major=0
  _on_path=$(command -v java 2>/dev/null || true)
  if [ -n "$_on_path" ]; then
    _on_path=$(readlink -f "$_on_path" 2>/dev/null || printf '%s' "$_on_path")
    _on_path=${_on_path%/bin/java}
  fi
  for _home in ${_on_path:+"$_on_path"} ${PERDURA_JDK_DIRS:-/usr/lib/jvm/* /opt/*jdk* /opt/*/*jdk* /opt/java/*} \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/* \
    "${HOME:-/nonexistent}"/.local/share/mise/installs/java/*; do
    [ -d "$_home" ] || continue
    _m=$(jdk_major "$_home" "$_need") || continue
    if [ "$_m" -ge "$PERDURA_MIN_JDK" ] && [ "$_m" -gt "$_best_major" ]; then
      _best=$_home _best_major=$_m
    fi
  done
  [ -n "$_best" ] && printf '%s\n' "$_best"
}

explain_missing_jdk() {
  _id=$(sed -n 's/^ID="\{0,1\}\([a-z]*\).*/\1/p' "${PERDURA_OS_RELEASE:-/etc/os-release}" 2>/dev/null || true)
  _release=$(sed -n 's/^VERSION_ID="\{0,1\}\([0-9]*\).*/\1/p' "${PERDURA_OS_RELEASE:-/etc/os-release}" 2>/dev/null || true)
  case "$_id-$_release" in
    debian-13) _advice="run: apt-get install openjdk-25-jdk-headless" ;;
    debian-12) _advice="Debian 12 packages none: install temurin-25-jdk from Adoptium's package repository, or set JAVA_HOME" ;;
    *) _advice="install one (25 recommended) or set JAVA_HOME" ;;
  esac
  echo "perdura: no JDK $PERDURA_MIN_JDK or newer was found on this machine; $_advice." >&2
}
