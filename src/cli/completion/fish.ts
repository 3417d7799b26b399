import type { CompletedFlag, CompletedNode, Offer } from './model.js'

/** A completion script for fish, with descriptions. */
export function fishCompletion(nodes: readonly CompletedNode[]): string {
  const paths = nodes.filter(({ path }) => path !== '').map(({ path }) => quote(path))
  return `# Completion of metis-seq for fish. Written by \`metis-seq completion fish\`.
set -g __metis_seq_paths ${paths.join(' ')}
# Flags with a value, each with the command before it.
set -g __metis_seq_valued ${nodes.flatMap(valued).map(quote).join(' ')}
function __metis_seq_keys
    set -l folder $METIS_SEQ_KEYSTORE
    test -n "$folder"; or set folder (test -n "$XDG_DATA_HOME"; and echo $XDG_DATA_HOME; or echo $HOME/.local/share)/metis-seq/keystore
    command ls -1 $folder 2>/dev/null | string replace -rf '^([A-Za-z0-9][A-Za-z0-9._-]*)\\.json$' '$1'
end
function __metis_seq_networks
    set -l config $METIS_SEQ_CONFIG
    test -n "$config"; or set config (test -n "$XDG_CONFIG_HOME"; and echo $XDG_CONFIG_HOME; or echo $HOME/.config)/metis-seq/config.json
    printf '%s\\n' devnet andromeda sepolia
    cat (dirname $config)/networks.json 2>/dev/null | string replace -rf '^ *"name": "([a-z0-9-]*)",*$' '$1'
end
# The words of the command that is typed, and how many arguments follow them.
function __metis_seq_at
    set -l path ''
    set -l count 0
    set -l pending 0
    for word in (commandline -opc)[2..-1]
        if test $pending = 1
            set pending 0
        else if string match -q -- '-*' $word
            contains -- "$path|$word" $__metis_seq_valued; and set pending 1
        else if test $count = 0; and contains -- (string trim -- "$path $word") $__metis_seq_paths
            set path (string trim -- "$path $word")
        else
            set count (math $count + 1)
        end
    end
    test "$path" = "$argv[1]"; and begin
        test (count $argv) = 1; or test $count = $argv[2]
    end
end
complete -c metis-seq -f
${nodes.flatMap(completions).join('\n')}
`
}

function valued({ path, flags }: CompletedNode): string[] {
  return flags.flatMap(({ name, char, value }) => {
    return value === null ? [] : [`${path}|--${name}`, ...(char === null ? [] : [`${path}|-${char}`])]
  })
}

function completions(node: CompletedNode): string[] {
  const at = (count?: number) => quote(`__metis_seq_at ${quote(node.path)}${count === undefined ? '' : ` ${count}`}`)
  return [
    ...node.children.map(({ name, about }) => `complete -c metis-seq -n ${at(0)} -a ${name} -d ${quote(about)}`),
    ...node.args.flatMap((offer, i) => {
      return offer === 'nothing' ? [] : [`complete -c metis-seq -n ${at(i)} ${offered(offer)}`]
    }),
    ...node.flags.map((flag) => `complete -c metis-seq -n ${at()} ${flagOf(flag)}`),
  ]
}

function flagOf({ name, char, value, about }: CompletedFlag): string {
  const short = char === null ? '' : `-s ${char} `
  const after = value === null ? '' : ` ${value === 'file' || value === 'nothing' ? '-r' : '-x'} ${offered(value)}`
  return `${short}-l ${name} -d ${quote(about)}${after}`.trimEnd()
}

function offered(offer: Offer): string {
  if (typeof offer !== 'string') return `-a ${quote(offer.words.join(' '))}`
  if (offer === 'key') return `-a '(__metis_seq_keys)'`
  if (offer === 'network') return `-a '(__metis_seq_networks)'`
  if (offer === 'directory') return `-a '(__fish_complete_directories)'`
  return offer === 'file' ? '-F' : ''
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
