// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ProxyAdmin} from "@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol";

import {MetisToken} from "../../src/MetisToken.sol";
import {AddressManager} from "../../src/bridge/AddressManager.sol";
import {DiscountOracle} from "../../src/bridge/DiscountOracle.sol";
import {L1Bridge} from "../../src/bridge/L1Bridge.sol";
import {LockingInfo} from "../../src/locking/LockingInfo.sol";
import {LockingPool} from "../../src/locking/LockingPool.sol";
import {InboxSenderManager} from "../../src/rollup/InboxSenderManager.sol";
import {StateCommitmentChain} from "../../src/rollup/StateCommitmentChain.sol";
import {create, createBehindProxy} from "./artifacts.sol";
import {vm} from "./Vm.sol";

address constant OWNER = address(0x1001);
address constant MPC = address(0x1002);
address constant WHITELIST_ADMIN = address(0x1003);
address constant PAYER = address(0x1004);
address constant UPGRADER = address(0x1005);
address constant STRANGER = address(0x1006);
address constant L2_METIS = 0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000;
uint256 constant CHAIN = 1001;
uint256 constant SUPPLY = 10_000_000 ether;
string constant PROPOSER_NAME = "1001_MVM_Proposer";

/// @title The contracts on L1, deployed and wired as `deployContracts` does, but with each role in a hand of its own
abstract contract L1 {
    MetisToken public token;
    ProxyAdmin public proxyAdmin;
    AddressManager public names;
    DiscountOracle public oracle;
    InboxSenderManager public senders;
    L1Bridge public bridge;
    LockingInfo public info;
    LockingPool public pool;
    StateCommitmentChain public roots;

    constructor() {
        token = MetisToken(create("MetisToken", abi.encode(PAYER, SUPPLY)));
        proxyAdmin = ProxyAdmin(create("ProxyAdmin", ""));
        names = AddressManager(create("AddressManager", ""));
        oracle = DiscountOracle(create("DiscountOracle", abi.encode(1 gwei)));
        senders = InboxSenderManager(create("InboxSenderManager", abi.encode(MPC, MPC)));
        bridge = L1Bridge(
            _proxy("L1Bridge", abi.encodeCall(L1Bridge.initialize, (address(names), address(token), L2_METIS, CHAIN)))
        );
        info = LockingInfo(
            _proxy(
                "LockingInfo",
                abi.encodeCall(LockingInfo.initialize, (address(bridge), address(token), L2_METIS, CHAIN))
            )
        );
        pool = LockingPool(_proxy("LockingPool", abi.encodeCall(LockingPool.initialize, (address(info)))));
        roots = StateCommitmentChain(
            _proxy("StateCommitmentChain", abi.encodeCall(StateCommitmentChain.initialize, (address(names))))
        );
        names.setAddress("MVM_DiscountOracle", address(oracle));
        names.setAddress(PROPOSER_NAME, MPC);
        info.initManager(address(pool));
        info.setRewardPayer(PAYER);
        pool.updateMpc(MPC);
        pool.setWhitelistAdmin(WHITELIST_ADMIN);
        names.transferOwnership(OWNER);
        oracle.transferOwnership(OWNER);
        senders.transferOwnership(OWNER);
        bridge.transferOwnership(OWNER);
        info.transferOwnership(OWNER);
        pool.transferOwnership(OWNER);
        proxyAdmin.transferOwnership(UPGRADER);
        vm.prank(PAYER);
        token.approve(address(info), type(uint256).max);
    }

    function _proxy(string memory name, bytes memory initialisation) private returns (address) {
        return createBehindProxy(name, address(proxyAdmin), initialisation);
    }
}
