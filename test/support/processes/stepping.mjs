// Loaded before the program with `node --import`: its wall clock is wrong by METIS_SEQ_TEST_CLOCK's first number of ms from the
// start, and is stepped by the second one at SIGUSR2, as a time server or an operator steps it. The monotonic clock stays.
const [start = 0, step = 0] = (process.env.METIS_SEQ_TEST_CLOCK ?? '').split(' ').map(Number)
const trueNow = Date.now
let shift = start

globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length === 0 ? [trueNow() + shift] : given))
  }

  static now() {
    return trueNow() + shift
  }
}
process.on('SIGUSR2', () => {
  shift += step
})
