# Shared by ./escale and ./test: finds or installs the .NET 10 SDK and Node.js 20, and builds the program.
# Sourced, never run; expects $ROOT to be the checkout.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false

say() { printf 'escale: %s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else return 1; fi
}

# apt_install PACKAGE: installs it when the distribution has it; false otherwise.
apt_install() {
  command -v apt-get >/dev/null || return 1
  apt-cache show "$1" >/dev/null 2>&1 || as_root apt-get update -qq >/dev/null 2>&1 || true
  apt-cache show "$1" >/dev/null 2>&1 || return 1
  say "installing $1"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$1" >/dev/null
}

has_dotnet() { command -v dotnet >/dev/null && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; }

node_major() { command -v node >/dev/null && node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

need_dotnet() {
  if ! has_dotnet && [ -x "$HOME/.dotnet/dotnet" ]; then
    export DOTNET_ROOT="$HOME/.dotnet" PATH="$HOME/.dotnet:$PATH"
  fi
  has_dotnet && return
  apt_install dotnet-sdk-10.0 && has_dotnet && return
  cat >&2 <<'HOW'
escale: the .NET 10 SDK is missing and this distribution does not offer it as dotnet-sdk-10.0.
  Debian:  follow https://learn.microsoft.com/dotnet/core/install/linux-debian (adds Microsoft's packages), then
           sudo apt-get install dotnet-sdk-10.0
  No root: follow https://learn.microsoft.com/dotnet/core/install/linux-scripted-manual with --channel 10.0
           (installs to ~/.dotnet, which this script finds)
HOW
  exit 1
}

need_node() {
  [ "$(node_major)" -ge 20 ] && command -v npm >/dev/null && return
  apt_install nodejs && apt_install npm
  [ "$(node_major)" -ge 20 ] && command -v npm >/dev/null && return
  cat >&2 <<'HOW'
escale: Node.js 20 or newer with npm is needed to build (it brings DuckDB and PostgreSQL), and this distribution's is older.
  Follow https://nodejs.org/en/download for your system, then run this command again.
HOW
  exit 1
}

# build_program: publishes Release to artifacts/escale unless it is newer than every source. One build at a time.
build_program() {
  local out="$ROOT/artifacts/escale" stamp="$ROOT/artifacts/escale.stamp"
  if is_built "$out" "$stamp"; then return; fi
  need_dotnet
  need_node
  mkdir -p "$ROOT/artifacts"
  exec 9>"$ROOT/artifacts/.build.lock"
  flock 9
  if ! is_built "$out" "$stamp"; then
    say "building (about a minute, once)"
    local log="$ROOT/artifacts/build.log"
    touch "$stamp.new"
    if ! dotnet publish "$ROOT/src/Escale/Escale.csproj" -c Release -o "$out.new" -v quiet --nologo >"$log" 2>&1; then
      grep -E 'error|warn' "$log" | sort -u | head -20 >&2 || true
      say "the build failed; the whole log is in artifacts/build.log"
      exit 1
    fi
    rm -rf "$out.old"
    if [ -d "$out" ]; then mv "$out" "$out.old"; fi
    mv "$out.new" "$out"
    rm -rf "$out.old"
    mv "$stamp.new" "$stamp"
  fi
  exec 9>&-
}

# is_built OUT STAMP: the program is there and nothing in the source tree is newer (a folder is, when a file came or went).
is_built() {
  [ -x "$1/escale" ] && [ -f "$2" ] || return 1
  local newer
  newer=$(find "$ROOT/src" "$ROOT/web/src" "$ROOT/web/build" "$ROOT"/web/{package-lock.json,vite.config.ts,tsconfig.json,build.mjs} "$ROOT"/Directory.*.props "$ROOT/global.json" "$ROOT/src/Escale.Engines/native/package-lock.json" \
    \( -name bin -o -name obj -o -name native \) -prune -o -newer "$2" -print -quit 2>/dev/null)
  [ -z "$newer" ]
}
