# Shared by the scripts beside it; sourced, POSIX sh.

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Run a command as root: directly, or through a sudo that does not ask. Returns 1 where neither is possible.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

# apt_install WHY PACKAGE...: install Debian packages, or say how and stop.
apt_install() {
    why=$1
    shift
    how="$why Install it as root, then run this again: apt-get install $*"
    command -v apt-get >/dev/null 2>&1 || fail "$why Install it with your system's package manager (Debian's names: $*)."
    as_root true || fail "$how"
    log=$(mktemp)
    printf 'installing %s …\n' "$*"
    if as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" >"$log" 2>&1; then
        rm -f "$log"
        return
    fi
    # The lists of a fresh machine are empty or old.
    if as_root apt-get -qq update >>"$log" 2>&1 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" >>"$log" 2>&1; then
        rm -f "$log"
        return
    fi
    tail -n 15 "$log" >&2
    rm -f "$log"
    fail "$how"
}
