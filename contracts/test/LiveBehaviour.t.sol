// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {MetisSequencerSet} from "../src/l2/MetisSequencerSet.sol";
import {initialisedSet} from "./l2/sets.sol";
import {L1, MPC, OWNER, PAYER, STRANGER} from "./support/L1.sol";
import {vm} from "./support/Vm.sol";

/// @title What the live network does though one would rather it did not; kept, so that both stay comparable step by step
/// @dev docs/contracts-analysis.md says what our commands and nodes do about each.
contract LiveBehaviour is L1 {
    address private constant ALICE = address(0xA11CE);
    bytes private constant KEY = abi.encode(uint256(1), uint256(2));
    address private immutable SIGNER = address(uint160(uint256(keccak256(KEY))));

    /// @notice Epoch 2 may be queued while epoch 0 is still produced. Replacing it then leaves epoch 1 without a block.
    function test_replacingAnEpochQueuedTwoAheadOverlapsTheCurrentOne() external {
        MetisSequencerSet set = initialisedSet();
        vm.roll(8);
        vm.prank(MPC);
        set.commitEpoch(1, 16, 25, ALICE);
        vm.prank(MPC);
        set.commitEpoch(2, 26, 35, ALICE);
        vm.prank(MPC);
        set.recommitEpoch(1, 2, 8, 17, STRANGER);
        (,, uint256 start, uint256 end) = set.epochs(1);
        require(start == 16 && end == 7, "epoch 1 has blocks");
        (,,, end) = set.epochs(0);
        require(end == 15 && set.getEpochByBlock(8) == 2, "block 8 is not of two epochs");
    }

    /// @notice Who owns the escrow and who submits rewards can together pay rewards out of any allowance for the escrow.
    function test_anAllowanceForTheEscrowCanBeSpentAsRewards() external {
        _lock(20_000 ether, 50_000 ether);
        vm.prank(OWNER);
        info.setRewardPayer(ALICE);
        uint256 before = token.balanceOf(ALICE);
        _reward(1000);
        require(token.balanceOf(ALICE) == before - 1000 * 761_000 gwei, "alice paid nothing");
    }

    /// @notice Who is taken off the whitelist can neither leave nor claim, only hand over to somebody who is on it.
    function test_whoIsTakenOffTheWhitelistCannotLeave() external {
        _lock(20_000 ether, 20_000 ether);
        _whitelist(ALICE, false);
        (bool left,) = _try(ALICE, 0, abi.encodeCall(pool.unlock, (1, 0)));
        require(!left, "alice left");
        _whitelist(STRANGER, true);
        vm.prank(ALICE);
        pool.setSequencerOwner(1, STRANGER);
    }

    /// @notice The delay has no upper bound; from some length on an exit can't begin.
    function test_aDelayOfExitsHasNoBound() external {
        _lock(20_000 ether, 20_000 ether);
        vm.prank(OWNER);
        pool.updateWithdrawDelayTimeValue(type(uint256).max);
        (bool left,) = _try(ALICE, 0, abi.encodeCall(pool.unlock, (1, 0)));
        require(!left, "alice left");
    }

    /// @notice ETH that comes with an exit without a reward can't be got out again (W28).
    function test_aFeeForNoRewardStaysInTheEscrow() external {
        _lock(20_000 ether, 20_000 ether);
        (bool left,) = _try(ALICE, 1 ether, abi.encodeCall(pool.unlock, (1, 0)));
        require(left && address(info).balance == 1 ether, "the fee is not in the escrow");
    }

    /// @notice The lower bound may be set above the upper one; then nobody can lock (W28).
    function test_theLowerBoundMayLieAboveTheUpperOne() external {
        vm.prank(OWNER);
        info.setMinLock(100_001 ether);
        require(info.minLock() > info.maxLock(), "bounds");
    }

    function _lock(uint256 amount, uint256 allowance) private {
        _whitelist(ALICE, true);
        vm.prank(PAYER);
        token.transfer(ALICE, allowance);
        vm.prank(ALICE);
        token.approve(address(info), allowance);
        vm.prank(ALICE);
        pool.lockWithRewardRecipient(SIGNER, ALICE, amount, KEY);
    }

    function _whitelist(address account, bool yes) private {
        vm.prank(OWNER);
        pool.setWhitelist(account, yes);
    }

    function _reward(uint256 blocks) private {
        address[] memory signers = new address[](1);
        signers[0] = SIGNER;
        uint256[] memory counts = new uint256[](1);
        counts[0] = blocks;
        vm.prank(MPC);
        pool.batchSubmitRewards(2, 1, 2, signers, counts);
    }

    function _try(address from, uint256 value, bytes memory data) private returns (bool ok, bytes memory result) {
        vm.deal(from, value);
        vm.prank(from);
        return address(pool).call{value: value}(data);
    }
}
