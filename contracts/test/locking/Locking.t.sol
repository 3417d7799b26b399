// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ISequencerInfo} from "../../src/locking/ISequencerInfo.sol";
import {LockingPool} from "../../src/locking/LockingPool.sol";
import {recordOf} from "../support/records.sol";
import {Governance} from "./Governance.sol";

contract LockingHandler is Governance {}

/// @title What holds after whatever was done to the locking contracts
contract LockingInvariants {
    LockingHandler internal handler;

    function setUp() public {
        handler = new LockingHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_locking() public view {
        ISequencerInfo.Sequencer[] memory records = _records();
        _balanceCoversStakesAndUnpaidRewards(records);
        _recordsAreTheModels(records);
        _oneOwnerOneSignerAndNoSignerTwice();
        _whatWentToTheBridgeIsThere();
    }

    /// @dev All that there are, with the empty ones ahead and behind.
    function _records() private view returns (ISequencerInfo.Sequencer[] memory records) {
        LockingPool pool = handler.pool();
        records = new ISequencerInfo.Sequencer[](pool.totalSequencers() + 2);
        for (uint256 id; id < records.length; ++id) {
            records[id] = recordOf(pool, id);
        }
    }

    /// @dev To the wei: no METIS is without an owner, none has two.
    function _balanceCoversStakesAndUnpaidRewards(ISequencerInfo.Sequencer[] memory records) private view {
        uint256 stakes;
        uint256 owed;
        for (uint256 id; id < records.length; ++id) {
            stakes += records[id].amount;
            owed += records[id].amount + records[id].reward;
        }
        uint256 balance = handler.token().balanceOf(address(handler.info()));
        require(balance >= owed, "balance does not cover what is owed");
        require(balance == owed + handler.donated(), "balance");
        require(handler.info().totalLocked() == stakes, "total locked");
        require(handler.info().totalRewardsLiquidated() == handler.liquidated(), "rewards liquidated");
        for (uint256 i; i < 14; ++i) {
            address account = handler.people(i);
            require(handler.token().balanceOf(account) == handler.wallet(account), "METIS of an account");
        }
    }

    function _recordsAreTheModels(ISequencerInfo.Sequencer[] memory records) private view {
        require(records.length == handler.total() + 2, "count of sequencers");
        for (uint256 id; id < records.length; ++id) {
            bytes32 expected = keccak256(abi.encode(handler.record(id)));
            require(keccak256(abi.encode(records[id])) == expected, "record of a sequencer");
        }
        for (uint256 i = 1; i < 4; ++i) {
            ISequencerInfo.Status status = ISequencerInfo.Status(i);
            require(handler.pool().seqStatuses(status) == handler.countOf(status), "count by status");
        }
        (uint256 batch,,, uint256 epoch) = handler.pool().curBatchState();
        require(batch == handler.batch() && epoch == handler.lastEpoch(), "reward batch");
    }

    function _oneOwnerOneSignerAndNoSignerTwice() private view {
        for (uint256 i; i < 14; ++i) {
            address owner = handler.people(i);
            require(handler.pool().seqOwners(owner) == handler.idOwnedBy(owner), "sequencer of an owner");
        }
        for (uint256 key; key < handler.keys() + 2; ++key) {
            address signer = address(uint160(uint256(keccak256(handler.pubkey(key)))));
            require(handler.pool().seqSigners(signer) == handler.idSignedBy(signer), "sequencer of a signer");
        }
    }

    function _whatWentToTheBridgeIsThere() private view {
        address bridge = address(handler.bridge());
        address info = address(handler.info());
        require(handler.token().balanceOf(bridge) == handler.bridged(), "METIS in the bridge");
        require(handler.token().allowance(info, bridge) == 0, "allowance left to the bridge");
        require(handler.bridge().queueLength() == handler.deposits(), "deposits");
        require(bridge.balance == handler.fees(), "deposit fees");
        require(info.balance == handler.strandedInInfo(), "ETH in the escrow");
        require(address(handler.pool()).balance == handler.strandedInPool(), "ETH in the pool");
    }
}
