// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @title Names of the rollup's contracts and roles, as `Lib_AddressManager` on the live network
/// @dev A change of the group key moves `<chainId>_MVM_Proposer` here (rule B6).
contract AddressManager is Ownable {
    mapping(bytes32 nameHash => address) private _addresses;

    event AddressSet(string indexed _name, address _newAddress, address _oldAddress);

    function setAddress(string calldata _name, address _address) external onlyOwner {
        bytes32 nameHash = keccak256(bytes(_name));
        emit AddressSet(_name, _address, _addresses[nameHash]);
        _addresses[nameHash] = _address;
    }

    /// @return The address under that name; zero where there is none.
    function getAddress(string calldata _name) external view returns (address) {
        return _addresses[keccak256(bytes(_name))];
    }
}
