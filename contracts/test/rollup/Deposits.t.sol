// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {L1Bridge} from "../../src/bridge/L1Bridge.sol";
import {create} from "../support/artifacts.sol";
import {Caller, text} from "../support/Caller.sol";
import {L1, CHAIN, L2_METIS, MPC, PAYER, STRANGER, SUPPLY} from "../support/L1.sol";
import {vm} from "../support/Vm.sol";

/// @title What the bridge takes, and what the contracts can't be created with
contract Deposits is L1, Caller {
    constructor() {
        vm.prank(PAYER);
        token.approve(address(bridge), type(uint256).max);
    }

    function testFuzz_aDepositIsQueuedOrRefused(uint256 seed, uint256 amount, uint32 gas, uint256 value) external {
        uint256 chain = seed % 8 == 0 ? 1088 : CHAIN;
        address l1Token = seed % 8 == 1 ? address(info) : address(token);
        address l2Token = seed % 8 == 2 ? address(token) : L2_METIS;
        address to = seed % 8 == 3 ? address(0) : STRANGER;
        if (amount % 4 > 0) amount = amount % 8 == 1 ? 0 : amount % SUPPLY;
        uint256 fee = uint256(gas > 200_000 ? gas : 200_000) * 1 gwei;
        value = value % 4 == 0 ? fee - 1 : fee + value % 1 ether;

        bytes memory refusal;
        if (chain != CHAIN) {
            refusal = abi.encodeWithSelector(L1Bridge.UnsupportedChain.selector, chain, CHAIN);
        } else if (l1Token != address(token) || l2Token != L2_METIS) {
            refusal = abi.encodeWithSelector(L1Bridge.UnsupportedToken.selector, l1Token, l2Token);
        } else if (amount == 0) {
            refusal = abi.encodePacked(L1Bridge.EmptyDeposit.selector);
        } else if (to == address(0)) {
            refusal = abi.encodePacked(L1Bridge.NullRecipient.selector);
        } else if (value < fee) {
            refusal = text(string.concat("insufficient fee supplied. send at least ", Strings.toString(fee)));
        } else if (amount > SUPPLY) {
            refusal = text("ERC20: transfer amount exceeds balance");
        }

        bytes memory data =
            abi.encodeCall(bridge.depositERC20ToByChainId, (chain, l1Token, l2Token, to, amount, gas, ""));
        bool queued = _call(PAYER, address(bridge), value, data, refusal);
        require(bridge.queueLength() == (queued ? 1 : 0), "queue");
        require(token.balanceOf(address(bridge)) == (queued ? amount : 0), "METIS in the bridge");
        require(address(bridge).balance == (queued ? value : 0), "fee");
    }

    function test_noInboxSenderIsNobodyFromTheStart() external {
        require(_creates("InboxSenderManager", abi.encode(MPC, STRANGER)), "refused");
        require(!_creates("InboxSenderManager", abi.encode(address(0), MPC)), "no sender");
        require(!_creates("InboxSenderManager", abi.encode(MPC, address(0))), "no blob sender");
    }

    function test_theSupplyFitsWithdrawalsOfL2() external {
        uint256 most = uint256(type(uint64).max) * 1 gwei;
        require(_creates("MetisToken", abi.encode(PAYER, most)), "refused");
        require(!_creates("MetisToken", abi.encode(PAYER, most + 1)), "one too many");
    }

    /// @dev For `_creates` alone.
    function make(string calldata name, bytes calldata arguments) external {
        create(name, arguments);
    }

    function _creates(string memory name, bytes memory arguments) private returns (bool ok) {
        (ok,) = address(this).call(abi.encodeCall(this.make, (name, arguments)));
    }
}
