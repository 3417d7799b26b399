import { computeAddress, getBytes, hexlify, Signature, SigningKey, Transaction } from 'ethers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  parseTransaction,
  signedEnvelope,
  signingDigest,
  type UnsignedTransaction,
} from '../../../src/core/chain/transaction.js'
import { bytesToHex, concatBytes, hexToBytes, rlpEncode } from '../../../src/core/codec/index.js'
import { isCanonicalSignature, isPublicKey, recoverAddress, signDigest } from '../../../src/core/consensus/crypto.js'
import { attestationDigest, networkIdOf, sealDigest } from '../../../src/core/consensus/digest.js'
import type { Hex } from '../../../src/core/types/hex.js'
import { genesisOf, hashOf, keyOf, Network } from './network.js'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const key = fc.integer({ min: 0, max: 50 }).map(keyOf)

describe('identity', () => {
  it('rule M1: the network id is the hash of the whole genesis, its salt included', () => {
    const id = networkIdOf(genesisOf())
    expect(networkIdOf(genesisOf())).toBe(id)
    const changes = [
      genesisOf({
        change: (genesis) => {
          genesis.salt = hashOf('other')
        },
      }),
      genesisOf({
        change: (genesis) => {
          genesis.l1.confirmations = 3
        },
      }),
      genesisOf({
        change: (genesis) => {
          genesis.l2.alloc = { [keyOf(1).address]: { balance: '1' } }
        },
      }),
      genesisOf({
        change: (genesis) => {
          genesis.l2.osakaTime = 0
        },
      }),
      genesisOf({ stakes: [10, 10, 10, 11] }),
    ]
    expect(new Set([id, ...changes.map(networkIdOf)]).size).toBe(changes.length + 1)
  })

  it('rule M1: what a genesis leaves out does not count', () => {
    const silent = genesisOf({
      change: (genesis) => {
        Object.assign(genesis.l2, { osakaTime: undefined })
      },
    })
    expect(networkIdOf(silent)).toBe(networkIdOf(genesisOf()))
  })

  it('rule M1: nothing signed on one network counts on another, nor after a reset', () => {
    const [network, reset] = [
      new Network(),
      new Network({
        change: (genesis) => {
          genesis.salt = hashOf('2')
        },
      }),
    ]
    const member = network.members[1] ?? '0x'
    expect(reset.code(network.attestation(member, network.vote(3)))).toBe('SIGNATURE_FOREIGN')
    expect(reset.code(network.evidence())).toBe('EVIDENCE_FOREIGN')
    expect(reset.say(member, reset.vote(3))).toBeUndefined()
  })

  it('rule M2: an attestation counts only with the signature of the member it names, over exactly its content', () => {
    const network = new Network()
    const [a, b] = network.members as [Hex, Hex]
    const honest = network.attestation(a, network.vote(3))
    expect(network.code({ ...honest, member: b })).toBe('SIGNATURE_FOREIGN')
    expect(network.code({ ...honest, content: network.vote(4) })).toBe('SIGNATURE_FOREIGN')
    expect(network.code({ ...honest, member: keyOf(9).address })).toBe('NOT_A_MEMBER')
    expect(network.code(honest)).toBeUndefined()
  })

  it('rule M2: the same attestation sent again changes nothing', () => {
    const network = new Network()
    const stall = network.attestation(network.members[0] ?? '0x', network.stall())
    expect(network.code(stall)).toBeUndefined()
    const { state } = network
    expect(network.code(stall)).toBe('VOTE_KNOWN')
    expect(network.state).toBe(state)
  })

  it('rule M2: a seal is no attestation and the other way round, for their domains differ', () => {
    const { networkId } = new Network()
    const seal = { term: 1, number: 2, hash: hashOf('x') }
    const content = { kind: 'stall', term: 1, lastCheckpointNumber: 2 } as const
    expect(bytesToHex(sealDigest(networkId, seal))).not.toBe(bytesToHex(attestationDigest(networkId, content)))
  })
})

describe('signatures', () => {
  it('are those of ethers, and recovered alike', () => {
    fc.assert(
      fc.property(key, bytes32, ({ privateKey, address, pubkey }, digest) => {
        const signature = signDigest(digest, privateKey)
        const other = new SigningKey(privateKey).sign(digest)
        expect(bytesToHex(signature)).toBe(`${other.r}${other.s.slice(2)}0${other.yParity}`)
        expect(recoverAddress(digest, signature)).toBe(address)
        expect(computeAddress(`0x04${pubkey.slice(2)}`).toLowerCase()).toBe(address)
      }),
      { numRuns: 30 },
    )
  })

  it('have one form: the high half of s, v of 27 and other lengths are refused', () => {
    const digest = hexToBytes(hashOf('digest'))
    const good = signDigest(digest, keyOf(1).privateKey)
    const s = BigInt(bytesToHex(good.subarray(32, 64)))
    const high = hexToBytes(`0x${(ORDER - s).toString(16).padStart(64, '0')}`)
    const flipped = concatBytes(good.subarray(0, 32), high, Uint8Array.of(1 - (good[64] ?? 0)))
    // The very same signature to the curve, so only the rule of one form refuses it.
    const { r } = Signature.from({ r: hexlify(good.subarray(0, 32)), s: hexlify(good.subarray(32, 64)), v: 27 })
    expect(r).toBe(bytesToHex(good.subarray(0, 32)))
    const bad = [
      flipped,
      concatBytes(good.subarray(0, 64), Uint8Array.of((good[64] ?? 0) + 27)),
      good.subarray(0, 64),
      concatBytes(good, Uint8Array.of(0)),
      concatBytes(new Uint8Array(32), good.subarray(32)),
      concatBytes(good.subarray(0, 32), new Uint8Array(32), good.subarray(64)),
    ]
    for (const signature of bad) {
      expect(isCanonicalSignature(signature)).toBe(false)
      expect(recoverAddress(digest, signature)).toBeUndefined()
    }
  })

  it('of random bytes never throw', () => {
    fc.assert(
      fc.property(bytes32, fc.uint8Array({ minLength: 60, maxLength: 70 }), (digest, signature) => {
        const address = recoverAddress(digest, signature)
        if (address !== undefined) expect(address).toMatch(/^0x[0-9a-f]{40}$/)
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    ['none', '0x'],
    ['short', `0x${'11'.repeat(63)}`],
    ['not on the curve', `0x${'11'.repeat(64)}`],
    ['the point at infinity', `0x${'00'.repeat(64)}`],
    ['beyond the field', `0x${'ff'.repeat(64)}`],
  ])('rule P4: a public key that is %s is none', (_, pubkey) => {
    expect(isPublicKey(pubkey as Hex)).toBe(false)
    expect(isPublicKey(keyOf(1).pubkey)).toBe(true)
  })
})

describe('transactions of the group', () => {
  const uint = (bits: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n })
  const hex = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(bytesToHex)
  const transaction: fc.Arbitrary<UnsignedTransaction> = fc
    .record({
      chainId: fc.integer({ min: 1, max: 2 ** 40 }),
      nonce: fc.integer({ min: 0, max: 2 ** 40 }),
      tip: uint(80),
      above: uint(80),
      gasLimit: uint(60),
      to: hex(20),
      value: uint(100),
      data: fc.uint8Array({ maxLength: 100 }),
      blobFee: uint(80),
      blobs: fc.array(
        hex(31).map((rest) => `0x01${rest.slice(2)}` as Hex),
        { maxLength: 6 },
      ),
    })
    .map(({ tip, above, blobFee, ...rest }) => ({
      ...rest,
      maxPriorityFeePerGas: tip,
      maxFeePerGas: tip + above,
      ...(rest.blobs.length > 0 ? { maxFeePerBlobGas: blobFee } : {}),
    }))

  function inEthers(tx: UnsignedTransaction): Transaction {
    const { data, blobs, maxFeePerBlobGas, ...rest } = tx
    const common = { ...rest, chainId: BigInt(tx.chainId), data: hexlify(data) }
    if (blobs.length === 0) return Transaction.from({ ...common, type: 2 })
    const more = { maxFeePerBlobGas: maxFeePerBlobGas ?? 0n, blobVersionedHashes: [...blobs] }
    return Transaction.from({ ...common, ...more, type: 3 })
  }

  it('have the digest and the envelope of ethers (types 2 and 3), and are read back', () => {
    fc.assert(
      fc.property(transaction, key, (tx, { privateKey, address }) => {
        const other = inEthers(tx)
        const digest = signingDigest(tx)
        expect(bytesToHex(digest)).toBe(other.unsignedHash)
        const signature = signDigest(digest, privateKey)
        other.signature = new SigningKey(privateKey).sign(digest)
        const raw = signedEnvelope(tx, signature)
        expect(bytesToHex(raw)).toBe(other.serialized)
        const read = parseTransaction(raw)
        expect(read).toEqual({ ...tx, accessListLength: 0, digest, signature })
        expect(recoverAddress(read.digest, read.signature)).toBe(address)
        expect(other.from?.toLowerCase()).toBe(address)
      }),
      { numRuns: 40 },
    )
  })

  it('show an access list, which is part of what was signed', () => {
    const accessList = [{ address: keyOf(1).address, storageKeys: [hashOf('slot')] }]
    const base = { type: 2, chainId: 5n, nonce: 1, gasLimit: 21_000n, to: keyOf(2).address, maxFeePerGas: 7n }
    const other = Transaction.from({ ...base, maxPriorityFeePerGas: 1n, accessList })
    other.signature = new SigningKey(keyOf(3).privateKey).sign(other.unsignedHash)
    const read = parseTransaction(getBytes(other.serialized))
    expect(read.accessListLength).toBe(1)
    expect(recoverAddress(read.digest, read.signature)).toBe(keyOf(3).address)
  })

  const to = hexToBytes(keyOf(2).address)
  const signature = [0, 1n, 1n]
  const legal = [1, 0, 0n, 7n, 21_000, to, 0, new Uint8Array(0), []]
  it.each<[string, number, Parameters<typeof rlpEncode>[0]]>([
    ['of another type', 1, [...legal, ...signature]],
    ['with a field too few', 2, legal],
    ['with a field too many', 2, [...legal, 1, ...signature]],
    ['that makes a contract', 2, [1, 0, 0n, 7n, 21_000, new Uint8Array(0), 0, new Uint8Array(0), [], ...signature]],
    ['with a tip above the fee cap', 2, [1, 0, 8n, 7n, 21_000, to, 0, new Uint8Array(0), [], ...signature]],
    ['with a leading zero', 2, [Uint8Array.of(0, 1), 0, 0n, 7n, 21_000, to, 0, new Uint8Array(0), [], ...signature]],
    ['of type 3 without blobs', 3, [...legal, 1n, [], ...signature]],
    ['with a short blob hash', 3, [...legal, 1n, [Uint8Array.of(1)], ...signature]],
    ['with a chain id beyond 2^48', 2, [2n ** 48n, 0, 0n, 7n, 21_000, to, 0, new Uint8Array(0), [], ...signature]],
    ['that is no list', 2, to],
  ])('%s are refused', (_, type, items) => {
    const raw = concatBytes(Uint8Array.of(type), rlpEncode(items))
    expect(() => parseTransaction(raw)).toThrow(expect.objectContaining({ code: 'TX_MALFORMED' }))
  })

  it('of random bytes are refused with the typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(2, 3), (bytes, type) => {
        const read = () => parseTransaction(concatBytes(Uint8Array.of(type), bytes))
        expect(read).toThrow(expect.objectContaining({ name: 'MetisSeqError' }))
      }),
    )
  })
})
