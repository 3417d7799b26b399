// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {MetisSequencerSet} from "../src/l2/MetisSequencerSet.sol";
import {ISequencerInfo} from "../src/locking/ISequencerInfo.sol";
import {InboxSenderManager} from "../src/rollup/InboxSenderManager.sol";
import {LockingHandler} from "./locking/Locking.t.sol";
import {SequencerSetHandler} from "./l2/SequencerSetHandler.sol";
import {initialisedSet} from "./l2/sets.sol";
import {RollupHandler} from "./rollup/RollupHandler.sol";
import {Caller, OVERFLOW, text} from "./support/Caller.sol";

/// @title The handlers reach everything: else the invariants would hold for lack of anything done
contract Reach {
    function test_lockingReachesEveryFunctionAndRefusal() external {
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
        for (uint256 i; i < 3000; ++i) _act(address(locking), actions[_draw(i) % 14], i);
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
        for (uint256 i; i < functions.length; ++i) _wentThrough(locking, functions[i]);
        _met(locking, OVERFLOW);
        string[17] memory texts = [
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
            "manager has been initialized"
        ];
        for (uint256 i; i < texts.length; ++i) _met(locking, text(texts[i]));
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
        for (uint256 i; i < errors.length; ++i) _met(locking, abi.encodePacked(errors[i]));
    }

    function test_epochsReachEveryFunctionAndRefusal() external {
        SequencerSetHandler handler = new SequencerSetHandler(initialisedSet(), 6);
        bytes4[4] memory actions =
            [handler.mine.selector, handler.commitEpoch.selector, handler.recommitEpoch.selector, handler.configure.selector];
        for (uint256 i; i < 2000; ++i) _act(address(handler), actions[_draw(i) % 4], i);
        MetisSequencerSet set = handler.set();
        _wentThrough(handler, set.commitEpoch.selector);
        _wentThrough(handler, set.recommitEpoch.selector);
        _wentThrough(handler, set.UpdateEpochLength.selector);
        _wentThrough(handler, set.UpdateMpcAddress.selector);
        string[13] memory texts = [
            "Not Mpc",
            "Not Mpc or Owner",
            "The last epoch not finished",
            "Invalid new epoch number",
            "End block must be greater than start block",
            "Mismatch epoch length and block length",
            "Start block must be greater than currentEpoch.endBlock by 1",
            "Invalid signer",
            "Invalid start block",
            "Conflict on end block",
            "Invalid newEpochId",
            "Invalid oldEpochId",
            "The latest epoch producing"
        ];
        for (uint256 i; i < texts.length; ++i) _met(handler, text(texts[i]));
    }

    function test_rollupReachesEveryFunctionAndRefusal() external {
        RollupHandler rollup = new RollupHandler();
        bytes4[3] memory actions = [rollup.append.selector, rollup.setProposer.selector, rollup.setInboxSenders.selector];
        for (uint256 i; i < 1000; ++i) _act(address(rollup), actions[_draw(i) % 3], i);
        _wentThrough(rollup, rollup.roots().appendStateBatchByChainId.selector);
        _wentThrough(rollup, rollup.names().setAddress.selector);
        _wentThrough(rollup, rollup.senders().setInboxSenders.selector);
        string[4] memory texts = [
            "Actual batch start index does not match expected start index.",
            "sender must the proposer!",
            "Proposer does not match this chain.",
            "Cannot submit an empty state batch."
        ];
        for (uint256 i; i < texts.length; ++i) _met(rollup, text(texts[i]));
        _met(rollup, abi.encodePacked(InboxSenderManager.NullSender.selector));
    }

    function _act(address acting, bytes4 action, uint256 step) private {
        bytes memory data = abi.encodeWithSelector(action, _draw(step) / 2 ** 128, _draw(step) % 2 ** 128 / 16);
        (bool ok, bytes memory why) = acting.call(data);
        require(ok, string(why));
    }

    function _draw(uint256 step) private pure returns (uint256) {
        return uint256(keccak256(abi.encode("reach", step)));
    }

    function _wentThrough(Caller caller, bytes4 selector) private view {
        require(caller.done(selector) > 0, string.concat("never went through: ", string(abi.encodePacked(selector))));
    }

    function _met(Caller caller, bytes memory refusal) private view {
        require(caller.refused(keccak256(refusal)) > 0, string.concat("never met: ", string(refusal)));
    }
}
