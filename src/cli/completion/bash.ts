import { LOOKUPS } from './lookups.js'
import { type CompletedNode, offerText } from './model.js'

/** A completion script for bash 3.2 and later, which needs no other package. */
export function bashCompletion(nodes: readonly CompletedNode[]): string {
  const cases = (of: (node: CompletedNode) => string) => {
    return nodes.map((node) => `    '${node.path}') echo '${of(node)}' ;;`).join('\n')
  }
  return `# Completion of metis-seq for bash. Written by \`metis-seq completion bash\`.
_metis_seq_children() {
  case "$1" in
${cases(({ children }) => children.map(({ name }) => name).join(' '))}
  esac
}
# Flags; after = stands what the value is: @ and a lookup, or words.
_metis_seq_flags() {
  case "$1" in
${cases(flagWords)}
  esac
}
_metis_seq_args() {
  case "$1" in
${cases(({ args }) => args.map(offerText).join(' '))}
  esac
}
${LOOKUPS}
_metis_seq_offer() {
  local line
  case "$1" in
    @key) set -- "$(_metis_seq_keys)" ;;
    @network) set -- "$(_metis_seq_networks)" ;;
    @file | @directory)
      local how=-f
      [ "$1" = @directory ] && how=-d
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$how" -- "$cur")
      return ;;
    @*) return ;;
    *) set -- "\${1//,/ }" ;;
  esac
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -W "$1" -- "$cur")
}
_metis_seq() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" path='' word i flag name value='' pending='' count=0
  COMPREPLY=()
  [ "$cur" = = ] && cur=''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    [ "$word" = = ] && continue
    if [ -n "$pending" ]; then
      pending=''
      continue
    fi
    case "$word" in
      -*)
        for flag in $(_metis_seq_flags "$path"); do
          [ "\${flag%%=*}" = "$word" ] && [ "$flag" != "$word" ] && pending=1 value="\${flag#*=}"
        done ;;
      *)
        name=" $(_metis_seq_children "$path") "
        if [ "$count" = 0 ] && [ "\${name#* $word }" != "$name" ]; then path="\${path:+$path }$word"
        else count=$((count + 1)); fi ;;
    esac
  done
  if [ -n "$pending" ]; then
    _metis_seq_offer "$value"
  elif [ "\${cur#-}" != "$cur" ]; then
    name=''
    for flag in $(_metis_seq_flags "$path"); do name="$name \${flag%%=*}"; done
    _metis_seq_offer "$name"
  else
    local args=($(_metis_seq_args "$path"))
    [ "$count" = 0 ] && _metis_seq_offer "$(_metis_seq_children "$path")"
    [ -n "\${args[count]-}" ] && _metis_seq_offer "\${args[count]-}"
  fi
  return 0
}
complete -F _metis_seq metis-seq
`
}

function flagWords({ flags }: CompletedNode): string {
  return flags
    .flatMap(({ name, char, value }) => {
      const after = value === null ? '' : `=${offerText(value)}`
      return [`--${name}${after}`, ...(char === null ? [] : [`-${char}${after}`])]
    })
    .join(' ')
}
