// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @title Price of L2 gas on L1: a deposit costs `gas * getDiscount()` wei
contract DiscountOracle is Ownable {
    uint256 private _discount;
    uint256 private _minL2Gas = 200_000;

    constructor(uint256 discount) {
        _discount = discount;
    }

    function setDiscount(uint256 discount) external onlyOwner {
        _discount = discount;
    }

    function setMinL2Gas(uint256 minL2Gas) external onlyOwner {
        _minL2Gas = minL2Gas;
    }

    /// @return Wei for one unit of L2 gas.
    function getDiscount() external view returns (uint256) {
        return _discount;
    }

    /// @return L2 gas that a deposit pays for at least.
    function getMinL2Gas() external view returns (uint256) {
        return _minL2Gas;
    }
}
