# Sourced by .ci/run: what only the CI needs, Rust and geth. Whatever they download and build lies outside of the checkout, so
# that a machine that is kept has it the next time.
cache="${XDG_CACHE_HOME:-$HOME/.cache}/metis-seq-ci"
export CARGO_TARGET_DIR="$cache/target"

GETH_VERSION=1.17.2

# The geth that tests compare with: METIS_SEQ_TEST_GETH names its binary.
prepare_geth() {
  local found own="$cache/geth-$GETH_VERSION/geth"
  for found in "${METIS_SEQ_TEST_GETH:-}" "$(command -v geth)" "$HOME/go/bin/geth" "$own"; do
    if is_geth "$found"; then
      export METIS_SEQ_TEST_GETH="$found"
      echo "$found"
      return
    fi
  done
  if ! command -v go > /dev/null; then
    echo "There is neither geth $GETH_VERSION nor Go to build it (https://go.dev/dl)."
    return 1
  fi
  GOBIN="$(dirname "$own")" go install "github.com/ethereum/go-ethereum/cmd/geth@v$GETH_VERSION" || return
  is_geth "$own" || return
  export METIS_SEQ_TEST_GETH="$own"
  echo "$own"
}

is_geth() {
  [[ -x "$1" && "$("$1" version 2> /dev/null)" == *"Version: $GETH_VERSION-stable"* ]]
}

# A cargo with clippy and rustfmt that the crates can be built with: the one in PATH, or else Debian's.
prepare_rust() {
  if ! is_rust; then
    echo "Installing Debian's Rust, as what is here is not enough ..."
    install_rust || return
    is_rust || return
  fi
  cargo --version
}

is_rust() {
  local needed found minor
  needed="$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' crates/Cargo.toml)"
  found="$(cargo --version 2> /dev/null | cut -d ' ' -f 2)" || return
  printf '%s\n' "$needed" "$found" | sort --check=quiet --version-sort || return
  # A clippy of another release can't read what this one's compiler has built.
  minor="$(cut -d . -f 2 <<< "$found")"
  [[ "$(cargo clippy --version 2> /dev/null) " == "clippy 0.1.$minor "* ]] && cargo fmt --version > /dev/null 2>&1
}

install_rust() {
  local tool sudo=()
  ((EUID == 0)) || sudo=(sudo --non-interactive)
  "${sudo[@]}" apt-get -qq update || return
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends \
    rustc-web cargo-web rust-web-clippy rustfmt-web || return
  # Ahead of any other in PATH, and nothing else of /usr/bin with them. A cargo asks its own folder first unless PATH has it.
  mkdir -p "$cache/rust"
  for tool in cargo rustc rustdoc cargo-clippy clippy-driver cargo-fmt rustfmt; do
    ln -sf "/usr/bin/$tool" "$cache/rust/$tool"
  done
  export PATH="$cache/rust:$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
}
