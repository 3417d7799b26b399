// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ISequencerInfo} from "../../src/locking/ISequencerInfo.sol";
import {NONE, OVERFLOW, text} from "../support/Caller.sol";
import {ExitActions} from "./ExitActions.sol";

/// @title Whose a sequencer is: its owner, its signer, and who gets its rewards
abstract contract HandoverActions is ExitActions {
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
        if (_call(from, address(pool), 0, abi.encodeCall(pool.setSequencerOwner, (id, to)), refusal)) {
            _at(id).owner = to;
        }
    }

    function updateSigner(uint256 who, uint256 seed) external timely {
        uint256 key = _key(_draw(seed, 1));
        uint256 id = _id(who, ISequencerInfo.Status.Active);
        ISequencerInfo.Sequencer memory seq = record(id);
        address from = _mostly(_draw(who, 1), seq.signer);
        bytes memory given = seed % 8 == 0 ? bytes("short") : pubkey(key);
        bytes memory refusal = paused ? text("Pausable: paused") : NONE;
        if (refusal.length == 0 && !_active(seq)) refusal = _custom(ISequencerInfo.SeqNotActive.selector);
        if (refusal.length == 0 && from != seq.signer) refusal = _custom(ISequencerInfo.NotSeqSigner.selector);
        if (refusal.length == 0 && throttle > type(uint256).max - seq.updatedBatch) refusal = OVERFLOW;
        if (refusal.length == 0 && batch < seq.updatedBatch + throttle) refusal = text("signer updating throttle");
        if (refusal.length == 0 && given.length != 64) refusal = text("invalid pubkey");
        if (refusal.length == 0 && everSigned[_signer(key)]) refusal = _custom(ISequencerInfo.SignerExisted.selector);
        if (!_call(from, address(pool), 0, abi.encodeCall(pool.updateSigner, (id, given)), refusal)) return;
        everSigned[_signer(key)] = true;
        _at(id).signer = _signer(key);
        _at(id).pubkey = given;
        _at(id).updatedBatch = batch;
        _at(id).nonce++;
    }
}
