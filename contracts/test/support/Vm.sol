// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title The cheatcodes of forge that the tests use
interface Vm {
    /// @notice The next call comes from `sender`.
    function prank(address sender) external;

    function deal(address account, uint256 balance) external;

    function warp(uint256 timestamp) external;

    function roll(uint256 blockNumber) external;

    function store(address target, bytes32 slot, bytes32 value) external;

    function load(address target, bytes32 slot) external view returns (bytes32);

    function envString(string calldata name) external view returns (string memory);

    function readFile(string calldata path) external view returns (string memory);

    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);

    function parseJsonBytesArray(string calldata json, string calldata key) external pure returns (bytes[] memory);
}

Vm constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
