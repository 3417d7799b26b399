/** Gas of the group's transactions on L1: of the state roots by the number of blocks, of rewards by that of who is paid, of a step of a handover. */
export const L1_GAS = {
  blobs: 21_000,
  inbox: 100_000,
  stateRoots: (blocks: number) => 300_000 + 2_000 * blocks,
  handover: 200_000,
  rewards: (paid: number) => 200_000 + 40_000 * paid,
}
/** wei; what a member signs at most for L1 gas (rule B2). */
export const L1_FEE_CAP = 500n * 10n ** 9n
