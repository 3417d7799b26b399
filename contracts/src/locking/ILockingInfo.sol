// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ISequencerInfo} from "./ISequencerInfo.sol";

/// @title The escrow that holds every locked METIS, as the pool (its manager) sees it
/// @dev Events are emitted here because the live network's nodes read the logs of this address alone.
interface ILockingInfo {
    event Locked(
        address indexed signer,
        uint256 indexed sequencerId,
        uint256 nonce,
        uint256 indexed activationBatch,
        uint256 amount,
        uint256 total,
        bytes signerPubkey
    );
    event Relocked(uint256 indexed sequencerId, uint256 amount, uint256 total);
    event Withdraw(uint256 indexed sequencerId, uint256 amount);
    event LockUpdate(uint256 indexed sequencerId, uint256 indexed nonce, uint256 indexed newAmount);
    event ClaimRewards(
        uint256 indexed sequencerId,
        address recipient,
        uint256 indexed amount,
        uint256 indexed totalAmount
    );
    event UnlockInit(
        address indexed user,
        uint256 indexed sequencerId,
        uint256 nonce,
        uint256 deactivationBatch,
        uint256 deactivationTime,
        uint256 unlockClaimTime,
        uint256 indexed amount
    );
    event Unlocked(address indexed user, uint256 indexed sequencerId, uint256 amount, uint256 total);
    event SignerChange(
        uint256 indexed sequencerId,
        uint256 nonce,
        address indexed oldSigner,
        address indexed newSigner,
        bytes signerPubkey
    );
    event BatchSubmitReward(uint256 _newBatchId);
    event SetMinLock(uint256 _newMinLock);
    event SetMaxLock(uint256 _newMaxLock);
    event SetRewardPayer(address _payer);

    /// @notice Takes the first lock of sequencer `_id` from `_owner`, who approved this contract.
    function newSequencer(
        uint256 _id,
        address _owner,
        address _signer,
        uint256 _amount,
        uint256 _batchId,
        bytes calldata _signerPubkey
    ) external;

    /// @notice Raises a lock to `_locked`: `_incoming` from `_owner`, `_fromReward` from what is already held.
    function increaseLocked(
        uint256 _seqId,
        uint256 _nonce,
        address _owner,
        uint256 _locked,
        uint256 _incoming,
        uint256 _fromReward
    ) external;

    /// @notice Pays `_amount` of the lock back to `_owner` on L1; `_locked` stays.
    function withdrawLocking(
        uint256 _seqId,
        address _owner,
        uint256 _nonce,
        uint256 _amount,
        uint256 _locked
    ) external;

    /// @notice Starts an exit: bridges the reward and announces the times of `_seq`.
    function initializeUnlock(
        uint256 _seqId,
        uint256 _reward,
        uint32 _l2gas,
        ISequencerInfo.Sequencer calldata _seq
    ) external payable;

    /// @notice Ends an exit: principal to `_operator` on L1, any reward to `_recipient` on L2.
    function finalizeUnlock(
        address _operator,
        uint256 _seqId,
        uint256 _amount,
        uint256 _reward,
        address _recipient,
        uint32 _l2gas
    ) external payable;

    /// @notice Bridges `_amount` of reward to `_recipient` on L2; `msg.value` is the bridge fee.
    function liquidateReward(uint256 _seqId, uint256 _amount, address _recipient, uint32 _l2gas) external payable;

    /// @notice Pulls the reward of a whole batch from the reward payer.
    function distributeReward(uint256 _batchId, uint256 _totalReward) external;

    function logSignerChange(
        uint256 sequencerId,
        address oldSigner,
        address newSigner,
        uint256 nonce,
        bytes calldata signerPubkey
    ) external;
}
