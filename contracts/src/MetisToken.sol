// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title METIS on L1, for networks that bring their own token
/// @dev The whole supply in gwei must fit 64 bits, since deposits reach L2 as EIP-4895 withdrawals.
contract MetisToken is ERC20 {
    error SupplyTooLarge(uint256 supply, uint256 limit);

    constructor(address holder, uint256 supply) ERC20("Metis Token", "METIS") {
        uint256 limit = uint256(type(uint64).max) * 1 gwei;
        if (supply > limit) revert SupplyTooLarge(supply, limit);
        _mint(holder, supply);
    }
}
