import { type Check, type Finding, ok, warning } from './check.js'
import type { DoctorContext } from './context.js'

const NODES = 5

/** Ports that `run` listens on. */
export function portChecks(context: DoctorContext): Check[] {
  return [{ name: 'ports', look: () => lookAtPorts(context) }]
}

async function lookAtPorts(context: DoctorContext): Promise<Finding> {
  const { devnetPorts, HOST, isFree } = await import('../../devnet/ports.js')
  const { l1, nodes, control } = devnetPorts(context['port-base'], NODES)
  const all = [l1, ...nodes, control]
  const free = await Promise.all(all.map(isFree))
  const taken = all.filter((_, i) => !free[i])
  if (taken.length === 0) return ok(`${l1} to ${control} of ${HOST} are free`)
  if (taken.includes(l1) && (await isOurs(l1, context['data-dir'])))
    return ok(`${taken.join(', ')} of ${HOST} are held by the devnet that runs`)
  return warning(
    `${taken.join(', ')} of ${HOST} ${taken.length === 1 ? 'is' : 'are'} in use by another program`,
    'Stop that program, or run a node with other ports: --port-base.',
  )
}

/** Whether the L1 of the devnet that was started last has that port. */
async function isOurs(port: number, dataDir: string | undefined): Promise<boolean> {
  const { readDescriptor } = await import('../../devnet/descriptor.js')
  try {
    return new URL((await readDescriptor(dataDir)).l1.url).port === String(port)
  } catch {
    return false // the check of the network says what is wrong with it
  }
}
