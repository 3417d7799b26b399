// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {MetisSequencerSet} from "../../src/l2/MetisSequencerSet.sol";
import {vm} from "../support/Vm.sol";
import {SequencerSetHandler} from "./SequencerSetHandler.sol";
import {genesisSet, initialisedSet} from "./sets.sol";

/// @title What holds after whatever was done to the epochs
abstract contract SequencerSetInvariants {
    SequencerSetHandler internal handler;

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_epochs() public {
        vm.roll(handler.height());
        MetisSequencerSet set = handler.set();
        uint256 current = handler.current();
        require(set.currentEpochNumber() == current, "current epoch");
        require(set.mpcAddress() == handler.mpc() && set.epochLength() == handler.length(), "settings");
        MetisSequencerSet.Epoch memory previous;
        for (uint256 id; id <= current; ++id) {
            MetisSequencerSet.Epoch memory epoch = handler.epoch(id);
            (uint256 number, address signer, uint256 start, uint256 end) = set.epochs(id);
            require(number == id && signer == epoch.signer, "signer of an epoch");
            require(start == epoch.startBlock && end == epoch.endBlock, "blocks of an epoch");
            require(start <= end, "an epoch without a block");
            require(id == 0 || start == previous.endBlock + 1, "a gap or a block in two epochs");
            if (id < 2 || id + 3 > current) {
                _blockIsOf(set, start, id, signer);
                _blockIsOf(set, end, id, signer);
            }
            previous = epoch;
        }
        (uint256 beyond,,,) = set.epochs(current + 1);
        require(beyond == 0, "an epoch beyond the current one");
        _outsideOfEpochs(set, handler.epoch(0).startBlock, previous.endBlock, handler.epoch(0).signer);
        _finished(set, current);
    }

    function _blockIsOf(MetisSequencerSet set, uint256 number, uint256 id, address signer) private view {
        require(set.getEpochByBlock(number) == id, "epoch of a block");
        require(set.getMetisSequencer(number) == signer, "sequencer of a block");
    }

    /// @dev Ahead of epoch 0 its signer is named all the same, as on the live network.
    function _outsideOfEpochs(MetisSequencerSet set, uint256 first, uint256 last, address signer) private view {
        if (first > 0) {
            require(set.getEpochByBlock(first - 1) == type(uint256).max, "an epoch ahead of the first");
            require(set.getMetisSequencer(first - 1) == signer, "sequencer ahead of the first epoch");
        }
        if (last == type(uint256).max) return;
        require(set.getEpochByBlock(last + 1) == type(uint256).max, "an epoch behind the last");
        require(set.getMetisSequencer(last + 1) == address(0), "sequencer behind the last epoch");
    }

    function _finished(MetisSequencerSet set, uint256 current) private view {
        (MetisSequencerSet.Epoch memory finished, bool exists) = set.finalizedEpoch();
        require(exists == (handler.epoch(0).endBlock < handler.height()), "whether an epoch is finished");
        uint256 expected;
        for (uint256 id; id <= current; ++id) {
            if (handler.epoch(id).endBlock < handler.height()) expected = id;
        }
        require(finished.number == expected, "finished epoch");
        uint256 first = handler.epoch(0).startBlock;
        require(
            set.finalizedBlock() == (exists ? handler.epoch(expected).endBlock : first == 0 ? 0 : first - 1),
            "finished block"
        );
    }
}

/// @notice A chain that already runs, as the live one was when its epochs began.
contract InitialisedSequencerSet is SequencerSetInvariants {
    function setUp() public {
        handler = new SequencerSetHandler(initialisedSet(), 6);
    }
}

/// @notice A chain whose genesis has epoch 0 from block 0 on (rule E3).
contract GenesisSequencerSet is SequencerSetInvariants {
    function setUp() public {
        handler = new SequencerSetHandler(genesisSet(), 0);
    }
}
