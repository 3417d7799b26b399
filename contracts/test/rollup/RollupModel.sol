// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {MPC} from "../support/L1.sol";

/// @title Lists of the batches of state roots and of the changes of inbox senders that there must be
abstract contract RollupModel {
    struct Batch {
        bytes32 root;
        uint256 size;
        uint256 timestamp;
        address proposer;
    }

    struct Change {
        uint256 kind;
        uint256 fromBlock;
        address sender;
    }

    mapping(uint256 chain => Batch[]) internal _batches;
    mapping(uint256 chain => address) public proposer;
    Change[] internal _changes;

    function count(uint256 chain) public view returns (uint256) {
        return _batches[chain].length;
    }

    function batch(uint256 chain, uint256 index) external view returns (Batch memory) {
        return _batches[chain][index];
    }

    function elements(uint256 chain) public view returns (uint256 sum) {
        for (uint256 i; i < _batches[chain].length; ++i) {
            sum += _batches[chain][i].size;
        }
    }

    /// @notice The sender of the latest change up to a block; the group where there was none.
    function senderAt(uint256 number, uint256 kind) external view returns (address found) {
        uint256 latest;
        found = MPC;
        for (uint256 i; i < _changes.length; ++i) {
            Change memory change = _changes[i];
            if (change.kind == kind && change.fromBlock <= number && change.fromBlock >= latest) {
                (latest, found) = (change.fromBlock, change.sender);
            }
        }
    }

    function lastChange() public view returns (uint256) {
        return _changes.length == 0 ? 0 : _changes[_changes.length - 1].fromBlock;
    }

    function _lastOf(uint256 kind) internal view returns (bool any, uint256 last) {
        for (uint256 i; i < _changes.length; ++i) {
            if (_changes[i].kind == kind) (any, last) = (true, _changes[i].fromBlock);
        }
    }

    /// @notice Root of the tree whose leaves are filled up with hashes of nothing to a power of two.
    function padded(bytes32[] memory leaves) public pure returns (bytes32) {
        uint256 width = 1;
        while (width < leaves.length) width *= 2;
        return _root(leaves, 0, width);
    }

    function _root(bytes32[] memory leaves, uint256 from, uint256 width) private pure returns (bytes32) {
        if (width == 1) return from < leaves.length ? leaves[from] : keccak256(abi.encode(0));
        return keccak256(abi.encode(_root(leaves, from, width / 2), _root(leaves, from + width / 2, width / 2)));
    }
}
