// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ISequencerInfo} from "../../src/locking/ISequencerInfo.sol";
import {OVERFLOW, text} from "../support/Caller.sol";
import {StakeActions} from "./StakeActions.sol";

/// @title What brings rewards and stakes out: over the bridge, and with an exit
abstract contract ExitActions is StakeActions {
    function withdrawRewards(uint256 who, uint256 seed) external timely {
        uint32 gas = _gas(seed);
        uint256 id = _id(who, ISequencerInfo.Status.Active);
        ISequencerInfo.Sequencer memory seq = record(id);
        address from = _mostly(_draw(who, 1), seq.owner);
        uint256 value = _around(seed, _bridgeFee(gas), 1 ether);
        bytes memory refusal = _ownerGate(from, seq);
        if (refusal.length == 0) refusal = _bridgeRefusal(seq, gas, value);
        if (!_call(from, address(pool), value, abi.encodeCall(pool.withdrawRewards, (id, gas)), refusal)) return;
        if (seq.reward == 0) strandedInPool += value;
        else _bridge(id, seq.reward, value);
    }

    /// @notice Begins an exit or, three times out of four, ends one.
    function leave(uint256 who, uint256 seed) external timely {
        if (seed % 4 == 0) _unlock(who, seed / 4);
        else _unlockClaim(who, seed / 4);
    }

    function _unlock(uint256 who, uint256 seed) private {
        uint32 gas = _gas(seed);
        uint256 id = _id(who, ISequencerInfo.Status.Active);
        address from = _mostly(_draw(who, 1), record(id).owner);
        bytes memory refusal = _ownerGate(from, record(id));
        _exit(from, id, gas, seed, abi.encodeCall(pool.unlock, (id, gas)), refusal);
    }

    function _unlockClaim(uint256 who, uint256 seed) private {
        uint32 gas = _gas(seed);
        uint256 id = _id(who, ISequencerInfo.Status.Inactive);
        ISequencerInfo.Sequencer memory seq = record(id);
        address from = _mostly(_draw(who, 1), seq.owner);
        uint256 value = _around(seed, _bridgeFee(gas), 1 ether);
        bytes memory refusal = _gate(from);
        if (refusal.length == 0 && from != seq.owner) refusal = _custom(ISequencerInfo.NotSeqOwner.selector);
        if (refusal.length == 0 && seq.rewardRecipient == address(0)) {
            refusal = _custom(ISequencerInfo.NoRewardRecipient.selector);
        }
        bool free = seq.status == ISequencerInfo.Status.Inactive && timestamp >= seq.unlockClaimTime;
        if (refusal.length == 0 && !free) refusal = text("Not allowed to cliam");
        if (refusal.length == 0) refusal = _bridgeRefusal(seq, gas, value);
        if (!_call(from, address(pool), value, abi.encodeCall(pool.unlockClaim, (id, gas)), refusal)) return;
        _move(address(info), from, seq.amount);
        if (seq.reward == 0) strandedInInfo += value;
        else _bridge(id, seq.reward, value);
        _at(id).amount = 0;
        _at(id).nonce++;
        _at(id).status = ISequencerInfo.Status.Unlocked;
    }

    /// @dev The end that `unlock` and `forceUnlock` share.
    function _exit(address from, uint256 id, uint32 gas, uint256 seed, bytes memory data, bytes memory refusal)
        internal
    {
        ISequencerInfo.Sequencer memory seq = record(id);
        uint256 value = _around(seed, _bridgeFee(gas), 1 ether);
        if (refusal.length == 0 && seq.rewardRecipient == address(0)) {
            refusal = _custom(ISequencerInfo.NoRewardRecipient.selector);
        }
        if (refusal.length == 0 && delay > type(uint256).max - timestamp) refusal = OVERFLOW;
        if (refusal.length == 0) refusal = _bridgeRefusal(seq, gas, value);
        if (!_call(from, address(pool), value, data, refusal)) return;
        if (seq.reward == 0) strandedInInfo += value;
        else _bridge(id, seq.reward, value);
        _at(id).deactivationBatch = batch;
        _at(id).deactivationTime = timestamp;
        _at(id).unlockClaimTime = timestamp + delay;
        _at(id).nonce++;
        _at(id).status = ISequencerInfo.Status.Inactive;
    }

    function _bridge(uint256 id, uint256 amount, uint256 fee) private {
        _at(id).reward = 0;
        _move(address(info), address(bridge), amount);
        liquidated += amount;
        bridged += amount;
        fees += fee;
        ++deposits;
    }
}
