// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {InboxSenderManager} from "../../src/rollup/InboxSenderManager.sol";
import {CHAIN} from "../support/L1.sol";
import {RollupHandler} from "./RollupHandler.sol";
import {RollupModel} from "./RollupModel.sol";

/// @title What holds after whatever was done to the state roots and the inbox senders
contract RollupInvariants {
    RollupHandler internal handler;

    function setUp() public {
        handler = new RollupHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_rollup() public view {
        _rootsAreContiguousAndTheProposers(CHAIN);
        _rootsAreContiguousAndTheProposers(CHAIN + 1);
        uint256 last = handler.lastChange();
        for (uint256 number = last > 4 ? last - 4 : 0; number < last + 2; ++number) {
            for (uint256 kind; kind < 2; ++kind) {
                address sender = handler.senders().getInboxSender(number, InboxSenderManager.InboxSenderType(kind));
                require(sender == handler.senderAt(number, kind), "inbox sender of a block");
            }
        }
    }

    function _rootsAreContiguousAndTheProposers(uint256 chain) private view {
        require(handler.roots().proposerOf(chain) == handler.proposer(chain), "proposer");
        require(handler.roots().getTotalBatchesByChainId(chain) == handler.count(chain), "count of batches");
        require(handler.roots().getTotalElementsByChainId(chain) == handler.elements(chain), "count of roots");
        uint256 total = handler.elements(chain);
        uint256 last;
        uint256 count = handler.count(chain);
        for (uint256 i = count; i > 0 && i + 3 > count; --i) {
            RollupModel.Batch memory batch = handler.batch(chain, i - 1);
            total -= batch.size;
            bytes memory extra = abi.encode(batch.timestamp, batch.proposer);
            bytes32 expected = keccak256(abi.encode(batch.root, batch.size, total, extra));
            require(handler.roots().batchHash(chain, i - 1) == expected, "hash of a batch");
            if (i == count) last = batch.timestamp;
        }
        require(handler.roots().getLastSequencerTimestampByChainId(chain) == last, "time of the last batch");
    }
}
