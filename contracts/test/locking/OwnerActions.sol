// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {ISequencerInfo} from "../../src/locking/ISequencerInfo.sol";
import {NONE, OVERFLOW, text} from "../support/Caller.sol";
import {LockingModel} from "./LockingModel.sol";

/// @title What owners and signers do, right or wrong; anybody else tries it too
/// @dev The refusals stand in the order of `facts` on the live network: the first one that applies is the one that is given.
abstract contract OwnerActions is LockingModel {
    function lock(uint256 who, uint256 seed) external timely {
        address from = _mostly(who, _owner(who / 10));
        uint256 key = _draw(seed, 1) % KEYS;
        bool mismatch = seed % 16 == 9;
        uint256 amount = _around(_draw(seed, 2), seed % 3 == 0 ? maxLock : minLock, 150_000 ether);
        address recipient = seed % 4 == 0 ? address(0) : _anybody(seed);
        bytes memory refusal = _lockRefusal(from, key, amount, mismatch);
        bytes memory data = abi.encodeCall(
            pool.lockWithRewardRecipient,
            (_signer(mismatch ? key + 1 : key), recipient, amount, pubkey(key))
        );
        if (recipient == address(0) && !mismatch) data = abi.encodeCall(pool.lockFor, (_signer(key), amount, pubkey(key)));
        if (!_call(from, address(pool), 0, data, refusal)) return;
        _move(from, address(info), amount);
        ISequencerInfo.Sequencer memory added;
        added.amount = amount;
        added.activationBatch = batch;
        added.updatedBatch = batch;
        added.nonce = 1;
        added.owner = from;
        added.signer = _signer(key);
        added.pubkey = pubkey(key);
        added.rewardRecipient = recipient;
        added.status = ISequencerInfo.Status.Active;
        _add(added);
    }

    function relock(uint256 who, uint256 seed) external timely {
        bool withReward = _draw(seed, 1) % 2 == 0;
        uint256 id = _id(who, ISequencerInfo.Status.Active);
        ISequencerInfo.Sequencer memory seq = record(id);
        address from = _mostly(_draw(who, 1), seq.owner);
        uint256 amount = _around(seed, seq.amount < maxLock ? maxLock - seq.amount : 0, 50_000 ether);
        if (seed % 8 == 7) amount = 0;
        if (seed % 64 == 15) amount = type(uint256).max;
        bytes memory refusal = _relockRefusal(from, seq, amount, withReward);
        if (!_call(from, address(pool), 0, abi.encodeCall(pool.relock, (id, amount, withReward)), refusal)) return;
        _move(from, address(info), amount);
        _at(id).amount += amount + (withReward ? seq.reward : 0);
        if (withReward) _at(id).reward = 0;
        _at(id).nonce++;
    }

    function withdraw(uint256 who, uint256 seed) external timely {
        uint256 id = _id(who, ISequencerInfo.Status.Active);
        ISequencerInfo.Sequencer memory seq = record(id);
        address from = _mostly(_draw(who, 1), seq.owner);
        uint256 amount = _around(seed, seq.amount > minLock ? seq.amount - minLock : seq.amount, seq.amount);
        bytes memory refusal = _ownerGate(from, seq);
        if (refusal.length == 0 && batch <= seq.updatedBatch) refusal = text("withdraw throttle");
        if (refusal.length == 0 && amount > seq.amount) refusal = OVERFLOW;
        if (refusal.length == 0 && (amount == 0 || seq.amount - amount < minLock)) refusal = text("invalid amount");
        if (!_call(from, address(pool), 0, abi.encodeCall(pool.withdraw, (id, amount)), refusal)) return;
        _move(address(info), from, amount);
        _at(id).amount -= amount;
        _at(id).updatedBatch = batch;
        _at(id).nonce++;
    }

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

    /// @notice Begins an exit or ends one.
    function leave(uint256 who, uint256 seed) external timely {
        if (seed % 2 == 0) _unlock(who, seed / 2);
        else _unlockClaim(who, seed / 2);
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
        if (refusal.length == 0 && seq.rewardRecipient == address(0)) refusal = _custom(ISequencerInfo.NoRewardRecipient.selector);
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

    function setSequencerRewardRecipient(uint256 who, uint256 seed) external timely {
        uint256 id = _id(who, ISequencerInfo.Status.Active);
        ISequencerInfo.Sequencer memory seq = record(id);
        address from = _mostly(_draw(who, 1), seq.owner);
        address to = seed % 8 == 0 ? address(0) : _anybody(seed);
        bytes memory refusal = listed[from] ? NONE : _custom(ISequencerInfo.NotWhitelisted.selector);
        if (refusal.length == 0 && from != seq.owner) refusal = _custom(ISequencerInfo.NotSeqOwner.selector);
        if (refusal.length == 0 && !_active(seq)) refusal = _custom(ISequencerInfo.SeqNotActive.selector);
        if (refusal.length == 0 && to == address(0)) refusal = _custom(ISequencerInfo.NullAddress.selector);
        if (_call(from, address(pool), 0, abi.encodeCall(pool.setSequencerRewardRecipient, (id, to)), refusal)) {
            _at(id).rewardRecipient = to;
        }
    }

    function setSequencerOwner(uint256 who, uint256 seed) external timely {
        uint256 id = _id(who, ISequencerInfo.Status.Active);
        ISequencerInfo.Sequencer memory seq = record(id);
        address from = _mostly(_draw(who, 1), seq.owner);
        address to = seed % 16 == 0 ? address(0) : _mostly(seed, _owner(seed / 10));
        bytes memory refusal = to == address(0) ? _custom(ISequencerInfo.NullAddress.selector) : NONE;
        if (refusal.length == 0 && !listed[to]) refusal = _custom(ISequencerInfo.NotWhitelisted.selector);
        if (refusal.length == 0 && idOwnedBy(to) != 0) refusal = _custom(ISequencerInfo.OwnedSequencer.selector);
        if (refusal.length == 0 && !_active(seq)) refusal = _custom(ISequencerInfo.SeqNotActive.selector);
        if (refusal.length == 0 && from != seq.owner) refusal = _custom(ISequencerInfo.NotSeqOwner.selector);
        if (_call(from, address(pool), 0, abi.encodeCall(pool.setSequencerOwner, (id, to)), refusal)) _at(id).owner = to;
    }

    function updateSigner(uint256 who, uint256 seed) external timely {
        uint256 key = _draw(seed, 1);
        uint256 id = _id(who, ISequencerInfo.Status.Active);
        ISequencerInfo.Sequencer memory seq = record(id);
        address from = _mostly(_draw(who, 1), seq.signer);
        bytes memory given = key % 8 == 0 ? bytes("short") : pubkey(key % KEYS);
        bytes memory refusal = paused ? text("Pausable: paused") : NONE;
        if (refusal.length == 0 && !_active(seq)) refusal = _custom(ISequencerInfo.SeqNotActive.selector);
        if (refusal.length == 0 && from != seq.signer) refusal = _custom(ISequencerInfo.NotSeqSigner.selector);
        if (refusal.length == 0 && throttle > type(uint256).max - seq.updatedBatch) refusal = OVERFLOW;
        if (refusal.length == 0 && batch < seq.updatedBatch + throttle) refusal = text("signer updating throttle");
        if (refusal.length == 0 && given.length != 64) refusal = text("invalid pubkey");
        if (refusal.length == 0 && everSigned[_signer(key % KEYS)]) refusal = _custom(ISequencerInfo.SignerExisted.selector);
        if (!_call(from, address(pool), 0, abi.encodeCall(pool.updateSigner, (id, given)), refusal)) return;
        everSigned[_signer(key % KEYS)] = true;
        _at(id).signer = _signer(key % KEYS);
        _at(id).pubkey = given;
        _at(id).updatedBatch = batch;
        _at(id).nonce++;
    }

    /// @dev The end that `unlock` and `forceUnlock` share.
    function _exit(address from, uint256 id, uint32 gas, uint256 seed, bytes memory data, bytes memory refusal) internal {
        ISequencerInfo.Sequencer memory seq = record(id);
        uint256 value = _around(seed, _bridgeFee(gas), 1 ether);
        if (refusal.length == 0 && seq.rewardRecipient == address(0)) refusal = _custom(ISequencerInfo.NoRewardRecipient.selector);
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

    function _bridgeRefusal(ISequencerInfo.Sequencer memory seq, uint32 gas, uint256 value) private view returns (bytes memory) {
        if (seq.rewardRecipient == address(0)) return _custom(ISequencerInfo.NoRewardRecipient.selector);
        uint256 fee = _bridgeFee(gas);
        if (seq.reward == 0 || value >= fee) return NONE;
        return text(string.concat("insufficient fee supplied. send at least ", Strings.toString(fee)));
    }

    function _lockRefusal(address from, uint256 key, uint256 amount, bool mismatch) private view returns (bytes memory) {
        bytes memory refusal = _gate(from);
        if (refusal.length > 0) return refusal;
        if (mismatch) return text("pubkey and address mismatch");
        if (idOwnedBy(from) != 0) return _custom(ISequencerInfo.OwnedSequencer.selector);
        if (everSigned[_signer(key)]) return _custom(ISequencerInfo.SignerExisted.selector);
        if (amount < minLock || amount > maxLock) return text("invalid amount");
        return _unpayable(from, amount);
    }

    function _relockRefusal(address from, ISequencerInfo.Sequencer memory seq, uint256 amount, bool withReward)
        private
        view
        returns (bytes memory)
    {
        bytes memory refusal = _ownerGate(from, seq);
        if (refusal.length > 0) return refusal;
        uint256 reward = withReward ? seq.reward : 0;
        if (amount > type(uint256).max - seq.amount - reward) return OVERFLOW;
        if (seq.amount + amount + reward > maxLock) return text("locked>maxLock");
        if (amount + reward == 0) return text("No new locked added");
        return _unpayable(from, amount);
    }

    function _gate(address from) internal view returns (bytes memory) {
        if (paused) return text("Pausable: paused");
        return listed[from] ? NONE : _custom(ISequencerInfo.NotWhitelisted.selector);
    }

    function _ownerGate(address from, ISequencerInfo.Sequencer memory seq) private view returns (bytes memory) {
        bytes memory refusal = _gate(from);
        if (refusal.length > 0) return refusal;
        if (!_active(seq)) return _custom(ISequencerInfo.SeqNotActive.selector);
        return from == seq.owner ? NONE : _custom(ISequencerInfo.NotSeqOwner.selector);
    }

    function _active(ISequencerInfo.Sequencer memory seq) internal pure returns (bool) {
        return seq.status == ISequencerInfo.Status.Active;
    }

    function _custom(bytes4 selector) internal pure returns (bytes memory) {
        return abi.encodePacked(selector);
    }
}
