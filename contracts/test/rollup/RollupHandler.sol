// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {InboxSenderManager} from "../../src/rollup/InboxSenderManager.sol";
import {Caller, NONE, text} from "../support/Caller.sol";
import {L1, MPC, OWNER, STRANGER, UPGRADER, PROPOSER_NAME, CHAIN} from "../support/L1.sol";
import {vm} from "../support/Vm.sol";
import {RollupModel} from "./RollupModel.sol";

/// @title What proposers, the owner and others do with state roots and inbox senders, beside lists of what must be there
contract RollupHandler is RollupModel, L1, Caller {
    string internal constant OTHER_NAME = "1002_MVM_Proposer";

    address[] private _people = [MPC, OWNER, STRANGER, UPGRADER];
    uint256 public timestamp = 1_750_000_000;

    constructor() {
        proposer[CHAIN] = MPC;
    }

    modifier timely() {
        vm.warp(++timestamp);
        _;
    }

    function append(uint256 who, uint256 seed) external timely {
        uint256 chain = CHAIN + seed % 2;
        bytes32[] memory list = new bytes32[]((seed / 2) % 10);
        for (uint256 i; i < list.length; ++i) {
            list[i] = keccak256(abi.encode(seed, i));
        }
        uint256 start = seed % 16 == 5 ? elements(chain) + 1 : elements(chain);
        bool wrongName = seed % 16 == 6;
        string memory name = (chain == CHAIN) != wrongName ? PROPOSER_NAME : OTHER_NAME;
        address from = _mostly(who, proposer[chain], _people);
        bytes memory refusal;
        if (start != elements(chain)) {
            refusal = text("Actual batch start index does not match expected start index.");
        } else if (from != proposer[wrongName ? 2 * CHAIN + 1 - chain : chain]) {
            refusal = text("sender must the proposer!");
        } else if (from != proposer[chain]) {
            refusal = text("Proposer does not match this chain.");
        } else if (list.length == 0) {
            refusal = text("Cannot submit an empty state batch.");
        }
        bytes memory data = abi.encodeCall(roots.appendStateBatchByChainId, (chain, list, start, name));
        if (!_call(from, address(roots), 0, data, refusal)) return;
        _batches[chain].push(Batch(padded(list), list.length, timestamp, from));
    }

    function setProposer(uint256 who, uint256 seed) external timely {
        uint256 chain = CHAIN + seed % 2;
        address from = _mostly(who, OWNER, _people);
        address to = _people[(seed / 2) % _people.length];
        string memory name = chain == CHAIN ? PROPOSER_NAME : OTHER_NAME;
        bytes memory refusal = from == OWNER ? NONE : text("Ownable: caller is not the owner");
        if (_call(from, address(names), 0, abi.encodeCall(names.setAddress, (name, to)), refusal)) {
            proposer[chain] = to;
        }
    }

    function setInboxSenders(uint256 who, uint256 seed) external timely {
        InboxSenderManager.InboxSender[] memory list = new InboxSenderManager.InboxSender[](seed % 3);
        for (uint256 i; i < list.length; ++i) {
            list[i].senderType = InboxSenderManager.InboxSenderType((seed / 4 + (seed % 5 == 0 ? 0 : i)) % 2);
            list[i].sender = seed % 16 == 7 ? address(0) : _people[(seed / 64) % _people.length];
        }
        uint256 number = lastChange() + (seed / 16) % 4;
        address from = _mostly(who, OWNER, _people);
        bytes memory refusal = from == OWNER ? _senderRefusal(number, list) : text("Ownable: caller is not the owner");
        if (!_call(from, address(senders), 0, abi.encodeCall(senders.setInboxSenders, (number, list)), refusal)) {
            return;
        }
        for (uint256 i; i < list.length; ++i) {
            _changes.push(Change(uint256(list[i].senderType), number, list[i].sender));
        }
    }

    function _senderRefusal(uint256 number, InboxSenderManager.InboxSender[] memory list)
        private
        view
        returns (bytes memory)
    {
        for (uint256 i; i < list.length; ++i) {
            if (list[i].sender == address(0)) return abi.encodePacked(InboxSenderManager.NullSender.selector);
            (bool any, uint256 last) = _lastOf(uint256(list[i].senderType));
            for (uint256 j; j < i; ++j) {
                if (list[j].senderType == list[i].senderType) (any, last) = (true, number);
            }
            if (any && last >= number) {
                return abi.encodeWithSelector(InboxSenderManager.BlockNotLater.selector, number, last);
            }
        }
        return NONE;
    }
}
