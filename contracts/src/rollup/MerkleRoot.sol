// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Merkle root over state roots
/// @dev A binary keccak tree; a node without a right neighbour is paired with the root of an empty tree of its height,
/// whose leaf is keccak256(bytes32(0)). The root of a single leaf is that leaf.
library MerkleRoot {
    function compute(bytes32[] memory nodes) internal pure returns (bytes32) {
        bytes32 empty = keccak256(abi.encode(bytes32(0)));
        for (uint256 width = nodes.length; width > 1; width = (width + 1) / 2) {
            for (uint256 i; i < width; i += 2) {
                bytes32 right = i + 1 < width ? nodes[i + 1] : empty;
                nodes[i / 2] = keccak256(abi.encode(nodes[i], right));
            }
            empty = keccak256(abi.encode(empty, empty));
        }
        return nodes[0];
    }
}
