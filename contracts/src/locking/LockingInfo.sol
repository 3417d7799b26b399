// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IL1ERC20Bridge} from "../bridge/IL1ERC20Bridge.sol";
import {ILockingInfo} from "./ILockingInfo.sol";
import {ISequencerInfo} from "./ISequencerInfo.sol";

/// @title Escrow of locks and rewards
contract LockingInfo is ILockingInfo, OwnableUpgradeable {
    using SafeERC20 for IERC20;

    address public bridge;
    address public l1Token;
    address public l2Token;
    uint256 public l2ChainId;

    /// @notice Bounds of one lock in wei.
    uint256 public minLock;
    uint256 public maxLock;
    /// @notice Principal held, relocked rewards included, in wei.
    uint256 public totalLocked;
    /// @notice Rewards bridged to L2 so far, in wei.
    uint256 public totalRewardsLiquidated;
    /// @notice The locking pool.
    address public manager;
    /// @notice Pays the rewards; must keep an allowance for this contract.
    address public rewardPayer;

    modifier onlyManager() {
        require(msg.sender == manager, "Not manager");
        _;
    }

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    function initialize(address _bridge, address _l1Token, address _l2Token, uint256 _l2ChainId) external initializer {
        __Ownable_init();
        bridge = _bridge;
        l1Token = _l1Token;
        l2Token = _l2Token;
        l2ChainId = _l2ChainId;
        minLock = 20_000 ether;
        maxLock = 100_000 ether;
    }

    function initManager(address _manager) external onlyOwner {
        require(manager == address(0), "manager has been initialized");
        manager = _manager;
    }

    function setMinLock(uint256 _minLock) external onlyOwner {
        require(_minLock > 0, "_minLock=0");
        minLock = _minLock;
        emit SetMinLock(_minLock);
    }

    function setMaxLock(uint256 _maxLock) external onlyOwner {
        require(_maxLock >= minLock, "maxLock<minLock");
        maxLock = _maxLock;
        emit SetMaxLock(_maxLock);
    }

    function setRewardPayer(address _payer) external onlyOwner {
        rewardPayer = _payer;
        emit SetRewardPayer(_payer);
    }

    /// @inheritdoc ILockingInfo
    function newSequencer(
        uint256 _id,
        address _owner,
        address _signer,
        uint256 _amount,
        uint256 _batchId,
        bytes calldata _signerPubkey
    ) external onlyManager {
        require(_amount >= minLock && _amount <= maxLock, "invalid amount");
        totalLocked += _amount;
        IERC20(l1Token).safeTransferFrom(_owner, address(this), _amount);
        emit Locked(_signer, _id, 1, _batchId, _amount, totalLocked, _signerPubkey);
    }

    /// @inheritdoc ILockingInfo
    function increaseLocked(
        uint256 _seqId,
        uint256 _nonce,
        address _owner,
        uint256 _locked,
        uint256 _incoming,
        uint256 _fromReward
    ) external onlyManager {
        require(_locked <= maxLock, "locked>maxLock");
        uint256 increase = _incoming + _fromReward;
        require(increase > 0, "No new locked added");
        totalLocked += increase;
        IERC20(l1Token).safeTransferFrom(_owner, address(this), _incoming);
        emit Relocked(_seqId, increase, totalLocked);
        emit LockUpdate(_seqId, _nonce, _locked);
    }

    /// @inheritdoc ILockingInfo
    function withdrawLocking(
        uint256 _seqId,
        address _owner,
        uint256 _nonce,
        uint256 _amount,
        uint256 _locked
    ) external onlyManager {
        require(_amount > 0 && _locked >= minLock, "invalid amount");
        totalLocked -= _amount;
        IERC20(l1Token).safeTransfer(_owner, _amount);
        emit Withdraw(_seqId, _amount);
        emit LockUpdate(_seqId, _nonce, _locked);
    }

    /// @inheritdoc ILockingInfo
    function initializeUnlock(
        uint256 _seqId,
        uint256 _reward,
        uint32 _l2gas,
        ISequencerInfo.Sequencer calldata _seq
    ) external payable onlyManager {
        _liquidateReward(_seqId, _reward, _seq.rewardRecipient, _l2gas);
        emit UnlockInit(
            _seq.signer,
            _seqId,
            _seq.nonce,
            _seq.deactivationBatch,
            _seq.deactivationTime,
            _seq.unlockClaimTime,
            _reward
        );
    }

    /// @inheritdoc ILockingInfo
    function finalizeUnlock(
        address _operator,
        uint256 _seqId,
        uint256 _amount,
        uint256 _reward,
        address _recipient,
        uint32 _l2gas
    ) external payable onlyManager {
        totalLocked -= _amount;
        IERC20(l1Token).safeTransfer(_operator, _amount);
        if (_reward > 0) _liquidateReward(_seqId, _reward, _recipient, _l2gas);
        emit Unlocked(_operator, _seqId, _amount, totalLocked);
    }

    /// @inheritdoc ILockingInfo
    function liquidateReward(
        uint256 _seqId,
        uint256 _amount,
        address _recipient,
        uint32 _l2gas
    ) external payable onlyManager {
        _liquidateReward(_seqId, _amount, _recipient, _l2gas);
    }

    /// @inheritdoc ILockingInfo
    function distributeReward(uint256 _batchId, uint256 _totalReward) external onlyManager {
        IERC20(l1Token).safeTransferFrom(rewardPayer, address(this), _totalReward);
        emit BatchSubmitReward(_batchId);
    }

    /// @inheritdoc ILockingInfo
    function logSignerChange(
        uint256 sequencerId,
        address oldSigner,
        address newSigner,
        uint256 nonce,
        bytes calldata signerPubkey
    ) external onlyManager {
        emit SignerChange(sequencerId, nonce, oldSigner, newSigner, signerPubkey);
    }

    function _liquidateReward(uint256 _seqId, uint256 _amount, address _recipient, uint32 _l2gas) private {
        totalRewardsLiquidated += _amount;
        if (_amount > 0) {
            IERC20(l1Token).safeIncreaseAllowance(bridge, _amount);
            IL1ERC20Bridge(bridge).depositERC20ToByChainId{value: msg.value}(
                l2ChainId,
                l1Token,
                l2Token,
                _recipient,
                _amount,
                _l2gas,
                ""
            );
        }
        emit ClaimRewards(_seqId, _recipient, _amount, totalRewardsLiquidated);
    }
}
