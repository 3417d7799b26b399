import { createServer } from 'vite'

/** Loads modules of TypeScript as they are asked for, also late: what is tried imports some when it needs them. */
export function openModules() {
  return createServer({
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, hmr: false, watch: null, ws: false },
  })
}
