// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ISequencerInfo} from "../../src/locking/ISequencerInfo.sol";
import {NONE, text} from "../support/Caller.sol";
import {OWNER, PAYER, STRANGER, WHITELIST_ADMIN} from "../support/L1.sol";
import {RoleActions} from "./RoleActions.sol";

/// @title What is set once in a while: one action, so that it does not crowd out the others
abstract contract Governance is RoleActions {
    function configure(uint256 who, uint256 seed) external timely {
        uint256 which = _draw(seed, 1) % 16;
        if (which == 0) {
            _setWhitelistAdmin(who, seed);
        } else if (which == 1) {
            _updateMpc(who, seed);
        } else if (which < 4) {
            _setPause(who, seed);
        } else if (which == 4) {
            _updateWithdrawDelayTimeValue(who, seed);
        } else if (which == 5) {
            _updateBlockReward(who, seed);
        } else if (which == 6) {
            _setSignerUpdateThrottle(who, seed);
        } else if (which == 7) {
            _setMinLock(who, seed);
        } else if (which < 10) {
            _setMaxLock(who, seed);
        } else if (which == 10) {
            _setRewardPayer(who, seed);
        } else if (which == 11) {
            _owns(
                who, address(info), abi.encodeCall(info.initManager, (STRANGER)), text("manager has been initialized")
            );
        } else if (which == 12) {
            _approve(seed);
        } else if (which == 13) {
            _forceUnlock(who, seed);
        } else if (which == 14) {
            _setDiscount(who, seed);
        } else {
            _collectFees(who);
        }
    }

    function _forceUnlock(uint256 who, uint256 seed) private {
        uint32 gas = _gas(seed);
        uint256 id = _id(who, ISequencerInfo.Status.Active);
        address from = _mostly(_draw(who, 1), OWNER);
        bytes memory refusal = _ownable(from);
        if (refusal.length == 0 && !_active(record(id))) refusal = _custom(ISequencerInfo.SeqNotActive.selector);
        _exit(from, id, gas, seed, abi.encodeCall(pool.forceUnlock, (id, gas)), refusal);
    }

    function _setWhitelistAdmin(uint256 who, uint256 seed) private {
        address admin = seed % 2 == 0 ? STRANGER : WHITELIST_ADMIN;
        if (_owns(who, address(pool), abi.encodeCall(pool.setWhitelistAdmin, (admin)), NONE)) whitelistAdmin = admin;
    }

    function _updateMpc(uint256 who, uint256 seed) private {
        address to = _anybody(seed);
        if (_owns(who, address(pool), abi.encodeCall(pool.updateMpc, (to)), NONE)) mpc = to;
    }

    /// @dev Paused one time in eight.
    function _setPause(uint256 who, uint256 seed) private {
        bool yes = seed % 8 == 0;
        bytes memory refusal = yes == paused ? text(paused ? "Pausable: paused" : "Pausable: not paused") : NONE;
        if (_owns(who, address(pool), abi.encodeCall(pool.setPause, (yes)), refusal)) paused = yes;
    }

    function _updateWithdrawDelayTimeValue(uint256 who, uint256 seed) private {
        uint256 value = seed % 32 == 0 ? type(uint256).max : seed % 4 == 1 ? 0 : seed % 30 days;
        bytes memory refusal = value == 0 ? text("dalayTime==0") : NONE;
        if (_owns(who, address(pool), abi.encodeCall(pool.updateWithdrawDelayTimeValue, (value)), refusal)) {
            delay = value;
        }
    }

    function _updateBlockReward(uint256 who, uint256 seed) private {
        uint256 value = seed % 4 == 0 ? 0 : seed % 32 == 1 ? seed : seed % 0.01 ether;
        bytes memory refusal = value == 0 ? text("invalid newReward") : NONE;
        if (_owns(who, address(pool), abi.encodeCall(pool.updateBlockReward, (value)), refusal)) perBlock = value;
    }

    function _setSignerUpdateThrottle(uint256 who, uint256 seed) private {
        uint256 value = seed % 32 == 0 ? type(uint256).max : seed % 4 == 1 ? 2 : seed % 2;
        if (_owns(who, address(pool), abi.encodeCall(pool.setSignerUpdateThrottle, (value)), NONE)) throttle = value;
    }

    /// @dev It may come to lie above `maxLock`, as on the live network.
    function _setMinLock(uint256 who, uint256 seed) private {
        uint256 value = seed % 32 == 0 ? maxLock + 1 : seed % 4 == 1 ? 0 : seed % 20_000 ether;
        bytes memory refusal = value == 0 ? text("_minLock=0") : NONE;
        if (_owns(who, address(info), abi.encodeCall(info.setMinLock, (value)), refusal)) minLock = value;
    }

    function _setMaxLock(uint256 who, uint256 seed) private {
        uint256 value = seed % 4 == 0 ? _around(seed / 4, minLock, minLock) : 40_000 ether + seed % 100_000 ether;
        bytes memory refusal = value < minLock ? text("maxLock<minLock") : NONE;
        if (_owns(who, address(info), abi.encodeCall(info.setMaxLock, (value)), refusal)) maxLock = value;
    }

    function _setRewardPayer(uint256 who, uint256 seed) private {
        address to = seed % 8 == 0 ? _owner(seed / 8) : PAYER;
        if (_owns(who, address(info), abi.encodeCall(info.setRewardPayer, (to)), NONE)) payer = to;
    }

    function _approve(uint256 seed) private {
        bool yes = seed % 4 > 0;
        _call(
            PAYER, address(token), 0, abi.encodeCall(token.approve, (address(info), yes ? type(uint256).max : 0)), NONE
        );
        approved[PAYER] = yes;
    }

    function _setDiscount(uint256 who, uint256 seed) private {
        uint256 value = seed % 2 gwei;
        if (_owns(who, address(oracle), abi.encodeCall(oracle.setDiscount, (value)), NONE)) discount = value;
    }

    function _collectFees(uint256 who) private {
        if (_owns(who, address(bridge), abi.encodeCall(bridge.collectFees, (payable(address(0xFEE)))), NONE)) fees = 0;
    }
}
