/** Who may post batches, by L1 block. */
export const inboxSenderManagerAbi = [
  'error BlockNotLater(uint256 blockNumber, uint256 lastBlock)',
  'error NullSender()',
  'event InboxSenderSet(uint256 indexed blockNumber, address indexed inboxSender, uint8 indexed inboxSenderType)',
  'event OwnershipTransferred(address indexed previousOwner, address indexed newOwner)',
  'function defaultInboxSender(uint8 senderType) view returns (address)',
  'function getInboxSender(uint256 blockNumber, uint8 kind) view returns (address)',
  'function owner() view returns (address)',
  'function renounceOwnership()',
  'function setInboxSenders(uint256 blockNumber, (uint8 senderType, address sender)[] senders)',
  'function transferOwnership(address newOwner)',
] as const
