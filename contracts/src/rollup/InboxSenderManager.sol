// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @title Who may post batches to the inbox, by L1 block
/// @notice A reader of the inbox takes a transaction only from the sender in force at its block, so a change of the
/// group key is written here by the old key (rule B6).
contract InboxSenderManager is Ownable {
    enum InboxSenderType {
        InboxSender,
        InboxBlobSender
    }

    struct InboxSender {
        InboxSenderType senderType;
        address sender;
    }

    struct Change {
        uint256 fromBlock;
        address sender;
    }

    mapping(InboxSenderType senderType => address) public defaultInboxSender;
    mapping(InboxSenderType senderType => Change[]) private _changes;

    error BlockNotLater(uint256 blockNumber, uint256 lastBlock);
    error NullSender();

    event InboxSenderSet(
        uint256 indexed blockNumber,
        address indexed inboxSender,
        InboxSenderType indexed inboxSenderType
    );

    constructor(address sender, address blobSender) {
        if (sender == address(0) || blobSender == address(0)) revert NullSender();
        defaultInboxSender[InboxSenderType.InboxSender] = sender;
        defaultInboxSender[InboxSenderType.InboxBlobSender] = blobSender;
    }

    /// @notice Names the senders from L1 block `blockNumber` on, which must be later than every change before it.
    function setInboxSenders(uint256 blockNumber, InboxSender[] calldata senders) external onlyOwner {
        for (uint256 i; i < senders.length; ++i) {
            InboxSenderType kind = senders[i].senderType;
            address sender = senders[i].sender;
            if (sender == address(0)) revert NullSender();
            Change[] storage changes = _changes[kind];
            uint256 count = changes.length;
            if (count > 0 && changes[count - 1].fromBlock >= blockNumber) {
                revert BlockNotLater(blockNumber, changes[count - 1].fromBlock);
            }
            changes.push(Change(blockNumber, sender));
            emit InboxSenderSet(blockNumber, sender, kind);
        }
    }

    /// @return The sender whose transactions count in L1 block `blockNumber`.
    function getInboxSender(uint256 blockNumber, InboxSenderType kind) external view returns (address) {
        Change[] storage changes = _changes[kind];
        for (uint256 i = changes.length; i > 0; --i) {
            if (changes[i - 1].fromBlock <= blockNumber) return changes[i - 1].sender;
        }
        return defaultInboxSender[kind];
    }
}
