#!/usr/bin/env bash
# Prepares a bare Debian or Ubuntu: `setup.sh run` for the product, `setup.sh test` for its tests as well.
# Says nothing and takes no time when there is nothing to do.
set -euo pipefail
cd "$(dirname "$0")/../.."
purpose=${1:-run}

say() { echo "setup: $*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Never asks for a password.
may_be_root() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }

# Installs Debian packages without starting their services.
install_packages() {
  if ! command -v apt-get >/dev/null; then say "please install: $*"; return 1; fi
  if ! may_be_root; then say "please run: sudo apt-get install --no-install-recommends $*"; return 1; fi
  say "installing $*"
  local policy=/usr/sbin/policy-rc.d made=no status=0 words
  words=$(mktemp)
  if [ ! -e $policy ]; then
    made=yes
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
    as_root chmod 755 $policy
    trap "as_root rm -f $policy" EXIT
  fi
  [ -n "${lists_fresh:-}" ] || as_root apt-get -qq update || true
  lists_fresh=yes
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
    install --no-install-recommends -y "$@" >"$words" 2>&1 || status=$?
  [ $status = 0 ] || tail -n 15 "$words" >&2
  rm -f "$words"
  if [ $made = yes ]; then as_root rm -f $policy; trap - EXIT; fi
  return $status
}

# The first Python that is new enough.
find_python() {
  local candidate
  for candidate in ${PYTHON_FOR_VENV:-python3 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  say "Python 3.11 or later is needed"
  return 1
}

create_environment() {
  local python
  python=$(find_python)
  if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    install_packages "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
  fi
  say "creating .venv with $("$python" --version)"
  rm -rf .venv
  "$python" -m venv .venv
}

has_package() { apt-cache show "$1" >/dev/null 2>&1; }

has_library() { [ -n "$(/sbin/ldconfig -p 2>/dev/null | grep -F "$1" || true)" ]; }

if ! .venv/bin/python -c '' 2>/dev/null; then create_environment; fi

# A stamp names the locks that .venv was made from; the tests' environment serves the product too.
locks=$(sha256sum requirements.lock requirements-dev.lock deploy/dev/uv.lock.txt)
stamp=$(cat .venv/mahjar-stamp 2>/dev/null || true)
if [ "$stamp" != "test $locks" ] && [ "$stamp" != "$purpose $locks" ]; then
  kind=$purpose
  lock=requirements.lock
  # Whoever has the tests' packages keeps them.
  if [[ $purpose = test || -x .venv/bin/pytest ]]; then kind=test; lock=requirements-dev.lock; fi
  say "installing Python packages of $lock"
  .venv/bin/python -P deploy/dev/install.py "$lock"
  echo "$kind $locks" > .venv/mahjar-stamp
fi

missing=()
has_library libpango-1.0.so.0 || missing+=(libpango-1.0-0)
has_library libpangoft2-1.0.so.0 || missing+=(libpangoft2-1.0-0)
has_library libharfbuzz-subset.so.0 || missing+=(libharfbuzz-subset0)
if [ ${#missing[@]} -gt 0 ]; then
  install_packages "${missing[@]}" || say "until then pages work and printed papers do not"
fi

if [ "$purpose" = test ]; then
  missing=()
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing+=(rabbitmq-server)
  [ -x /usr/sbin/clamd ] || missing+=(clamav-daemon)
  # Debian's Chromium without windows takes half of the processor time; where there is none, the whole one does.
  if ! command -v chromium-headless-shell >/dev/null && ! command -v chromium >/dev/null; then
    missing+=("$(has_package chromium-headless-shell && echo chromium-headless-shell || echo chromium)")
  fi
  # The other engine that readers have; a walk through the pages is skipped without it.
  if ! command -v firefox-esr >/dev/null && ! command -v firefox >/dev/null && has_package firefox-esr; then
    missing+=(firefox-esr)
  fi
  command -v pdftotext >/dev/null || missing+=(poppler-utils)
  # pdf.js, one of the readers that papers are checked with, runs in Node.
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  # The shifted clock of `make clock` is a small C library, compiled at use.
  command -v gcc >/dev/null || missing+=(gcc libc6-dev)
  # The two proxies of docker-compose.yml are tried against slow clients.
  command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx)
  if ! command -v caddy >/dev/null && has_package caddy; then missing+=(caddy); fi
  # promtool evaluates the alarm rules.
  command -v promtool >/dev/null || missing+=(prometheus)
  if [ ${#missing[@]} -gt 0 ]; then
    install_packages "${missing[@]}" || say "until then the tests that need them are skipped"
  fi
fi
