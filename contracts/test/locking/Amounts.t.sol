// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Caller, NONE, OVERFLOW, text} from "../support/Caller.sol";
import {L1, MPC, OWNER, PAYER, SUPPLY} from "../support/L1.sol";
import {recordOf} from "../support/records.sol";
import {vm} from "../support/Vm.sol";

/// @title Amounts at their bounds: whatever the numbers, no lock is outside of its bounds, and no reward is rounded or wraps
contract Amounts is L1, Caller {
    address private constant ALICE = address(0xA11CE);
    bytes private constant KEY = abi.encode(uint256(1), uint256(2));
    address private immutable SIGNER = address(uint160(uint256(keccak256(KEY))));

    constructor() {
        vm.prank(OWNER);
        pool.setWhitelist(ALICE, true);
        vm.prank(ALICE);
        token.approve(address(info), type(uint256).max);
    }

    function testFuzz_aLockIsWithinItsBounds(uint256 amount, uint256 min, uint256 max) external {
        min = 1 + min % 1_000_000 ether;
        max = min + max % 1_000_000 ether;
        if (amount % 2 == 0) amount %= max + 2;
        _bound(min, max);
        _lock(amount, amount < min || amount > max ? text("invalid amount") : NONE);
    }

    function testFuzz_theBoundsThemselvesAreWithin(uint256 min, uint256 max) external {
        min = 1 + min % 1_000_000 ether;
        max = min + max % 1_000_000 ether;
        _bound(min, max);
        _lock(min - 1, text("invalid amount"));
        _lock(max + 1, text("invalid amount"));
        _lock(min, NONE);
        bytes memory more = abi.encodeCall(pool.relock, (1, max - min, false));
        _call(ALICE, address(pool), 0, more, max == min ? text("No new locked added") : NONE);
        _call(ALICE, address(pool), 0, abi.encodeCall(pool.relock, (1, 1, false)), text("locked>maxLock"));
        _reward(0, NONE);
        _call(ALICE, address(pool), 0, abi.encodeCall(pool.withdraw, (1, max - min + 1)), text("invalid amount"));
        bytes memory less = abi.encodeCall(pool.withdraw, (1, max - min));
        _call(ALICE, address(pool), 0, less, max == min ? text("invalid amount") : NONE);
        require(info.totalLocked() == min && token.balanceOf(address(info)) == min, "what is left");
    }

    function testFuzz_aRewardIsExactOrRefused(uint256 blocks, uint256 perBlock) external {
        if (perBlock == 0) perBlock = 1;
        if (blocks % 2 == 0) (blocks, perBlock) = (blocks % 1e9, 1 + perBlock % 0.01 ether);
        _lock(20_000 ether, NONE);
        vm.prank(OWNER);
        pool.updateBlockReward(perBlock);
        uint256 balance = token.balanceOf(PAYER);
        bytes memory refusal = blocks > type(uint256).max / perBlock
            ? OVERFLOW
            : blocks * perBlock > balance ? text("ERC20: transfer amount exceeds balance") : NONE;
        _reward(blocks, refusal);
        uint256 paid = refusal.length == 0 ? blocks * perBlock : 0;
        uint256 reward = recordOf(pool, 1).reward;
        require(reward == paid && token.balanceOf(PAYER) == balance - paid, "reward");
        require(pool.currentBatch() == (refusal.length == 0 ? 2 : 1), "batch");
    }

    /// @notice Two of one signer in a batch add up, and their sum does not wrap.
    function testFuzz_rewardsAddUp(uint256 first, uint256 second) external {
        if (first % 2 == 0) (first, second) = (first % SUPPLY, second % SUPPLY);
        _lock(20_000 ether, NONE);
        vm.prank(OWNER);
        pool.updateBlockReward(1);
        address[] memory signers = new address[](2);
        (signers[0], signers[1]) = (SIGNER, SIGNER);
        uint256[] memory blocks = new uint256[](2);
        (blocks[0], blocks[1]) = (first, second);
        bytes memory refusal = first > type(uint256).max - second
            ? OVERFLOW
            : first + second > token.balanceOf(PAYER) ? text("ERC20: transfer amount exceeds balance") : NONE;
        _call(MPC, address(pool), 0, abi.encodeCall(pool.batchSubmitRewards, (2, 1, 2, signers, blocks)), refusal);
        uint256 reward = recordOf(pool, 1).reward;
        require(reward == (refusal.length == 0 ? first + second : 0), "sum of rewards");
    }

    function _bound(uint256 min, uint256 max) private {
        vm.prank(OWNER);
        info.setMinLock(min);
        vm.prank(OWNER);
        info.setMaxLock(max);
        vm.prank(PAYER);
        token.transfer(ALICE, max + 2);
    }

    function _lock(uint256 amount, bytes memory refusal) private {
        if (token.balanceOf(ALICE) == 0) {
            vm.prank(PAYER);
            token.transfer(ALICE, 20_000 ether);
        }
        _call(ALICE, address(pool), 0, abi.encodeCall(pool.lockFor, (SIGNER, amount, KEY)), refusal);
    }

    function _reward(uint256 blocks, bytes memory refusal) private {
        address[] memory signers = new address[](1);
        signers[0] = SIGNER;
        uint256[] memory counts = new uint256[](1);
        counts[0] = blocks;
        _call(MPC, address(pool), 0, abi.encodeCall(pool.batchSubmitRewards, (2, 1, 2, signers, counts)), refusal);
    }
}
