/** Seeds that always run: a few for breadth, and each that ever found a difference. */
export const SEEDS: readonly number[] = [1, 2, 3]
