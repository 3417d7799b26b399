// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {InboxSenderManager} from "../../src/rollup/InboxSenderManager.sol";
import {text} from "../support/Caller.sol";
import {Reach} from "../support/Reach.sol";
import {RollupHandler} from "./RollupHandler.sol";

contract RollupReach is Reach {
    function test_reachesEveryFunctionAndRefusal() external {
        RollupHandler rollup = new RollupHandler();
        bytes4[3] memory actions =
            [rollup.append.selector, rollup.setProposer.selector, rollup.setInboxSenders.selector];
        for (uint256 i; i < 1000; ++i) {
            _act(address(rollup), actions[_draw(i) % 3], i);
        }
        _wentThrough(rollup, rollup.roots().appendStateBatchByChainId.selector);
        _wentThrough(rollup, rollup.names().setAddress.selector);
        _wentThrough(rollup, rollup.senders().setInboxSenders.selector);
        string[4] memory texts = [
            "Actual batch start index does not match expected start index.",
            "sender must the proposer!",
            "Proposer does not match this chain.",
            "Cannot submit an empty state batch."
        ];
        for (uint256 i; i < texts.length; ++i) {
            _met(rollup, text(texts[i]));
        }
        _met(rollup, abi.encodePacked(InboxSenderManager.NullSender.selector));
    }
}
