import { defineConfig } from 'vitest/config'

/** The tests that judge what Stryker changes in core/consensus and core/selection. */
export default defineConfig({
  test: { include: ['test/unit/consensus/**/*.test.ts', 'test/unit/selection/**/*.test.ts'], testTimeout: 30_000 },
})
