// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ProxyAdmin} from "@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol";
import {ITransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";

import {ISequencerInfo} from "../../src/locking/ISequencerInfo.sol";
import {InboxSenderManager} from "../../src/rollup/InboxSenderManager.sol";
import {NONE, text} from "../support/Caller.sol";
import {CHAIN, MPC, OWNER, PAYER, PROPOSER_NAME, UPGRADER, WHITELIST_ADMIN} from "../support/L1.sol";
import {Roles} from "./Roles.sol";

/// @title Every function that changes what is not the caller's own: whose it is, and what the others are told
abstract contract Attempts is Roles {
    struct Attempt {
        address target;
        bytes data;
        address[2] allowed;
        bytes refusal;
        /// What those on the whitelist are told, where it differs.
        bytes toListed;
    }

    Attempt[] internal attempts;

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

    function _listPool(uint256 seed, address account) private {
        address target = address(pool);
        _nobodys(target, abi.encodeCall(pool.initialize, (account)), text("Initializable: contract is already initialized"));
        _owners(target, abi.encodeCall(pool.updateMpc, (account)));
        _owners(target, abi.encodeCall(pool.setPause, (seed % 2 == 0)));
        _owners(target, abi.encodeCall(pool.updateWithdrawDelayTimeValue, (seed)));
        _owners(target, abi.encodeCall(pool.updateBlockReward, (seed)));
        _owners(target, abi.encodeCall(pool.setSignerUpdateThrottle, (seed)));
        _owners(target, abi.encodeCall(pool.setWhitelistAdmin, (account)));
        _owners(target, abi.encodeCall(pool.forceUnlock, (1, uint32(seed))));
        bytes memory notOwner = text("Ownable: caller is not the owner");
        _add(target, abi.encodeCall(pool.setWhitelist, (account, seed % 2 == 0)), [OWNER, WHITELIST_ADMIN], notOwner);
        bytes memory data = abi.encodeCall(pool.batchSubmitRewards, (2, 1, 2, new address[](1), new uint256[](1)));
        _add(target, data, [MPC, MPC], text("not MPC"));
        _ownable(target, account);
    }

    function _listSequencers(uint256 seed, address account) private {
        uint32 gas = uint32(seed);
        _sequencers(abi.encodeCall(pool.lockFor, (account, seed, KEY)), LISTED);
        _sequencers(abi.encodeCall(pool.lockWithRewardRecipient, (account, account, seed, KEY)), LISTED);
        _sequencers(abi.encodeCall(pool.relock, (1, seed, seed % 2 == 0)), SEQUENCER);
        _sequencers(abi.encodeCall(pool.withdraw, (1, seed)), SEQUENCER);
        _sequencers(abi.encodeCall(pool.withdrawRewards, (1, gas)), SEQUENCER);
        _sequencers(abi.encodeCall(pool.unlock, (1, gas)), SEQUENCER);
        _sequencers(abi.encodeCall(pool.unlockClaim, (1, gas)), SEQUENCER);
        _sequencers(abi.encodeCall(pool.setSequencerRewardRecipient, (1, account)), SEQUENCER);
        bytes memory notOwner = abi.encodePacked(ISequencerInfo.NotSeqOwner.selector);
        _add(address(pool), abi.encodeCall(pool.setSequencerOwner, (1, LISTED)), [SEQUENCER, SEQUENCER], notOwner);
        bytes memory notSigner = abi.encodePacked(ISequencerInfo.NotSeqSigner.selector);
        _add(address(pool), abi.encodeCall(pool.updateSigner, (1, KEY)), [_signer(), _signer()], notSigner);
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

    function _ownable(address target, address account) private {
        _owners(target, abi.encodeCall(OwnableUpgradeable.transferOwnership, (account)));
        _owners(target, abi.encodeCall(OwnableUpgradeable.renounceOwnership, ()));
    }

    function _owners(address target, bytes memory data) private {
        _add(target, data, [OWNER, OWNER], text("Ownable: caller is not the owner"));
    }

    function _upgraders(bytes memory data) private {
        _add(address(proxyAdmin), data, [UPGRADER, UPGRADER], text("Ownable: caller is not the owner"));
    }

    function _nobodys(address target, bytes memory data, bytes memory refusal) private {
        _add(target, data, [address(0), address(0)], refusal);
    }

    /// @dev For those on the whitelist; what is done with sequencer 1, for its owner.
    function _sequencers(bytes memory data, address allowed) private {
        _add(address(pool), data, [SEQUENCER, allowed], abi.encodePacked(ISequencerInfo.NotWhitelisted.selector));
        attempts[attempts.length - 1].toListed = abi.encodePacked(ISequencerInfo.NotSeqOwner.selector);
    }

    function _add(address target, bytes memory data, address[2] memory allowed, bytes memory refusal) private {
        attempts.push(Attempt(target, data, allowed, refusal, NONE));
    }
}
