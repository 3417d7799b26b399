// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";

import {NONE, text} from "../support/Caller.sol";
import {OWNER} from "../support/L1.sol";
import {Roles} from "./Roles.sol";

/// @title Calls of functions that change what is not the caller's own: whose each is, and what the others are told
abstract contract AttemptList is Roles {
    struct Attempt {
        address target;
        bytes data;
        address[2] allowed;
        bytes refusal;
        /// What those on the whitelist are told, where it differs.
        bytes toListed;
    }

    Attempt[] internal attempts;

    function _ownable(address target, address account) internal {
        _owners(target, abi.encodeCall(OwnableUpgradeable.transferOwnership, (account)));
        _owners(target, abi.encodeCall(OwnableUpgradeable.renounceOwnership, ()));
    }

    function _owners(address target, bytes memory data) internal {
        _add(target, data, [OWNER, OWNER], text("Ownable: caller is not the owner"));
    }

    function _nobodys(address target, bytes memory data, bytes memory refusal) internal {
        _add(target, data, [address(0), address(0)], refusal);
    }

    function _add(address target, bytes memory data, address[2] memory allowed, bytes memory refusal) internal {
        attempts.push(Attempt(target, data, allowed, refusal, NONE));
    }
}
