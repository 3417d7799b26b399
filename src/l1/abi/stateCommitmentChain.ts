/** State roots on L1; the append function, its event and the totals by chain id are those of the live contract. */
export const stateCommitmentChainAbi = [
  'event Initialized(uint8 version)',
  'event StateBatchAppended(uint256 _chainId, uint256 indexed _batchIndex, bytes32 _batchRoot, uint256 _batchSize, uint256 _prevTotalElements, bytes _extraData)',
  'function appendStateBatchByChainId(uint256 _chainId, bytes32[] _batch, uint256 _shouldStartAtElement, string _proposer)',
  'function batchHash(uint256 _chainId, uint256 _batchIndex) view returns (bytes32)',
  'function getLastSequencerTimestampByChainId(uint256 _chainId) view returns (uint256)',
  'function getTotalBatchesByChainId(uint256 _chainId) view returns (uint256)',
  'function getTotalElementsByChainId(uint256 _chainId) view returns (uint256)',
  'function initialize(address _libAddressManager)',
  'function libAddressManager() view returns (address)',
  'function proposerOf(uint256 _chainId) view returns (address)',
] as const
