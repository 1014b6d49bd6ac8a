# What scripts that run the program as it is installed share: a home of their own, checks in the words of the unit tests,
# waiting by looking and never for a while, and the fake endpoint. The script has set `binary`.
# shellcheck shell=bash
work=$(mktemp -d)
export HOME=$work XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data XDG_STATE_HOME=$work/state TZ=UTC LC_ALL=C.UTF-8
failed=0
children=() # ended with the script
mkfifo "$work/never"
exec {never}<>"$work/never"
tidy() {
    local child
    for child in "${children[@]}"; do
        kill -KILL "$child" 2>/dev/null
        wait "$child" 2>/dev/null
    done
    rm -rf "$work"
}
trap tidy EXIT

check() { # check NAME CONDITION...
    local name=$1
    shift
    if "$@"; then
        echo "[       OK ] $name"
    else
        echo "[  FAILED  ] $name"
        cat "$work/out" "$work/err" "$work/answer" 2>/dev/null
        tail -n 20 "$work/log" 2>/dev/null
        failed=1
    fi
}
soon() { # soon CONDITION...: within 30 s
    local n
    for ((n = 0; n < 3000; n++)); do
        "$@" && return 0
        read -rt 0.01 -u "$never"
    done
    return 1
}
exits() { # exits CODE COMMAND...
    local code=$1
    shift
    "$@" >"$work/out" 2>"$work/err" </dev/null
    [[ $? == "$code" ]]
}
not() { ! "$@"; }
says() { grep -qE -- "$2" "$work/$1" 2>/dev/null; }

fake_endpoint() { # starts it: $url is where, the environment has its keys
    export AWS_ACCESS_KEY_ID=AKIAFAKEFAKEFAKEFAKE AWS_SECRET_ACCESS_KEY=fake+secret/for-the-tests-alone-0123456789
    export AWS_REGION=eu-west-1 AWS_EC2_METADATA_DISABLED=true
    "$(dirname "$binary")/tests/fake-aws" --port 0 >"$work/url" &
    children+=($!)
    soon test -s "$work/url"
    url=$(<"$work/url")
}
post() { # post PORT PATH [BODY]: is it answered with 200? The answer's body is in $work/answer
    local LC_ALL=C fd line status='' length='' answer='' body=${3:-}
    : >"$work/answer"
    exec {fd}<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf 'POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' "$2" "${#body}" "$body" >&"$fd"
    while IFS= read -rt 60 line <&"$fd" && [[ $line != $'\r' ]]; do
        [[ $line == HTTP/* ]] && status=${line#* }
        [[ ${line,,} == content-length:* ]] && length=${line//[^0-9]/}
    done
    ((length)) && IFS= read -rt 60 -N "$length" answer <&"$fd"
    exec {fd}>&-
    printf '%s' "$answer" >"$work/answer"
    [[ ${status%% *} == 200 ]]
}
ask() { post "${url##*:}" "/_fake/$1" "${2:-}"; } # steers the fake endpoint
