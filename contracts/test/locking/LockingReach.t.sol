// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ISequencerInfo} from "../../src/locking/ISequencerInfo.sol";
import {OVERFLOW, text} from "../support/Caller.sol";
import {Reach} from "../support/Reach.sol";
import {LockingHandler} from "./Locking.t.sol";

contract LockingReach is Reach {
    function test_reachesEveryFunctionAndRefusal() external {
        LockingHandler locking = new LockingHandler();
        bytes4[14] memory actions = [
            locking.lock.selector,
            locking.relock.selector,
            locking.withdraw.selector,
            locking.withdrawRewards.selector,
            locking.leave.selector,
            locking.setSequencerRewardRecipient.selector,
            locking.setSequencerOwner.selector,
            locking.updateSigner.selector,
            locking.wait.selector,
            locking.batchSubmitRewards.selector,
            locking.deposit.selector,
            locking.setWhitelist.selector,
            locking.donate.selector,
            locking.configure.selector
        ];
        for (uint256 i; i < 3000; ++i) {
            _act(address(locking), actions[_draw(i) % 14], i);
        }
        require(locking.total() > 7, "sequencers");
        bytes4[21] memory functions = [
            locking.pool().lockFor.selector,
            locking.pool().lockWithRewardRecipient.selector,
            locking.pool().relock.selector,
            locking.pool().withdraw.selector,
            locking.pool().withdrawRewards.selector,
            locking.pool().unlock.selector,
            locking.pool().forceUnlock.selector,
            locking.pool().unlockClaim.selector,
            locking.pool().setSequencerRewardRecipient.selector,
            locking.pool().setSequencerOwner.selector,
            locking.pool().updateSigner.selector,
            locking.pool().batchSubmitRewards.selector,
            locking.pool().updateMpc.selector,
            locking.pool().setPause.selector,
            locking.pool().setWhitelist.selector,
            locking.pool().setWhitelistAdmin.selector,
            locking.info().setMinLock.selector,
            locking.info().setMaxLock.selector,
            locking.info().setRewardPayer.selector,
            locking.bridge().depositERC20ToByChainId.selector,
            locking.bridge().collectFees.selector
        ];
        for (uint256 i; i < functions.length; ++i) {
            _wentThrough(locking, functions[i]);
        }
        _met(locking, OVERFLOW);
        string[21] memory texts = [
            "invalid amount",
            "locked>maxLock",
            "No new locked added",
            "withdraw throttle",
            "signer updating throttle",
            "Not allowed to cliam",
            "invalid pubkey",
            "pubkey and address mismatch",
            "not MPC",
            "mismatch length",
            "invalid batch id",
            "invalid startEpoch",
            "invalid endEpoch",
            "ERC20: insufficient allowance",
            "Pausable: paused",
            "Ownable: caller is not the owner",
            "manager has been initialized",
            "dalayTime==0",
            "invalid newReward",
            "_minLock=0",
            "maxLock<minLock"
        ];
        for (uint256 i; i < texts.length; ++i) {
            _met(locking, text(texts[i]));
        }
        bytes4[8] memory errors = [
            ISequencerInfo.OwnedSequencer.selector,
            ISequencerInfo.SignerExisted.selector,
            ISequencerInfo.NoSuchSeq.selector,
            ISequencerInfo.SeqNotActive.selector,
            ISequencerInfo.NotSeqOwner.selector,
            ISequencerInfo.NotSeqSigner.selector,
            ISequencerInfo.NoRewardRecipient.selector,
            ISequencerInfo.NotWhitelisted.selector
        ];
        for (uint256 i; i < errors.length; ++i) {
            _met(locking, abi.encodePacked(errors[i]));
        }
    }
}
