/** Price of a deposit on L1: gas times discount in wei. */
export const discountOracleAbi = [
  'event OwnershipTransferred(address indexed previousOwner, address indexed newOwner)',
  'function getDiscount() view returns (uint256)',
  'function getMinL2Gas() view returns (uint256)',
  'function owner() view returns (address)',
  'function renounceOwnership()',
  'function setDiscount(uint256 discount)',
  'function setMinL2Gas(uint256 minL2Gas)',
  'function transferOwnership(address newOwner)',
] as const
