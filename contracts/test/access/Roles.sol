// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {MetisSequencerSet} from "../../src/l2/MetisSequencerSet.sol";
import {createBehindProxy} from "../support/artifacts.sol";
import {L1, MPC, OWNER, PAYER, STRANGER, UPGRADER, WHITELIST_ADMIN} from "../support/L1.sol";
import {vm} from "../support/Vm.sol";

/// @title All contracts, and everybody that could call them
abstract contract Roles is L1 {
    /// @dev Owns sequencer 1, which `_signer` signs for.
    address internal constant SEQUENCER = address(0xA001);
    /// @dev On the whitelist, without a sequencer.
    address internal constant LISTED = address(0xA002);
    bytes internal constant KEY = abi.encode(uint256(1), uint256(2));

    MetisSequencerSet internal set;
    address[] internal roles = [OWNER, MPC, WHITELIST_ADMIN, PAYER, UPGRADER, STRANGER, SEQUENCER, LISTED, _signer()];

    constructor() {
        bytes memory data =
            abi.encodeCall(MetisSequencerSet.initialize, (STRANGER, MPC, block.number + 1, block.number + 10, 10));
        set = MetisSequencerSet(createBehindProxy("MetisSequencerSet", address(proxyAdmin), data));
        set.transferOwnership(OWNER);
        vm.prank(PAYER);
        token.transfer(SEQUENCER, 30_000 ether);
        vm.prank(SEQUENCER);
        token.approve(address(info), 20_000 ether);
        vm.prank(OWNER);
        pool.setWhitelist(SEQUENCER, true);
        vm.prank(OWNER);
        pool.setWhitelist(LISTED, true);
        vm.prank(SEQUENCER);
        pool.lockWithRewardRecipient(_signer(), SEQUENCER, 20_000 ether, KEY);
    }

    function _signer() internal pure returns (address) {
        return address(uint160(uint256(keccak256(KEY))));
    }
}
