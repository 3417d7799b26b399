import { Contract, type ContractTransactionReceipt, type ContractTransactionResponse, type Wallet } from 'ethers'
import { type ContractName, loadArtifact } from '../../src/l1/artifacts.js'

export function contractAt(name: ContractName, address: string, wallet: Wallet): Contract {
  return new Contract(address, loadArtifact(name).abi, wallet)
}

/** Calls, sends, and gives the receipt of a transaction that succeeded. */
export async function send(
  contract: Contract,
  method: string,
  ...values: unknown[]
): Promise<ContractTransactionReceipt> {
  const response: ContractTransactionResponse = await contract.getFunction(method)(...values)
  const receipt = await response.wait()
  if (receipt === null) throw new Error(`${method} was not mined`)
  return receipt
}

/** Name of the custom error, text of the `require`, or `panic 0x..` with which a call reverts; `ok` where it doesn't. */
export async function outcome(contract: Contract, method: string, ...values: unknown[]): Promise<string> {
  try {
    await contract.getFunction(method).staticCall(...values)
    return 'ok'
  } catch (error) {
    const { revert, shortMessage } = error as {
      revert?: { name: string; args: unknown[] } | null
      shortMessage?: string
    }
    if (revert === undefined || revert === null) return shortMessage ?? String(error)
    if (revert.name === 'Error') return String(revert.args[0])
    if (revert.name === 'Panic') return `panic 0x${BigInt(String(revert.args[0])).toString(16)}`
    return revert.name
  }
}

/** Events of a receipt that the contract's ABI knows, as `Name(values)`. */
export function events(receipt: ContractTransactionReceipt, contract: Contract): string[] {
  return receipt.logs.flatMap((log) => {
    const parsed = contract.interface.parseLog(log)
    return parsed === null ? [] : [`${parsed.name}(${parsed.args.join(',')})`]
  })
}
