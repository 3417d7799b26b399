import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Interface } from 'ethers'
import type { Hex } from '../../../src/core/types/hex.js'

interface Compiled {
  contracts: Record<
    string,
    Record<string, { abi: []; evm: { bytecode: { object: string }; deployedBytecode: { object: string } } }>
  >
}

/** The test contract, compiled by the compiler that the project's contracts use. */
export function compilePlayground(): { abi: Interface; creation: Hex; runtime: Hex } {
  const solc: { compile(input: string): string } = createRequire(import.meta.url)('solc')
  const content = readFileSync(new URL('playground.sol', import.meta.url), 'utf8')
  const output = solc.compile(
    JSON.stringify({
      language: 'Solidity',
      sources: { 'playground.sol': { content } },
      settings: {
        evmVersion: 'cancun',
        optimizer: { enabled: true },
        outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
      },
    }),
  )
  const compiled = (JSON.parse(output) as Compiled).contracts['playground.sol']?.Playground
  if (compiled === undefined) throw new Error(`the test contract does not compile: ${output.slice(0, 2000)}`)
  const { bytecode, deployedBytecode } = compiled.evm
  return { abi: new Interface(compiled.abi), creation: `0x${bytecode.object}`, runtime: `0x${deployedBytecode.object}` }
}
