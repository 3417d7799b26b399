import type { Command, Config } from '@oclif/core'

/** What may stand in a place: one of a list, something that is looked up when it is completed, or nothing that is known. */
export type Offer = { readonly words: readonly string[] } | 'key' | 'network' | 'file' | 'directory' | 'nothing'

/** As the scripts for bash and zsh hold it: `@` and a lookup, or words with commas. */
export function offerText(offer: Offer): string {
  return typeof offer === 'string' ? `@${offer}` : offer.words.join(',')
}

export interface CompletedFlag {
  readonly name: string
  readonly char: string | null
  /** Null for a flag without a value. */
  readonly value: Offer | null
  readonly about: string
}

/** A command, a topic, or both; the root has an empty path. */
export interface CompletedNode {
  /** Its words, separated by spaces. */
  readonly path: string
  readonly children: readonly { readonly name: string; readonly about: string }[]
  readonly flags: readonly CompletedFlag[]
  /** What its arguments are, in their order. */
  readonly args: readonly Offer[]
}

const HELP: CompletedFlag = { name: 'help', char: 'h', value: null, about: 'Show help.' }
const VERSION: CompletedFlag = { name: 'version', char: null, value: null, about: 'Show the version.' }

/** All that can be typed, from the manifest alone. */
export function completionModel(config: Config): CompletedNode[] {
  const commands = new Map(config.commands.filter(({ hidden }) => !hidden).map((each) => [each.id, each]))
  const paths = new Set([''])
  for (const id of commands.keys()) {
    const words = id.split(':')
    for (let i = 1; i <= words.length; i++) paths.add(words.slice(0, i).join(':'))
  }
  const topics = new Map(config.topics.map(({ name, description }) => [name, description]))
  const about = (id: string) => oneLine(commands.get(id)?.summary ?? topics.get(id))
  return [...paths].sort().map((id) => {
    const children = [...paths].filter((each) => each !== '' && parentOf(each) === id).sort()
    const command = commands.get(id)
    return {
      path: id.replaceAll(':', ' '),
      children: children.map((each) => ({ name: each.slice(each.lastIndexOf(':') + 1), about: about(each) })),
      flags: command === undefined ? [HELP, ...(id === '' ? [VERSION] : [])] : [...flagsOf(command), HELP],
      args: command === undefined ? [] : Object.values(command.args).map(offerOfArgument),
    }
  })
}

function parentOf(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf(':')))
}

function flagsOf(command: Command.Loadable): CompletedFlag[] {
  return Object.entries(command.flags)
    .filter(([, { hidden }]) => !hidden)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, flag]) => ({
      name,
      char: flag.char ?? null,
      value: flag.type === 'boolean' ? null : offerOfFlag(name, flag),
      about: oneLine(flag.summary ?? flag.description),
    }))
}

function offerOfFlag(
  name: string,
  { options, helpValue }: { options?: readonly string[]; helpValue?: unknown },
): Offer {
  if (options !== undefined) return { words: options }
  if (name === 'network') return 'network'
  if (helpValue === 'KEY') return 'key'
  if (helpValue === 'DIR' || name === 'data-dir') return 'directory'
  return helpValue === 'FILE' || name.endsWith('file') ? 'file' : 'nothing'
}

function offerOfArgument({ name, options }: Command.Arg.Cached): Offer {
  if (options !== undefined) return { words: options }
  return name === 'key' || name === 'network' || name === 'file' ? name : 'nothing'
}

/** The first sentence, without what a shell or a template would read otherwise. */
function oneLine(text: string | undefined): string {
  const plain = (text ?? '')
    .replace(/<%=[^%]*%>/g, 'metis-seq')
    .replace(/\s+/g, ' ')
    .trim()
  return plain.replace(/[.;:] .*$/, '').replace(/[`.]/g, '')
}
