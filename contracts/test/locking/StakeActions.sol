// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ISequencerInfo} from "../../src/locking/ISequencerInfo.sol";
import {OVERFLOW, text} from "../support/Caller.sol";
import {Refusals} from "./Refusals.sol";

/// @title What owners do with their stakes, right or wrong; anybody else tries it too
abstract contract StakeActions is Refusals {
    function lock(uint256 who, uint256 seed) external timely {
        address from = _mostly(who, _owner(who / 10));
        uint256 key = _key(_draw(seed, 1));
        bool mismatch = seed % 16 == 9;
        uint256 amount = _around(_draw(seed, 2), seed % 3 == 0 ? maxLock : minLock, 150_000 ether);
        address recipient = seed % 4 == 0 ? address(0) : _anybody(seed);
        bytes memory refusal = _lockRefusal(from, key, amount, mismatch);
        bytes memory data = abi.encodeCall(
            pool.lockWithRewardRecipient, (_signer(mismatch ? key + 1 : key), recipient, amount, pubkey(key))
        );
        if (recipient == address(0) && !mismatch) {
            data = abi.encodeCall(pool.lockFor, (_signer(key), amount, pubkey(key)));
        }
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
        if (seed % 16 == 7) amount = 0;
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
}
