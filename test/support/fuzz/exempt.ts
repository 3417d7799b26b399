const OWN_ENGINE =
  'replies of the engine in this very program, to requests of ours; its form is checked by readFinished and others'
const OWN_DATABASE = 'read from the own database, whose blocks carry checksums'
const SHIPPED = 'a file that comes with the program'
const NO_INPUT = 'reads nothing from outside: makes an error, asks a person, or looks something up'
const CALLS = 'calls readers of the table and adds no parsing of its own'

const BYTE_BY_BYTE = 'tried with flipped bytes in test/unit/storage/integrity.test.ts'

/** What looks like a decoder by its name, and is none. */
export const EXEMPT_NAMES: Readonly<Record<string, string>> = {
  'src/cli/config.ts#parseFlag': 'runs the parser of a flag, each of which is in the table',
  'src/cli/consensus.ts#askConsensus': CALLS,
  'src/cli/guard.ts#findGuard': CALLS,
  'src/cli/ledger.ts#findLedgerAccount': CALLS,
  'src/cli/networks.ts#findNetwork': CALLS,
  'src/cli/owner.ts#findAccount': CALLS,
  'src/cli/owner.ts#findSigner': CALLS,
  'src/cli/sendFlags.ts#fromFlag': 'a flag, read by parseAddress',
  'src/cli/signing.ts#askPassword': NO_INPUT,
  'src/cli/signing.ts#askSecret': NO_INPUT,
  'src/cli/smallFile.ts#readSmallFile': CALLS,
  'src/cli/tx.ts#readJournal': CALLS,
  'src/devnet/model.ts#readyLines': NO_INPUT,
  'src/devnet/nodeData.ts#findNodeData': CALLS,
  'src/l1/blobs.ts#readBlobs': CALLS,
  'src/l1/boundedText.ts#boundedText': CALLS,
  'src/l1/bridge.ts#readBridgeFee': CALLS,
  'src/l1/client.ts#asking': NO_INPUT,
  'src/l1/journal/find.ts#findRecord': CALLS,
  'src/l1/staking.ts#findSequencerId': CALLS,
  'src/l1/staking.ts#readSequencers': CALLS,
  'src/l1/state.ts#readStakingState': CALLS,
  'src/l1/status.ts#readOverview': CALLS,
  'src/l1/status.ts#readSequencerView': CALLS,
  'src/node/api/rpc/blockRef.ts#findBlock': CALLS,
  'src/node/execution/embedded/hex.ts#fromHex': OWN_ENGINE,
  'src/node/execution/embedded/reads/engines.ts#readEngines': NO_INPUT,
  'src/node/execution/embedded/reads/errors.ts#readFailed': NO_INPUT,
  'src/node/execution/embedded/reads/errors.ts#readTimeout': NO_INPUT,
  'src/node/execution/embedded/reads/errors.ts#readsBusy': NO_INPUT,
  'src/node/execution/embedded/reads/errors.ts#readsClosed': NO_INPUT,
  'src/node/sequencer/guard.ts#readGuard': CALLS,
  'src/node/storage/integrity/check.ts#findDamage': BYTE_BY_BYTE,
  'src/node/storage/integrity/logFile.ts#readLog': BYTE_BY_BYTE,
  'src/node/storage/integrity/manifest.ts#readManifest': BYTE_BY_BYTE,
}

/** Files that parse bytes or text with a primitive and cover no decoder of the table. */
export const EXEMPT_FILES: Readonly<Record<string, string>> = {
  'src/cli/failure.ts': SHIPPED,
  'src/cli/networks.ts': 'tried as the decoder "networks", through knownNetworks',
  'src/cli/update/ask.ts': 'a program of its own that nobody waits for; its answer is bounded and has to be a release',
  'src/cli/update/notice.ts': SHIPPED,
  'src/core/consensus/digest.ts': 'a copy of a value, by way of text',
  'src/devnet/anvil.ts': "the devnet's own L1, a child process",
  'src/l1/artifacts.ts': SHIPPED,
  'src/node/api/rpc/header.ts': OWN_DATABASE,
  'src/node/consensus/embedded.ts': OWN_DATABASE,
  'src/node/execution/embedded/prune/walk.ts': 'tried as the decoder "snapshot"',
  'src/node/execution/embedded/reads/calls.ts': OWN_ENGINE,
  'src/node/execution/embedded/reads/light.ts': OWN_ENGINE,
  'src/node/execution/embedded/reads/work.ts': OWN_ENGINE,
  'src/node/execution/embedded/senders/envelopes.ts': OWN_ENGINE,
  'src/node/keyLock.ts': 'a note of who holds the lock, for the text of an error alone',
  'src/node/sequencer/guard.ts': 'through decodeGuardRecord, which is in the table',
  'src/node/sequencer/seals.ts': OWN_DATABASE,
  'src/node/threshold/conversation.ts': 'tried as the decoder "words of a member in a session"',
  'src/node/threshold/instance.ts': OWN_ENGINE,
  'src/node/threshold/shares.ts': 'read from the own database, encrypted and authenticated',
  'src/signers/ledger/signer.ts': 'makes a transaction of fields that are checked already',
}
