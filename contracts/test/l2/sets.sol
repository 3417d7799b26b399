// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {MetisSequencerSet} from "../../src/l2/MetisSequencerSet.sol";
import {create, createBehindProxy} from "../support/artifacts.sol";
import {MPC, OWNER, UPGRADER} from "../support/L1.sol";
import {vm} from "../support/Vm.sol";

address constant FIRST_SEQUENCER = address(0xB0);

/// @dev Begins with epoch 0 of blocks 6 to 15, at block 5.
function initialisedSet() returns (MetisSequencerSet set) {
    vm.roll(5);
    bytes memory data = abi.encodeCall(MetisSequencerSet.initialize, (FIRST_SEQUENCER, MPC, 6, 15, 10));
    set = MetisSequencerSet(createBehindProxy("MetisSequencerSet", UPGRADER, data));
    set.transferOwnership(OWNER);
}

/// @dev Begins with epoch 0 of blocks 0 to 9, at block 1; without a proxy, out of storage that a genesis would have.
function genesisSet() returns (MetisSequencerSet set) {
    set = MetisSequencerSet(create("MetisSequencerSet", ""));
    vm.roll(1);
    vm.store(address(set), bytes32(uint256(51)), bytes32(uint256(uint160(OWNER))));
    vm.store(address(set), bytes32(uint256(101)), bytes32(uint256(uint160(MPC))));
    vm.store(address(set), bytes32(uint256(102)), bytes32(uint256(10)));
    uint256 epoch = uint256(keccak256(abi.encode(0, 103)));
    vm.store(address(set), bytes32(epoch + 1), bytes32(uint256(uint160(FIRST_SEQUENCER))));
    vm.store(address(set), bytes32(epoch + 3), bytes32(uint256(9)));
}
