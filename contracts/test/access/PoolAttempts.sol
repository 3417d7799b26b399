// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ISequencerInfo} from "../../src/locking/ISequencerInfo.sol";
import {text} from "../support/Caller.sol";
import {MPC, OWNER, WHITELIST_ADMIN} from "../support/L1.sol";
import {AttemptList} from "./AttemptList.sol";

/// @title Every function of the pool
abstract contract PoolAttempts is AttemptList {
    function _listPool(uint256 seed, address account) internal {
        address target = address(pool);
        _nobodys(
            target, abi.encodeCall(pool.initialize, (account)), text("Initializable: contract is already initialized")
        );
        _owners(target, abi.encodeCall(pool.updateMpc, (account)));
        _owners(target, abi.encodeCall(pool.setPause, (seed % 2 == 0)));
        _owners(target, abi.encodeCall(pool.updateWithdrawDelayTimeValue, (seed)));
        _owners(target, abi.encodeCall(pool.updateBlockReward, (seed)));
        _owners(target, abi.encodeCall(pool.setSignerUpdateThrottle, (seed)));
        _owners(target, abi.encodeCall(pool.setWhitelistAdmin, (account)));
        _owners(target, abi.encodeCall(pool.forceUnlock, (1, uint32(seed))));
        bytes memory notOwner = text("Ownable: caller is not the owner");
        _add(target, abi.encodeCall(pool.setWhitelist, (account, seed % 2 == 0)), [OWNER, WHITELIST_ADMIN], notOwner);
        bytes memory data = abi.encodeCall(pool.batchSubmitRewards, (2, 1, 2, new address[](1), new uint256[](1)));
        _add(target, data, [MPC, MPC], text("not MPC"));
        _ownable(target, account);
    }

    function _listSequencers(uint256 seed, address account) internal {
        uint32 gas = uint32(seed);
        _sequencers(abi.encodeCall(pool.lockFor, (account, seed, KEY)), LISTED);
        _sequencers(abi.encodeCall(pool.lockWithRewardRecipient, (account, account, seed, KEY)), LISTED);
        _sequencers(abi.encodeCall(pool.relock, (1, seed, seed % 2 == 0)), SEQUENCER);
        _sequencers(abi.encodeCall(pool.withdraw, (1, seed)), SEQUENCER);
        _sequencers(abi.encodeCall(pool.withdrawRewards, (1, gas)), SEQUENCER);
        _sequencers(abi.encodeCall(pool.unlock, (1, gas)), SEQUENCER);
        _sequencers(abi.encodeCall(pool.unlockClaim, (1, gas)), SEQUENCER);
        _sequencers(abi.encodeCall(pool.setSequencerRewardRecipient, (1, account)), SEQUENCER);
        bytes memory notOwner = abi.encodePacked(ISequencerInfo.NotSeqOwner.selector);
        _add(address(pool), abi.encodeCall(pool.setSequencerOwner, (1, LISTED)), [SEQUENCER, SEQUENCER], notOwner);
        bytes memory notSigner = abi.encodePacked(ISequencerInfo.NotSeqSigner.selector);
        _add(address(pool), abi.encodeCall(pool.updateSigner, (1, KEY)), [_signer(), _signer()], notSigner);
    }

    /// @dev For those on the whitelist; what is done with sequencer 1, for its owner.
    function _sequencers(bytes memory data, address allowed) private {
        _add(address(pool), data, [SEQUENCER, allowed], abi.encodePacked(ISequencerInfo.NotWhitelisted.selector));
        attempts[attempts.length - 1].toListed = abi.encodePacked(ISequencerInfo.NotSeqOwner.selector);
    }
}
