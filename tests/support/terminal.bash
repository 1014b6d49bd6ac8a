# Programs in a real terminal, for the scripts that source this: a tmux server of their own, a home of their own,
# and waiting by looking, never by sleeping for a while.
# shellcheck shell=bash
work=$(mktemp -d)
server=contactwatch-$$
failed=0
export LC_ALL=C.UTF-8 TZ=UTC
export HOME=$work XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data XDG_STATE_HOME=$work/state XDG_RUNTIME_DIR=$work
unset NO_COLOR COLORTERM COLUMNS LINES TMUX ENV BASH_ENV
t() { tmux -L "$server" -f /dev/null "$@" 2>>"$work/tmux.log"; }
finish() {
    t kill-server
    rm -rf "$work"
}
trap finish EXIT

check() { # check NAME CONDITION...
    local name=$1
    shift
    if "$@"; then
        echo "[       OK ] $name"
    else
        echo "[  FAILED  ] $name"
        failed=1
    fi
}
# A shell of 80x24 and the like, in which `sh` commands are typed.
shell_in() { # shell_in NAME COLUMNSxROWS
    t new-session -d -s "$1" -x "${2%x*}" -y "${2#*x}" "PS1='ready> ' exec bash --norc --noprofile -i"
    waits_for "$1" '^ready>'
}
# The program alone; the pane stays when it ends.
opens() { # opens NAME COLUMNSxROWS COMMAND; in one go, or a program that ends at once takes its pane along
    t new-session -d -s "$1" -x "${2%x*}" -y "${2#*x}" "$3" \; set-option -t "$1" remain-on-exit on
}
picture() { t capture-pane -p -t "$1"; }
keys() { t send-keys -t "$1" "${@:2}"; }
text() { t send-keys -t "$1" -l "$2"; }
raw() { t send-keys -t "$1" -H "${@:2}"; } # bytes in hexadecimal, as they come
resize() { t resize-window -t "$1" -x "${2%x*}" -y "${2#*x}"; }
closes() { t kill-session -t "$1"; }

# A twentieth of a second, without a process.
exec {never}<> <(:)
pause_a_moment() { read -rt 0.05 -u "$never" || return 0; }
within() { # within SECONDS CONDITION...
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        pause_a_moment
    done
    return 0
}
shows() { picture "$1" | grep -qE -- "$2"; }
lacks() { ! picture "$1" | grep -qE -- "$2"; }
waits_for() { # waits_for NAME REGEX
    within 30 shows "$1" "$2" && return
    echo "waited for: $2, but:"
    picture "$1"
    return 1
}
loses() { within 30 lacks "$1" "$2"; }
pid_of() { t display-message -p -t "$1" '#{pane_pid}'; }
flag() { t display-message -p -t "$1" "#{$2}"; }
flag_is() { [[ $(flag "$1" "$2") == "$3" ]]; }
has_ended() { flag_is "$1" pane_dead 1; }
ends() { within 8 has_ended "$1"; }
gone() { ! kill -0 "$1" 2>>"$work/tmux.log"; }
same() { [[ $1 == "$2" ]]; }
