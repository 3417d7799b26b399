// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {ISequencerInfo} from "../../src/locking/ISequencerInfo.sol";
import {NONE, OVERFLOW, text} from "../support/Caller.sol";
import {OWNER} from "../support/L1.sol";
import {Draws} from "./Draws.sol";

/// @title What the contracts refuse, in the order of the live network's: the first reason that applies is the one that is given
abstract contract Refusals is Draws {
    function _lockRefusal(address from, uint256 key, uint256 amount, bool mismatch)
        internal
        view
        returns (bytes memory)
    {
        bytes memory refusal = _gate(from);
        if (refusal.length > 0) return refusal;
        if (mismatch) return text("pubkey and address mismatch");
        if (idOwnedBy(from) != 0) return _custom(ISequencerInfo.OwnedSequencer.selector);
        if (everSigned[_signer(key)]) return _custom(ISequencerInfo.SignerExisted.selector);
        if (amount < minLock || amount > maxLock) return text("invalid amount");
        return _unpayable(from, amount);
    }

    function _relockRefusal(address from, ISequencerInfo.Sequencer memory seq, uint256 amount, bool withReward)
        internal
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

    function _bridgeRefusal(ISequencerInfo.Sequencer memory seq, uint32 gas, uint256 value)
        internal
        view
        returns (bytes memory)
    {
        if (seq.rewardRecipient == address(0)) return _custom(ISequencerInfo.NoRewardRecipient.selector);
        uint256 fee = _bridgeFee(gas);
        if (seq.reward == 0 || value >= fee) return NONE;
        return text(string.concat("insufficient fee supplied. send at least ", Strings.toString(fee)));
    }

    function _ownerGate(address from, ISequencerInfo.Sequencer memory seq) internal view returns (bytes memory) {
        bytes memory refusal = _gate(from);
        if (refusal.length > 0) return refusal;
        if (!_active(seq)) return _custom(ISequencerInfo.SeqNotActive.selector);
        return from == seq.owner ? NONE : _custom(ISequencerInfo.NotSeqOwner.selector);
    }

    function _gate(address from) internal view returns (bytes memory) {
        if (paused) return text("Pausable: paused");
        return listed[from] ? NONE : _custom(ISequencerInfo.NotWhitelisted.selector);
    }

    function _active(ISequencerInfo.Sequencer memory seq) internal pure returns (bool) {
        return seq.status == ISequencerInfo.Status.Active;
    }

    function _custom(bytes4 selector) internal pure returns (bytes memory) {
        return abi.encodePacked(selector);
    }

    function _bridgeFee(uint32 gas) internal view returns (uint256) {
        return (gas > 200_000 ? gas : 200_000) * discount;
    }

    function _unpayable(address from, uint256 amount) internal view returns (bytes memory) {
        if (amount > 0 && !approved[from]) return text("ERC20: insufficient allowance");
        return wallet[from] < amount ? text("ERC20: transfer amount exceeds balance") : NONE;
    }

    function _ownable(address from) internal pure returns (bytes memory) {
        return from == OWNER ? NONE : text("Ownable: caller is not the owner");
    }
}
