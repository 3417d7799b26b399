/**
 * Shell functions, the same in bash and zsh, that name keys and networks from the program's files, without starting it. Names that
 * are no plain word are left out: `compgen -W` would expand what is in them.
 */
export const LOOKUPS = `_metis_seq_keys() {
  command ls -1 "\${METIS_SEQ_KEYSTORE:-\${XDG_DATA_HOME:-$HOME/.local/share}/metis-seq/keystore}" 2>/dev/null |
    sed -n 's/^\\([A-Za-z0-9][A-Za-z0-9._-]*\\)\\.json$/\\1/p'
}
_metis_seq_networks() {
  local config="\${METIS_SEQ_CONFIG:-\${XDG_CONFIG_HOME:-$HOME/.config}/metis-seq/config.json}"
  printf '%s\\n' devnet andromeda sepolia
  sed -n 's/^ *"name": "\\([a-z0-9-]*\\)",*$/\\1/p' "$(dirname "$config")/networks.json" 2>/dev/null
}`
