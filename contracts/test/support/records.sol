// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ISequencerInfo} from "../../src/locking/ISequencerInfo.sol";
import {LockingPool} from "../../src/locking/LockingPool.sol";

/// @return The record as the pool has it. (The getter gives its members without the offset that a struct has.)
function recordOf(LockingPool pool, uint256 id) view returns (ISequencerInfo.Sequencer memory) {
    (, bytes memory members) = address(pool).staticcall(abi.encodeCall(pool.sequencers, (id)));
    return abi.decode(bytes.concat(bytes32(uint256(32)), members), (ISequencerInfo.Sequencer));
}
