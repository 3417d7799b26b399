// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title The part of the L1 standard bridge that the sequencer contracts use
interface IL1ERC20Bridge {
    event ERC20ChainID(uint256 _chainid);
    event ERC20DepositInitiated(
        address indexed _l1Token,
        address indexed _l2Token,
        address indexed _from,
        address _to,
        uint256 _amount,
        bytes _data
    );

    /// @notice Pulls `_amount` wei of `_l1Token` from the caller and credits `_to` on L2 chain `_chainId`.
    /// @param _l2Gas L2 gas that the fee in `msg.value` pays for; the oracle's minimum where it is lower.
    function depositERC20ToByChainId(
        uint256 _chainId,
        address _l1Token,
        address _l2Token,
        address _to,
        uint256 _amount,
        uint32 _l2Gas,
        bytes calldata _data
    ) external payable;
}
