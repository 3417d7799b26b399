// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ISequencerInfo} from "../../src/locking/ISequencerInfo.sol";
import {Caller} from "../support/Caller.sol";
import {L1, OWNER, MPC, PAYER, STRANGER, UPGRADER, WHITELIST_ADMIN, SUPPLY} from "../support/L1.sol";
import {vm} from "../support/Vm.sol";

/// @title What the locking contracts must hold, kept beside them
/// @dev It has lists where the contracts have indexes and sums, so that a wrong index or sum shows.
abstract contract LockingModel is L1, Caller {
    uint256 internal constant OWNERS = 5;
    uint256 internal constant START = 1_750_000_000;

    ISequencerInfo.Sequencer[] internal _records;
    address[] public people;
    mapping(address signer => bool) public everSigned;
    /// @notice Keys that signed have numbers below it, or it itself.
    uint256 public keys;
    mapping(address => bool) public listed;
    mapping(address => uint256) public wallet;
    /// @notice Who lets the escrow take METIS without a limit; the others let it take none.
    mapping(address => bool) public approved;

    uint256 public timestamp = START;
    uint256 public height = 1;
    bool public paused;
    address public mpc = MPC;
    address public payer = PAYER;
    address public whitelistAdmin = WHITELIST_ADMIN;
    uint256 public batch = 1;
    uint256 public lastEpoch;
    uint256 public minLock = 20_000 ether;
    uint256 public maxLock = 100_000 ether;
    uint256 public perBlock = 761_000 gwei;
    uint256 public delay = 21 days;
    uint256 public throttle = 1;
    uint256 public discount = 1 gwei;

    uint256 public liquidated;
    uint256 public donated;
    uint256 public deposits;
    uint256 public bridged;
    uint256 public fees;
    /// @notice ETH that came with an action that bridged nothing: it stays where it is, as on the live network.
    uint256 public strandedInPool;
    uint256 public strandedInInfo;

    constructor() {
        vm.warp(START);
        wallet[PAYER] = SUPPLY;
        approved[PAYER] = true;
        for (uint256 i; i < OWNERS; ++i) {
            address owner = _owner(i);
            people.push(owner);
            _move(PAYER, owner, 300_000 ether);
            vm.prank(PAYER);
            token.transfer(owner, 300_000 ether);
            vm.prank(owner);
            token.approve(address(info), type(uint256).max);
            approved[owner] = true;
            if (i == 0) continue;
            vm.prank(OWNER);
            pool.setWhitelist(owner, true);
            listed[owner] = true;
        }
        address[6] memory roles = [OWNER, MPC, PAYER, WHITELIST_ADMIN, UPGRADER, STRANGER];
        for (uint256 i; i < roles.length; ++i) {
            people.push(roles[i]);
        }
        for (uint256 i; i < 3; ++i) {
            people.push(_signer(i));
        }
    }

    /// @dev Each action begins here, since what forge set back between two actions comes from the model.
    modifier timely() {
        vm.warp(timestamp);
        vm.roll(height);
        _;
    }

    function total() public view returns (uint256) {
        return _records.length;
    }

    /// @notice Record of a sequencer; empty where there is none.
    function record(uint256 id) public view returns (ISequencerInfo.Sequencer memory empty) {
        return id > 0 && id <= _records.length ? _records[id - 1] : empty;
    }

    /// @notice The sequencer that `owner` has and has not left; 0 where there is none.
    function idOwnedBy(address owner) public view returns (uint256) {
        for (uint256 i; i < _records.length; ++i) {
            if (_records[i].owner == owner && _records[i].status != ISequencerInfo.Status.Unlocked) return i + 1;
        }
        return 0;
    }

    /// @notice The sequencer that `signer` signs for: 0 if it never did, the greatest number if it does no more.
    function idSignedBy(address signer) public view returns (uint256) {
        for (uint256 i; i < _records.length; ++i) {
            if (_records[i].signer == signer && _records[i].status != ISequencerInfo.Status.Unlocked) return i + 1;
        }
        return everSigned[signer] ? type(uint256).max : 0;
    }

    function countOf(ISequencerInfo.Status status) public view returns (uint256 count) {
        for (uint256 i; i < _records.length; ++i) {
            if (_records[i].status == status) ++count;
        }
    }

    function pubkey(uint256 key) public pure returns (bytes memory) {
        return abi.encode(keccak256("signer"), key);
    }

    function _add(ISequencerInfo.Sequencer memory added) internal {
        _records.push(added);
        everSigned[added.signer] = true;
    }

    function _at(uint256 id) internal view returns (ISequencerInfo.Sequencer storage) {
        return _records[id - 1];
    }

    function _move(address from, address to, uint256 amount) internal {
        wallet[from] -= amount;
        wallet[to] += amount;
    }

    function _owner(uint256 seed) internal pure returns (address) {
        return address(uint160(0xA000 + (seed % OWNERS)));
    }

    function _signer(uint256 key) internal pure returns (address) {
        return address(uint160(uint256(keccak256(pubkey(key)))));
    }
}
