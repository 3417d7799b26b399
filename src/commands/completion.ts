import { Args } from '@oclif/core'
import { BaseCommand } from '../cli/command.js'

const SHELLS = ['bash', 'zsh', 'fish'] as const

/** Prints a completion script. */
export default class Completion extends BaseCommand {
  static override summary = 'Print a script that completes commands, flags, their values, keys and networks with Tab.'
  static override description = `bash: put this into ~/.bashrc:
  eval "$(metis-seq completion bash)"
zsh: the same with \`zsh\` into ~/.zshrc, after compinit; or keep it as a file of $fpath:
  metis-seq completion zsh > "\${fpath[1]}/_metis-seq"
fish:
  metis-seq completion fish > ~/.config/fish/completions/metis-seq.fish
Write it anew after an update. Names of keys and networks are read from their files when Tab is pressed; nothing else is started.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> bash',
    '<%= config.bin %> <%= command.id %> zsh',
    '<%= config.bin %> <%= command.id %> fish',
  ]
  static override args = { shell: Args.string({ description: 'The shell.', required: true, options: [...SHELLS] }) }

  async run(): Promise<{ shell: string; script: string }> {
    const { args } = await this.parse(Completion)
    const shell = args.shell as (typeof SHELLS)[number] // the parser lets no other one through
    const { completionModel } = await import('../cli/completion/model.js')
    const script = (await scriptFor(shell))(completionModel(this.config))
    this.print(script.trimEnd())
    return { shell, script }
  }
}

async function scriptFor(shell: (typeof SHELLS)[number]) {
  switch (shell) {
    case 'bash':
      return (await import('../cli/completion/bash.js')).bashCompletion
    case 'zsh':
      return (await import('../cli/completion/zsh.js')).zshCompletion
    case 'fish':
      return (await import('../cli/completion/fish.js')).fishCompletion
  }
}
