// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {MetisSequencerSet} from "../../src/l2/MetisSequencerSet.sol";
import {text} from "../support/Caller.sol";
import {Reach} from "../support/Reach.sol";
import {SequencerSetHandler} from "./SequencerSetHandler.sol";
import {initialisedSet} from "./sets.sol";

contract SequencerSetReach is Reach {
    function test_reachesEveryFunctionAndRefusal() external {
        SequencerSetHandler handler = new SequencerSetHandler(initialisedSet(), 6);
        bytes4[4] memory actions = [
            handler.mine.selector,
            handler.commitEpoch.selector,
            handler.recommitEpoch.selector,
            handler.configure.selector
        ];
        for (uint256 i; i < 2000; ++i) {
            _act(address(handler), actions[_draw(i) % 4], i);
        }
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
        for (uint256 i; i < texts.length; ++i) {
            _met(handler, text(texts[i]));
        }
    }
}
