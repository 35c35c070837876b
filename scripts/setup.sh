#!/usr/bin/env bash
# Installs the locked versions into .venv; does nothing when they are there already.
# PYTHON names the interpreter to use. A company package index is taken from UV_DEFAULT_INDEX,
# UV_INDEX_URL, PIP_INDEX_URL or pip's configuration, proxies from the usual variables, and
# certificates from the system.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

uv_version=0.13.9
stamp=.venv/.installed

fail() {
    printf 'Set-up failed: %s\n' "$*" >&2
    exit 1
}

usable_python() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
        >/dev/null 2>&1
}

find_python() {
    local candidate
    if [[ -n "${PYTHON:-}" ]]; then
        usable_python "$PYTHON" ||
            fail "PYTHON=$PYTHON is not a Python 3.11, 3.12 or 3.13 with the venv module."
        echo "$PYTHON"
        return
    fi
    for candidate in python3 python3.13 python3.12 python3.11 python; do
        if command -v "$candidate" >/dev/null && usable_python "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "no Python 3.11, 3.12 or 3.13 with the venv module was found." \
        "Install one (on Debian and Ubuntu: apt install python3 python3-venv)," \
        "or name it: make build PYTHON=path/to/python3.12"
}

# What the environment depends on: the locked versions and where the checkout stands.
wanted() {
    pwd
    cat uv.lock pyproject.toml scripts/setup.sh
}

checksum() {
    wanted | cksum
}

if [[ -f "$stamp" && -x .venv/bin/python && "$(<"$stamp")" == "$(checksum)" ]]; then
    exit 0
fi

if [[ -d .venv ]] && ! { [[ -x .venv/bin/python ]] && usable_python .venv/bin/python &&
    [[ "$(.venv/bin/python -c 'import sys; print(sys.prefix)')" == "$PWD/.venv" ]] &&
    grep -qF "$PWD/.venv" .venv/bin/activate; }; then
    echo "Set-up: .venv cannot be used here (moved, or another Python); it is made again."
    rm -rf .venv
fi

if [[ ! -d .venv ]]; then
    python=$(find_python)
    echo "Set-up: creating .venv with $("$python" --version)"
    "$python" -m venv .venv || fail "$python -m venv .venv did not work; see the lines above."
fi
python=.venv/bin/python
rm -f "$stamp"

# Certificates of the system: newer pips use them by themselves, older ones are told where they are.
system_certificates() {
    "$python" - <<'END'
import os, ssl
paths = ssl.get_default_verify_paths()
print(os.environ.get("SSL_CERT_FILE") or paths.cafile or paths.capath or "")
END
}

install_uv() {
    "$python" -m pip install --quiet --disable-pip-version-check "uv==$uv_version"
}

if ! .venv/bin/uv --version 2>/dev/null | grep -qF "uv $uv_version"; then
    echo "Set-up: installing uv $uv_version"
    if ! install_uv; then
        echo "Set-up: trying once more with the certificates of the system"
        PIP_CERT="${PIP_CERT:-$(system_certificates)}" install_uv ||
            fail "the package index was not reached. Behind a company proxy set HTTPS_PROXY," \
                "with a company index PIP_INDEX_URL, with an own authority SSL_CERT_FILE."
    fi
fi

company_index() {
    local configured
    configured="${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-${PIP_INDEX_URL:-}}}"
    [[ -n "$configured" ]] || configured=$("$python" -m pip config get global.index-url 2>/dev/null) || true
    echo "$configured"
}

export UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never UV_SYSTEM_CERTS=true VIRTUAL_ENV="$PWD/.venv"
# Where Python must not write compiled files, each start would compile dbt anew, for seconds.
[[ -z "${PYTHONDONTWRITEBYTECODE:-}" ]] || export UV_COMPILE_BYTECODE=1
index=$(company_index)
echo "Set-up: installing the locked versions (about a minute the first time)"
if [[ -z "$index" ]]; then
    .venv/bin/uv sync --frozen --inexact --python "$python" ||
        fail "the locked versions could not be installed; see the lines above." \
            "With a company package index set UV_DEFAULT_INDEX to its address."
else
    # The lock names the files of the public index; a company index serves the same files under its
    # own addresses, so the locked versions and their checksums are handed over as requirements.
    requirements=$(mktemp)
    trap 'rm -f "$requirements"' EXIT
    export UV_DEFAULT_INDEX="$index"
    .venv/bin/uv export --frozen --quiet --no-emit-project --output-file "$requirements" >/dev/null
    .venv/bin/uv pip install --python "$python" --require-hashes --requirements "$requirements" &&
        .venv/bin/uv pip install --python "$python" --no-deps --editable . ||
        fail "the locked versions could not be installed from the company index; see above."
fi
checksum >"$stamp"
