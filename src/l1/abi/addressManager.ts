/** Names of contracts and roles on L1. */
export const addressManagerAbi = [
  'event AddressSet(string indexed _name, address _newAddress, address _oldAddress)',
  'event OwnershipTransferred(address indexed previousOwner, address indexed newOwner)',
  'function getAddress(string _name) view returns (address)',
  'function owner() view returns (address)',
  'function renounceOwnership()',
  'function setAddress(string _name, address _address)',
  'function transferOwnership(address newOwner)',
] as const
