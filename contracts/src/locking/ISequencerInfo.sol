// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title The record of one sequencer, and what can go wrong with it
/// @dev Names, member order and the spelling of `Unavailabe` are those of the live network: they are its ABI.
interface ISequencerInfo {
    enum Status {
        Unavailabe,
        Inactive,
        Active,
        Unlocked
    }

    struct Sequencer {
        uint256 amount;
        uint256 reward;
        uint256 activationBatch;
        uint256 updatedBatch;
        uint256 deactivationBatch;
        uint256 deactivationTime;
        uint256 unlockClaimTime;
        uint256 nonce;
        address owner;
        address signer;
        bytes pubkey;
        address rewardRecipient;
        Status status;
    }

    error OwnedSequencer();
    error SignerExisted();
    error NoSuchSeq();
    error NullAddress();
    error SeqNotActive();
    error NotSeqOwner();
    error NotSeqSigner();
    error NoRewardRecipient();
    error NotWhitelisted();

    event SetWhitelist(address _user, bool _yes);
    event SetWhitelistAdmin(address _admin);
    event SequencerRewardRecipientChanged(uint256 _seqId, address _recipient);
    event SequencerOwnerChanged(uint256 _seqId, address _owner);
}
