// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {MetisSequencerSet} from "../../src/l2/MetisSequencerSet.sol";
import {Caller, NONE, OVERFLOW, text} from "../support/Caller.sol";
import {MPC, OWNER, STRANGER} from "../support/L1.sol";
import {vm} from "../support/Vm.sol";
import {FIRST_SEQUENCER} from "./sets.sol";

/// @title What the group and others do with the epochs, beside a list of what the epochs must be
/// @dev The group never replaces an epoch that is queued behind one that has not begun (see LiveBehaviour.t.sol).
contract SequencerSetHandler is Caller {
    uint256 private constant MAX = type(uint256).max;

    MetisSequencerSet public set;
    MetisSequencerSet.Epoch[] private _epochs;
    address[] private _people = [MPC, OWNER, STRANGER, FIRST_SEQUENCER];
    address public mpc = MPC;
    uint256 public length = 10;
    uint256 public height;

    constructor(MetisSequencerSet tested, uint256 firstBlock) {
        set = tested;
        height = block.number;
        _epochs.push(MetisSequencerSet.Epoch(0, FIRST_SEQUENCER, firstBlock, firstBlock + 9));
    }

    modifier timely() {
        vm.roll(height);
        _;
    }

    function current() public view returns (uint256) {
        return _epochs.length - 1;
    }

    function epoch(uint256 id) public view returns (MetisSequencerSet.Epoch memory) {
        return _epochs[id];
    }

    /// @notice To the next block, by a few, or to just ahead of or behind the end of an epoch.
    function mine(uint256 seed) external {
        uint256 end = _epochs[current() > 0 && seed % 2 == 0 ? current() - 1 : current()].endBlock;
        uint256 target = height + 1 + (seed % 4 == 1 ? (seed / 8) % 25 : 0);
        if (seed % 8 == 2 && end < MAX / 2 && end + seed / 8 % 3 > target) target = end + seed / 8 % 3;
        height = target;
    }

    function commitEpoch(uint256 who, uint256 seed) external timely {
        uint256 last = _epochs[current()].endBlock;
        uint256 id = current() + (seed % 16 == 1 ? seed / 16 % 4 : 1);
        uint256 start = seed % 16 == 2 ? seed / 16 % (height + 20) : last == MAX ? 0 : last + 1;
        uint256 end =
            seed % 16 == 3 ? seed / 16 : seed % 16 == 4 ? start : start > MAX - length ? MAX : start + length - 1;
        address signer = seed % 16 == 5 ? address(0) : _signer(seed);
        address from = _mostly(who, mpc, _people);
        bytes memory refusal = from == mpc ? _commitRefusal(id, start, end, signer) : text("Not Mpc");
        bytes memory data = abi.encodeCall(set.commitEpoch, (id, start, end, signer));
        if (_call(from, address(set), 0, data, refusal)) _epochs.push(MetisSequencerSet.Epoch(id, signer, start, end));
    }

    function recommitEpoch(uint256 who, uint256 seed) external timely {
        uint256 old =
            seed % 16 == 1 ? seed / 16 % (current() + 3) : current() > 0 && seed % 2 == 0 ? current() - 1 : current();
        if (_epochs[old > current() ? 0 : old].startBlock >= height && old + 1 == current()) return;
        uint256 id = seed % 16 == 3 ? seed / 16 % (current() + 3) : old + 1;
        uint256 start = seed % 16 == 5 ? height + 1 : height;
        uint256 end = seed % 16 == 7 ? start - seed / 16 % 2 : seed % 32 == 9 ? MAX : start + 1 + seed / 16 % 30;
        address signer = seed % 16 == 11 ? address(0) : _signer(seed);
        address from = _mostly(who, mpc, _people);
        bytes memory refusal = from == mpc ? _recommitRefusal(old, id, start, end, signer) : text("Not Mpc");
        bytes memory data = abi.encodeCall(set.recommitEpoch, (old, id, start, end, signer));
        if (!_call(from, address(set), 0, data, refusal)) return;
        if (id == current()) _epochs.pop();
        _epochs[old].endBlock = height - 1;
        _epochs.push(MetisSequencerSet.Epoch(id, signer, start, end));
    }

    function configure(uint256 who, uint256 seed) external timely {
        if (seed % 2 == 0) {
            _updateLength(_mostly(who, seed % 4 == 0 ? mpc : OWNER, _people), seed / 4 % 12);
        } else {
            _updateMpc(_mostly(who, OWNER, _people), seed % 16 == 1 ? address(0) : _people[seed / 16 % _people.length]);
        }
    }

    function _updateLength(address from, uint256 value) private {
        bytes memory refusal = from != mpc && from != OWNER ? text("Not Mpc or Owner") : NONE;
        if (refusal.length == 0 && value == 0) refusal = text("Invalid new epoch length");
        if (_call(from, address(set), 0, abi.encodeCall(set.UpdateEpochLength, (value)), refusal)) length = value;
    }

    function _updateMpc(address from, address to) private {
        bytes memory refusal = from == OWNER ? NONE : text("Ownable: caller is not the owner");
        if (refusal.length == 0 && to == address(0)) refusal = text("Invalid new mpc");
        if (_call(from, address(set), 0, abi.encodeCall(set.UpdateMpcAddress, (to)), refusal)) mpc = to;
    }

    function _commitRefusal(uint256 id, uint256 start, uint256 end, address signer)
        private
        view
        returns (bytes memory)
    {
        if (current() > 1 && _epochs[current() - 1].endBlock >= height) {
            return text("The last epoch not finished");
        }
        if (id != current() + 1) return text("Invalid new epoch number");
        if (end <= start) return text("End block must be greater than start block");
        if (end - start == MAX) return OVERFLOW;
        if (end - start + 1 != length) return text("Mismatch epoch length and block length");
        if (_epochs[current()].endBlock == MAX) return OVERFLOW;
        if (start != _epochs[current()].endBlock + 1) {
            return text("Start block must be greater than currentEpoch.endBlock by 1");
        }
        return signer == address(0) ? text("Invalid signer") : NONE;
    }

    function _recommitRefusal(uint256 old, uint256 id, uint256 start, uint256 end, address signer)
        private
        view
        returns (bytes memory)
    {
        if (start != height) return text("Invalid start block");
        if (signer == address(0)) return text("Invalid signer");
        if (old == current()) {
            if (_epochs[old].startBlock >= height) return text("Conflict on end block");
        } else if (old + 1 != current()) {
            return text("Invalid oldEpochId");
        }
        if (id != old + 1) return text("Invalid newEpochId");
        if (end <= start) return text("End block must be greater than start block");
        if (id == current() && _epochs[id].startBlock < height) return text("The latest epoch producing");
        return NONE;
    }

    function _signer(uint256 seed) private pure returns (address) {
        return address(uint160(0xB0 + (seed / 16) % 4));
    }
}
