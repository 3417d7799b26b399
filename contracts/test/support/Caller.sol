// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {vm} from "./Vm.sol";

bytes4 constant TEXT = bytes4(keccak256("Error(string)"));
bytes4 constant PANIC = bytes4(keccak256("Panic(uint256)"));
bytes constant NONE = "";
bytes constant OVERFLOW = abi.encodeWithSelector(PANIC, 0x11);

function text(string memory reason) pure returns (bytes memory) {
    return abi.encodeWithSelector(TEXT, reason);
}

/// @title Calls a contract as somebody, and holds it to what a model says of the call
abstract contract Caller {
    /// @notice How often a function was called and went through, and how often each refusal was met.
    mapping(bytes4 selector => uint256) public done;
    mapping(bytes32 refusalHash => uint256) public refused;

    error Unexpected(address from, bytes data, bytes result, bytes refusal);

    /// @param refusal What the call must revert with; `NONE` where it must go through.
    function _call(address from, address to, uint256 value, bytes memory data, bytes memory refusal)
        internal
        returns (bool)
    {
        vm.deal(from, value);
        vm.prank(from);
        (bool ok, bytes memory result) = to.call{value: value}(data);
        bool expected = ok == (refusal.length == 0) && (ok || keccak256(result) == keccak256(refusal));
        if (!expected) revert Unexpected(from, data, result, refusal);
        if (ok) ++done[bytes4(data)];
        else ++refused[keccak256(refusal)];
        return ok;
    }

    /// @dev `right` nine times out of ten, else one of `others`.
    function _mostly(uint256 seed, address right, address[] storage others) internal view returns (address) {
        return seed % 10 > 0 ? right : others[(seed / 10) % others.length];
    }
}
