type Sources = Record<string, { readonly content: string }>
interface CompilerInput {
  readonly sources: Sources
}
interface Compiled {
  readonly abi: readonly object[]
  readonly evm: {
    readonly bytecode: { readonly object: string }
    readonly deployedBytecode: { readonly object: string }
  }
}
export function readSources(): Sources
export function compilerInput(sources?: Sources, wanted?: string): CompilerInput
export function compileContracts(input?: CompilerInput): Record<string, Record<string, Compiled>>
