// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ISequencerInfo} from "../../src/locking/ISequencerInfo.sol";
import {LockingModel} from "./LockingModel.sol";

/// @title Who, which sequencer and how much, out of the numbers that forge gives
abstract contract Draws is LockingModel {
    /// @dev Mostly a sequencer of that status; else one of the ids given so far, 0, or the next one.
    function _id(uint256 seed, ISequencerInfo.Status status) internal view returns (uint256) {
        uint256 count = countOf(status);
        if (count == 0 || seed % 8 == 0) return (seed / 8) % (_records.length + 2);
        uint256 skip = (seed / 8) % count;
        for (uint256 i; i < _records.length; ++i) {
            if (_records[i].status != status) continue;
            if (skip == 0) return i + 1;
            --skip;
        }
        revert("a status has fewer records than were counted");
    }

    /// @dev Numbers around which something changes, or any number up to `limit`.
    function _around(uint256 seed, uint256 edge, uint256 limit) internal pure returns (uint256) {
        uint256 kind = seed % 8;
        if (kind == 0) return edge > 0 ? edge - 1 : 0;
        if (kind == 1) return edge < type(uint256).max ? edge + 1 : edge;
        if (kind < 4) return edge;
        return (seed / 8) % (limit + 1);
    }

    /// @dev Another number from the same seed.
    function _draw(uint256 seed, uint256 which) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, which)));
    }

    /// @dev Mostly a key that never signed, else one that may have.
    function _key(uint256 seed) internal returns (uint256) {
        while (everSigned[_signer(keys)]) ++keys;
        return seed % 4 == 0 ? (seed / 4) % (keys + 1) : keys;
    }

    function _gas(uint256 seed) internal pure returns (uint32) {
        return uint32(_around(_draw(seed, 9), 200_000, 1_000_000));
    }

    function _anybody(uint256 seed) internal view returns (address) {
        return people[seed % people.length];
    }

    function _mostly(uint256 seed, address right) internal view returns (address) {
        return _mostly(seed, right, people);
    }
}
