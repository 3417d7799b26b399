/** A module by hand, for what a sound engine never does. Each export breaks the rules of the interface in its own way. */
export function brokenModule(): WebAssembly.Module {
  const [i32, i64, f64] = [0x7f, 0x7e, 0x7c]
  const types = [
    type([i32], [i64]), // 0: node, code
    type([i64, i32], [i32]), // 1: block_hash
    type([i32, i32, i32, i32], [i32]), // 2: ecrecover
    type([], [f64]), // 3: now
    type([i32, i32], []), // 4: panicked, release
    type([i32], [i32]), // 5: alloc
    type([i32, i32], [i64]), // 6: the functions
  ]
  const imports = [
    imported('node', 0),
    imported('code', 0),
    imported('block_hash', 1),
    imported('ecrecover', 2),
    imported('now', 3),
    imported('panicked', 4),
  ]
  const functions: [name: string, type: number, code: number[]][] = [
    ['alloc', 5, i32const(64)],
    ['release', 4, []],
    // panics with the request as its text
    ['apply', 6, [...local(0), ...local(1), ...call(5), 0x00]],
    // asks the host for a node, and grows the memory before it answers with what the host gave
    ['decode', 6, [...i32const(1), 0x40, 0x00, 0x1a, ...local(0), ...call(0)]],
    // a reply that lies behind the memory
    ['finish', 6, i64const(1n << 62n)],
    // a reply without a first byte that means something
    ['begin', 6, i64const((64n << 32n) | 1n)],
    // a refusal: 1 and RLP ["FAILED", "no", ""], which lies at 8
    ['genesis', 6, i64const((8n << 32n) | 13n)],
    // recursion without end
    ['account', 6, [...local(0), ...local(1), ...call(13)]],
  ]
  const data = [1, 0xcb, 0x86, ...utf8('FAILED'), 0x82, ...utf8('no'), 0x80]
  return new WebAssembly.Module(
    Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      ...section(1, list(types)),
      ...section(2, list(imports)),
      ...section(3, list(functions.map(([, of]) => [of]))),
      ...section(5, [1, 0, 1]),
      ...section(7, list([named('memory', [2, 0]), ...functions.map(([name], i) => named(name, [0, 6 + i]))])),
      ...section(10, list(functions.map(([, , code]) => sized([0, ...code, 0x0b])))),
      ...section(11, list([[0, ...i32const(8), 0x0b, ...sized(data)]])),
    ]),
  )
}

const utf8 = (text: string) => [...Buffer.from(text)]
const type = (from: number[], to: number[]) => [
  0x60,
  ...list(from.map((each) => [each])),
  ...list(to.map((each) => [each])),
]
const imported = (name: string, of: number) => [...sized(utf8('host')), ...sized(utf8(name)), 0, of]
const named = (name: string, what: number[]) => [...sized(utf8(name)), ...what]
const section = (id: number, content: number[]) => [id, ...sized(content)]
const list = (items: number[][]) => [...leb(BigInt(items.length)), ...items.flat()]
const sized = (content: number[]) => [...leb(BigInt(content.length)), ...content]
const local = (index: number) => [0x20, index]
const call = (index: number) => [0x10, index]
const i32const = (value: number) => [0x41, ...signedLeb(BigInt(value))]
const i64const = (value: bigint) => [0x42, ...signedLeb(value)]

function leb(value: bigint): number[] {
  return value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...leb(value >> 7n)]
}

function signedLeb(value: bigint): number[] {
  return value < 0x40n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...signedLeb(value >> 7n)]
}
