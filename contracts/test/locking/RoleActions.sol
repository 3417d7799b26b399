// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ISequencerInfo} from "../../src/locking/ISequencerInfo.sol";
import {NONE, OVERFLOW, text} from "../support/Caller.sol";
import {L2_METIS, CHAIN, OWNER, PAYER, STRANGER} from "../support/L1.sol";
import {vm} from "../support/Vm.sol";
import {HandoverActions} from "./HandoverActions.sol";

/// @title What the group and the keeper of the whitelist do, what time does, and what strangers may do
abstract contract RoleActions is HandoverActions {
    uint256 private constant MAX = type(uint256).max;

    function wait(uint256, uint256 seed) external timely {
        timestamp += seed % 4 == 0 ? 21 days : (seed / 4) % 2 days;
        height += 1 + (seed % 1000);
    }

    /// @notice Epochs and batches follow on, but for one time in eight; signers may be named twice, or be gone.
    function batchSubmitRewards(uint256 who, uint256 seed) external timely {
        address[] memory signers = new address[](seed % 32 == 30 ? 0 : 1 + (seed / 32) % 3);
        uint256[] memory blocks = new uint256[](seed % 32 == 31 ? signers.length + 1 : signers.length);
        for (uint256 i; i < signers.length; ++i) {
            uint256 draw = _draw(seed, 10 + i);
            signers[i] = draw % 16 == 0
                ? _signer(draw / 16 % (keys + 2))
                : record(_id(draw / 16, ISequencerInfo.Status.Active)).signer;
        }
        for (uint256 i; i < blocks.length; ++i) {
            uint256 draw = _draw(seed, 20 + i);
            blocks[i] = draw % 64 == 0 ? draw : draw % 2_000_000;
        }
        uint256 id = seed % 32 == 29 ? batch : batch + 1;
        uint256 start = seed % 32 == 28 ? lastEpoch : lastEpoch + 1;
        uint256 end = seed % 32 == 27 ? start : start + 1 + (seed / 32) % 3;
        _rewards(_mostly(who, mpc), id, start, end, signers, blocks);
    }

    function _rewards(
        address from,
        uint256 id,
        uint256 start,
        uint256 end,
        address[] memory signers,
        uint256[] memory blocks
    ) private {
        bytes memory refusal = from == mpc ? NONE : text("not MPC");
        if (refusal.length == 0 && (signers.length != blocks.length || signers.length == 0)) {
            refusal = text("mismatch length");
        }
        if (refusal.length == 0 && id != batch + 1) refusal = text("invalid batch id");
        if (refusal.length == 0 && start != lastEpoch + 1) refusal = text("invalid startEpoch");
        if (refusal.length == 0 && start >= end) refusal = text("invalid endEpoch");
        uint256 sum;
        if (refusal.length == 0) (refusal, sum) = _sum(signers, blocks);
        if (refusal.length == 0) refusal = _unpayable(payer, sum);
        bytes memory data = abi.encodeCall(pool.batchSubmitRewards, (id, start, end, signers, blocks));
        if (!_call(from, address(pool), 0, data, refusal)) return;
        for (uint256 i; i < signers.length; ++i) {
            _at(idSignedBy(signers[i])).reward += blocks[i] * perBlock;
        }
        _move(payer, address(info), sum);
        batch = id;
        lastEpoch = end;
    }

    function _sum(address[] memory signers, uint256[] memory blocks)
        private
        view
        returns (bytes memory refusal, uint256 sum)
    {
        for (uint256 i; i < signers.length; ++i) {
            uint256 id = idSignedBy(signers[i]);
            if (id == 0 || id == MAX) return (_custom(ISequencerInfo.NoSuchSeq.selector), 0);
            if (blocks[i] > MAX / perBlock) return (OVERFLOW, 0);
            uint256 reward = blocks[i] * perBlock;
            if (reward > MAX - sum || reward + sum > MAX - record(id).reward) return (OVERFLOW, 0);
            sum += reward;
        }
    }

    /// @notice Yes seven times out of eight, lest nobody may do anything.
    function setWhitelist(uint256 who, uint256 seed) external timely {
        bool yes = seed % 8 > 0;
        address from = _mostly(who, _draw(seed, 1) % 2 == 0 ? OWNER : whitelistAdmin);
        address account = _mostly(seed / 8, _owner(seed / 80));
        bytes memory refusal = from == whitelistAdmin ? NONE : _ownable(from);
        if (_call(from, address(pool), 0, abi.encodeCall(pool.setWhitelist, (account, yes)), refusal)) {
            listed[account] = yes;
        }
    }

    /// @notice METIS that somebody sends to the escrow belongs to no sequencer.
    function donate(uint256 who, uint256 seed) external timely {
        address from = _owner(who);
        uint256 amount = seed % (wallet[from] / 100 + 1);
        _call(from, address(token), 0, abi.encodeCall(token.transfer, (address(info), amount)), NONE);
        _move(from, address(info), amount);
        donated += amount;
    }

    /// @notice Deposits of others take their places in the queue between those of rewards.
    function deposit(uint256, uint256 seed) external timely {
        uint256 amount = 1 + seed % 1 ether;
        uint256 fee = _bridgeFee(0);
        vm.prank(PAYER);
        token.approve(address(bridge), amount);
        bytes memory data =
            abi.encodeCall(bridge.depositERC20ToByChainId, (CHAIN, address(token), L2_METIS, STRANGER, amount, 0, ""));
        _call(PAYER, address(bridge), fee, data, NONE);
        _move(PAYER, address(bridge), amount);
        bridged += amount;
        fees += fee;
        ++deposits;
    }

    function _owns(uint256 who, address target, bytes memory data, bytes memory refusal) internal returns (bool) {
        address from = _mostly(who, OWNER);
        return _call(from, target, 0, data, from == OWNER ? refusal : _ownable(from));
    }
}
