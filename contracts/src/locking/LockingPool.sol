// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/security/PausableUpgradeable.sol";

import {ILockingInfo} from "./ILockingInfo.sol";
import {ILockingPool} from "./ILockingPool.sol";
import {SequencerInfo} from "./SequencerInfo.sol";

/// @title What sequencers do on L1: lock, relock, withdraw, unlock, and the rewards of a batch of epochs
/// @dev The order of the checks and the revert texts, misspelt ones included, are those of the live network.
contract LockingPool is ILockingPool, PausableUpgradeable, SequencerInfo {
    ILockingInfo public escrow;
    /// @notice Seconds between `unlock` and `unlockClaim`.
    uint256 public exitDelayPeriod;
    /// @notice Reward of one L2 block in wei.
    uint256 public rewardPerBlock;
    /// @notice The group address: the only one that may submit rewards.
    address public mpcAddress;
    /// @notice The reward batch that was submitted last.
    BatchState public curBatchState;
    /// @notice Batches that must pass between two changes of a signer.
    uint256 public signerUpdateThrottle;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    function initialize(address _escrow) external initializer {
        __Pausable_init();
        __Ownable_init();
        escrow = ILockingInfo(_escrow);
        exitDelayPeriod = 21 days;
        rewardPerBlock = 761_000 gwei;
        curBatchState.id = 1;
        curBatchState.number = block.number;
        signerUpdateThrottle = 1;
    }

    function currentBatch() external view returns (uint256) {
        return curBatchState.id;
    }

    function WITHDRAWAL_DELAY() external view returns (uint256) {
        return exitDelayPeriod;
    }

    function BLOCK_REWARD() external view returns (uint256) {
        return rewardPerBlock;
    }

    function updateMpc(address _newMpc) external onlyOwner {
        mpcAddress = _newMpc;
        emit UpdateMpc(_newMpc);
    }

    function setPause(bool _yes) external onlyOwner {
        if (_yes) _pause();
        else _unpause();
    }

    function updateWithdrawDelayTimeValue(uint256 _time) external onlyOwner {
        require(_time > 0, "dalayTime==0");
        emit WithrawDelayTimeChange(_time, exitDelayPeriod);
        exitDelayPeriod = _time;
    }

    function updateBlockReward(uint256 newReward) external onlyOwner {
        require(newReward > 0, "invalid newReward");
        emit RewardUpdate(newReward, rewardPerBlock);
        rewardPerBlock = newReward;
    }

    function setSignerUpdateThrottle(uint256 _n) external onlyOwner {
        signerUpdateThrottle = _n;
        emit SetSignerUpdateThrottle(_n);
    }

    /// @notice The signer replaces itself; the old one is burnt for ever.
    function updateSigner(uint256 _seqId, bytes calldata _signerPubkey) external whenNotPaused {
        Sequencer storage seq = _activeSequencer(_seqId);
        address oldSigner = seq.signer;
        if (oldSigner != msg.sender) revert NotSeqSigner();
        uint256 batch = curBatchState.id;
        require(batch >= seq.updatedBatch + signerUpdateThrottle, "signer updating throttle");
        address newSigner = _addressOf(_signerPubkey);
        if (seqSigners[newSigner] != 0) revert SignerExisted();

        seqSigners[oldSigner] = BURNT_SIGNER_ID;
        seqSigners[newSigner] = _seqId;
        seq.signer = newSigner;
        seq.pubkey = _signerPubkey;
        seq.updatedBatch = batch;
        uint256 nonce = ++seq.nonce;
        escrow.logSignerChange(_seqId, oldSigner, newSigner, nonce, _signerPubkey);
    }

    /// @notice Locks `_amount` wei of METIS for a new sequencer that the caller owns.
    function lockFor(
        address _signer,
        uint256 _amount,
        bytes calldata _signerPubkey
    ) external whenNotPaused whitelistRequired {
        _lock(_signer, address(0), _amount, _signerPubkey);
    }

    /// @notice As `lockFor`, with the account on L2 that gets the rewards.
    function lockWithRewardRecipient(
        address _signer,
        address _rewardRecipient,
        uint256 _amount,
        bytes calldata _signerPubkey
    ) external whenNotPaused whitelistRequired {
        _lock(_signer, _rewardRecipient, _amount, _signerPubkey);
    }

    /// @notice Adds `_amount` wei to a lock and, if wanted, the whole reward.
    function relock(uint256 _seqId, uint256 _amount, bool _lockReward) external whenNotPaused whitelistRequired {
        Sequencer storage seq = _activeSequencer(_seqId);
        if (seq.owner != msg.sender) revert NotSeqOwner();
        uint256 fromReward;
        if (_lockReward) {
            fromReward = seq.reward;
            seq.reward = 0;
        }
        uint256 locked = seq.amount + _amount + fromReward;
        seq.amount = locked;
        uint256 nonce = ++seq.nonce;
        escrow.increaseLocked(_seqId, nonce, msg.sender, locked, _amount, fromReward);
    }

    /// @notice Takes `_amount` wei out of a lock, at most once a batch.
    function withdraw(uint256 _seqId, uint256 _amount) external whenNotPaused whitelistRequired {
        Sequencer storage seq = _activeSequencer(_seqId);
        if (seq.owner != msg.sender) revert NotSeqOwner();
        uint256 batch = curBatchState.id;
        require(batch > seq.updatedBatch, "withdraw throttle");
        uint256 locked = seq.amount - _amount;
        seq.amount = locked;
        seq.updatedBatch = batch;
        uint256 nonce = ++seq.nonce;
        escrow.withdrawLocking(_seqId, msg.sender, nonce, _amount, locked);
    }

    /// @notice Bridges the whole reward to the recipient on L2; `msg.value` is the bridge fee.
    function withdrawRewards(uint256 _seqId, uint32 _l2Gas) external payable whenNotPaused whitelistRequired {
        Sequencer storage seq = _activeSequencer(_seqId);
        if (seq.owner != msg.sender) revert NotSeqOwner();
        address recipient = seq.rewardRecipient;
        if (recipient == address(0)) revert NoRewardRecipient();
        uint256 reward = seq.reward;
        if (reward == 0) return;
        seq.reward = 0;
        escrow.liquidateReward{value: msg.value}(_seqId, reward, recipient, _l2Gas);
    }

    /// @notice Starts the exit; the stake is free after `exitDelayPeriod` seconds.
    function unlock(uint256 _seqId, uint32 _l2Gas) external payable whenNotPaused whitelistRequired {
        _unlock(_seqId, _l2Gas, false);
    }

    /// @notice The owner of the pool starts a sequencer's exit, also while the pool is paused.
    function forceUnlock(uint256 _seqId, uint32 _l2Gas) external payable onlyOwner {
        _unlock(_seqId, _l2Gas, true);
    }

    /// @notice Ends the exit: principal to the owner on L1, the last reward to the recipient on L2.
    function unlockClaim(uint256 _seqId, uint32 _l2Gas) external payable whenNotPaused whitelistRequired {
        Sequencer storage seq = sequencers[_seqId];
        if (seq.owner != msg.sender) revert NotSeqOwner();
        address recipient = seq.rewardRecipient;
        if (recipient == address(0)) revert NoRewardRecipient();
        require(
            seq.status == Status.Inactive && block.timestamp >= seq.unlockClaimTime,
            "Not allowed to cliam"
        );
        uint256 amount = seq.amount;
        uint256 reward = seq.reward;
        seq.amount = 0;
        seq.reward = 0;
        seq.nonce++;
        seqSigners[seq.signer] = BURNT_SIGNER_ID;
        delete seqOwners[msg.sender];
        _moveStatus(seq, Status.Unlocked);
        escrow.finalizeUnlock{value: msg.value}(msg.sender, _seqId, amount, reward, recipient, _l2Gas);
    }

    /// @notice Credits the blocks of a contiguous range of at least two epochs; pulls the total from the payer.
    function batchSubmitRewards(
        uint256 _batchId,
        uint256 _startEpoch,
        uint256 _endEpoch,
        address[] calldata _seqs,
        uint256[] calldata _blocks
    ) external {
        require(msg.sender == mpcAddress, "not MPC");
        require(_seqs.length == _blocks.length && _seqs.length > 0, "mismatch length");
        BatchState storage state = curBatchState;
        require(_batchId == state.id + 1, "invalid batch id");
        require(_startEpoch == state.endEpoch + 1, "invalid startEpoch");
        require(_startEpoch < _endEpoch, "invalid endEpoch");

        uint256 rpb = rewardPerBlock;
        uint256 total;
        for (uint256 i; i < _seqs.length; ++i) {
            Sequencer storage seq = sequencers[seqSigners[_seqs[i]]];
            if (seq.status == Status.Unavailabe) revert NoSuchSeq();
            uint256 reward = _blocks[i] * rpb;
            seq.reward += reward;
            total += reward;
        }

        state.id = _batchId;
        state.number = block.number;
        state.startEpoch = _startEpoch;
        state.endEpoch = _endEpoch;
        escrow.distributeReward(_batchId, total);
        emit DistributeReward(_batchId, _startEpoch, _endEpoch, total, rpb);
    }

    function _activeSequencer(uint256 _seqId) private view returns (Sequencer storage seq) {
        seq = sequencers[_seqId];
        if (seq.status != Status.Active) revert SeqNotActive();
    }

    function _lock(address _signer, address _recipient, uint256 _amount, bytes calldata _signerPubkey) private {
        require(_addressOf(_signerPubkey) == _signer, "pubkey and address mismatch");
        if (seqOwners[msg.sender] != 0) revert OwnedSequencer();
        if (seqSigners[_signer] != 0) revert SignerExisted();

        uint256 seqId = ++totalSequencers;
        uint256 batch = curBatchState.id;
        seqOwners[msg.sender] = seqId;
        seqSigners[_signer] = seqId;
        seqStatuses[Status.Active]++;
        Sequencer storage seq = sequencers[seqId];
        seq.amount = _amount;
        seq.activationBatch = batch;
        seq.updatedBatch = batch;
        seq.nonce = 1;
        seq.owner = msg.sender;
        seq.signer = _signer;
        seq.pubkey = _signerPubkey;
        seq.rewardRecipient = _recipient;
        seq.status = Status.Active;

        escrow.newSequencer(seqId, msg.sender, _signer, _amount, batch, _signerPubkey);
        emit SequencerOwnerChanged(seqId, msg.sender);
        emit SequencerRewardRecipientChanged(seqId, _recipient);
    }

    function _unlock(uint256 _seqId, uint32 _l2Gas, bool _force) private {
        Sequencer storage seq = _activeSequencer(_seqId);
        if (!_force && seq.owner != msg.sender) revert NotSeqOwner();
        if (seq.rewardRecipient == address(0)) revert NoRewardRecipient();
        uint256 reward = seq.reward;
        seq.reward = 0;
        seq.deactivationBatch = curBatchState.id;
        seq.deactivationTime = block.timestamp;
        seq.unlockClaimTime = block.timestamp + exitDelayPeriod;
        seq.nonce++;
        _moveStatus(seq, Status.Inactive);
        escrow.initializeUnlock{value: msg.value}(_seqId, reward, _l2Gas, seq);
    }
}
