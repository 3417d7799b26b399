import type { Attack } from './attacks.js'

/** Several attacks as one: each has its part of the time, one after the other. */
export function combined(attacks: readonly Attack[]): Attack {
  return {
    name: 'all',
    async run(target, ms, scale) {
      const all = { opened: 0, ended: 0 }
      for (const attack of attacks) {
        const { opened, ended } = await attack.run(target, ms / attacks.length, scale)
        all.opened += opened
        all.ended += ended
      }
      return all
    },
  }
}
