import { LOOKUPS } from './lookups.js'
import { type CompletedNode, offerText } from './model.js'

/** A completion script for zsh, with descriptions: to be sourced, or kept as \`_metis-seq\` in a folder of $fpath. */
export function zshCompletion(nodes: readonly CompletedNode[]): string {
  const cases = (of: (node: CompletedNode) => readonly string[]) => {
    return nodes.map((node) => `    ${quote(node.path)}) reply=(${of(node).map(quote).join(' ')}) ;;`).join('\n')
  }
  return `#compdef metis-seq
# Completion of metis-seq for zsh. Written by \`metis-seq completion zsh\`.
_metis_seq_children() {
  case "$1" in
${cases(({ children }) => children.map(({ name, about }) => `${name}:${about}`))}
    *) reply=() ;;
  esac
}
_metis_seq_flags() {
  case "$1" in
${cases(({ flags }) => flags.flatMap(({ name, char, about }) => [`--${name}:${about}`, ...(char === null ? [] : [`-${char}:${about}`])]))}
    *) reply=() ;;
  esac
}
# Flags with a value, and what it is: @ and a lookup, or words.
_metis_seq_values() {
  case "$1" in
${cases(({ flags }) => flags.flatMap(({ name, char, value }) => (value === null ? [] : [`--${name}=${offerText(value)}`, ...(char === null ? [] : [`-${char}=${offerText(value)}`])])))}
    *) reply=() ;;
  esac
}
_metis_seq_args() {
  case "$1" in
${cases(({ args }) => args.map(offerText))}
    *) reply=() ;;
  esac
}
${LOOKUPS}
_metis_seq_offer() {
  case "$1" in
    @key) compadd -- \${(f)"$(_metis_seq_keys)"} ;;
    @network) compadd -- \${(f)"$(_metis_seq_networks)"} ;;
    @file) _files ;;
    @directory) _files -/ ;;
    @*) _message 'a value' ;;
    *) compadd -- \${(s:,:)1} ;;
  esac
}
_metis_seq() {
  local context_path='' word flag pending='' names
  local -a reply args
  local -i i count=0
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    if [[ -n "$pending" ]]; then pending=''; continue; fi
    if [[ "$word" == -* ]]; then
      _metis_seq_values "$context_path"
      for flag in "\${reply[@]}"; do [[ "\${flag%%=*}" == "$word" ]] && pending="\${flag#*=}"; done
      continue
    fi
    _metis_seq_children "$context_path"
    if (( count == 0 )) && [[ -n "\${reply[(r)$word:*]}" ]]; then context_path="\${context_path:+$context_path }$word"
    else (( count += 1 )); fi
  done
  if [[ -n "$pending" ]]; then _metis_seq_offer "$pending"; return; fi
  word="\${words[CURRENT]}"
  if [[ "$word" == --*=* ]]; then
    _metis_seq_values "$context_path"
    for flag in "\${reply[@]}"; do
      [[ "\${flag%%=*}" == "\${word%%=*}" ]] || continue
      compset -P '*='
      _metis_seq_offer "\${flag#*=}"
    done
  elif [[ "$word" == -* ]]; then
    _metis_seq_flags "$context_path"
    _describe 'flag' reply
  else
    _metis_seq_args "$context_path"
    args=("\${reply[@]}")
    _metis_seq_children "$context_path"
    (( count == 0 && $#reply > 0 )) && _describe 'command' reply
    [[ -n "\${args[count+1]}" ]] && _metis_seq_offer "\${args[count+1]}"
  fi
  return 0
}
if [[ "$funcstack[1]" == _metis-seq ]]; then _metis_seq "$@"; else compdef _metis_seq metis-seq; fi
`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
