// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ProxyAdmin} from "@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol";
import {ITransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";

import {ISequencerInfo} from "../../src/locking/ISequencerInfo.sol";
import {InboxSenderManager} from "../../src/rollup/InboxSenderManager.sol";
import {NONE, text} from "../support/Caller.sol";
import {CHAIN, MPC, OWNER, PAYER, PROPOSER_NAME, UPGRADER} from "../support/L1.sol";
import {PoolAttempts} from "./PoolAttempts.sol";

/// @title Every function of every contract
abstract contract Attempts is PoolAttempts {
    /// @param seed Gives the values.
    function _list(uint256 seed) internal {
        delete attempts;
        address account = address(uint160(uint256(keccak256(abi.encode(seed)))));
        _listPool(seed, account);
        _listSequencers(seed, account);
        _listInfo(seed, account);
        _listRollup(seed, account);
        _listSet(seed, account);
        _listProxies(account);
    }

    function _listInfo(uint256 seed, address account) private {
        address target = address(info);
        bytes memory data = abi.encodeCall(info.initialize, (account, account, account, seed));
        _nobodys(target, data, text("Initializable: contract is already initialized"));
        _owners(target, abi.encodeCall(info.initManager, (account)));
        _owners(target, abi.encodeCall(info.setMinLock, (seed)));
        _owners(target, abi.encodeCall(info.setMaxLock, (seed)));
        _owners(target, abi.encodeCall(info.setRewardPayer, (account)));
        _ownable(target, account);
        bytes memory refusal = text("Not manager");
        ISequencerInfo.Sequencer memory seq;
        _nobodys(target, abi.encodeCall(info.newSequencer, (seed, SEQUENCER, account, seed, seed, KEY)), refusal);
        _nobodys(target, abi.encodeCall(info.increaseLocked, (1, seed, SEQUENCER, seed, seed, seed)), refusal);
        _nobodys(target, abi.encodeCall(info.withdrawLocking, (1, account, seed, seed, seed)), refusal);
        _nobodys(target, abi.encodeCall(info.initializeUnlock, (1, seed, uint32(seed), seq)), refusal);
        _nobodys(target, abi.encodeCall(info.finalizeUnlock, (account, 1, seed, seed, account, uint32(seed))), refusal);
        _nobodys(target, abi.encodeCall(info.liquidateReward, (1, seed, account, uint32(seed))), refusal);
        _nobodys(target, abi.encodeCall(info.distributeReward, (seed, seed)), refusal);
        _nobodys(target, abi.encodeCall(info.logSignerChange, (1, account, account, seed, KEY)), refusal);
    }

    function _listRollup(uint256 seed, address account) private {
        bytes memory initialised = text("Initializable: contract is already initialized");
        _nobodys(address(bridge), abi.encodeCall(bridge.initialize, (account, account, account, seed)), initialised);
        _owners(address(bridge), abi.encodeCall(bridge.collectFees, (payable(account))));
        _ownable(address(bridge), account);
        _owners(address(names), abi.encodeCall(names.setAddress, (PROPOSER_NAME, account)));
        _ownable(address(names), account);
        _owners(address(oracle), abi.encodeCall(oracle.setDiscount, (seed)));
        _owners(address(oracle), abi.encodeCall(oracle.setMinL2Gas, (seed)));
        _ownable(address(oracle), account);
        InboxSenderManager.InboxSender[] memory list = new InboxSenderManager.InboxSender[](1);
        list[0].sender = account;
        _owners(address(senders), abi.encodeCall(senders.setInboxSenders, (seed, list)));
        _ownable(address(senders), account);
        _nobodys(address(roots), abi.encodeCall(roots.initialize, (account)), initialised);
        bytes memory data = abi.encodeCall(roots.appendStateBatchByChainId, (CHAIN, new bytes32[](1), 0, PROPOSER_NAME));
        _add(address(roots), data, [MPC, MPC], text("sender must the proposer!"));
        data = abi.encodeCall(token.transferFrom, (seed % 2 == 0 ? PAYER : SEQUENCER, account, 1 + seed % 1 ether));
        _nobodys(address(token), data, text("ERC20: insufficient allowance"));
    }

    function _listSet(uint256 seed, address account) private {
        address target = address(set);
        bytes memory initialised = text("Initializable: contract is already initialized");
        _nobodys(target, abi.encodeCall(set.initialize, (account, account, seed, seed, seed)), initialised);
        _owners(target, abi.encodeCall(set.UpdateMpcAddress, (account)));
        _ownable(target, account);
        _add(target, abi.encodeCall(set.UpdateEpochLength, (seed)), [OWNER, MPC], text("Not Mpc or Owner"));
        uint256 last = block.number + 10;
        _add(target, abi.encodeCall(set.commitEpoch, (1, last + 1, last + 10, account)), [MPC, MPC], text("Not Mpc"));
        bytes memory data = abi.encodeCall(set.recommitEpoch, (0, 1, block.number, block.number + 9, account));
        _add(target, data, [MPC, MPC], text("Not Mpc"));
    }

    /// @dev Only the ProxyAdmin contract is not passed on to the implementation, which knows nothing of upgrades.
    function _listProxies(address account) private {
        address[5] memory proxies = [address(bridge), address(info), address(pool), address(roots), address(set)];
        for (uint256 i; i < proxies.length; ++i) {
            ITransparentUpgradeableProxy proxy = ITransparentUpgradeableProxy(proxies[i]);
            _upgraders(abi.encodeCall(ProxyAdmin.upgrade, (proxy, address(token))));
            _upgraders(abi.encodeCall(ProxyAdmin.upgradeAndCall, (proxy, address(token), "")));
            _upgraders(abi.encodeCall(ProxyAdmin.changeProxyAdmin, (proxy, account)));
            _nobodys(proxies[i], abi.encodeCall(proxy.upgradeTo, (address(token))), NONE);
            _nobodys(proxies[i], abi.encodeCall(proxy.upgradeToAndCall, (address(token), "")), NONE);
            _nobodys(proxies[i], abi.encodeCall(proxy.changeAdmin, (account)), NONE);
        }
        _upgraders(abi.encodeCall(OwnableUpgradeable.transferOwnership, (account)));
        _upgraders(abi.encodeCall(OwnableUpgradeable.renounceOwnership, ()));
    }

    function _upgraders(bytes memory data) private {
        _add(address(proxyAdmin), data, [UPGRADER, UPGRADER], text("Ownable: caller is not the owner"));
    }
}
