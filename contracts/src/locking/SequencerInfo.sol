// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";

import {ISequencerInfo} from "./ISequencerInfo.sol";

/// @title Who the sequencers are: records, indexes, whitelist
abstract contract SequencerInfo is ISequencerInfo, OwnableUpgradeable {
    /// @dev A signer that was replaced or has left maps to this id, so that it can never sign for anybody again.
    uint256 internal constant BURNT_SIGNER_ID = type(uint256).max;

    /// @notice Ids given so far; ids start at 1.
    uint256 public totalSequencers;
    mapping(address owner => bool yes) public whitelist;
    mapping(uint256 seqId => Sequencer) public sequencers;
    mapping(address owner => uint256 seqId) public seqOwners;
    mapping(address signer => uint256 seqId) public seqSigners;
    mapping(Status status => uint256 count) public seqStatuses;

    /// @notice May call `setWhitelist` besides the owner; zero, as on the live network, means nobody.
    /// @dev Lies in what is reserved space on the live network, so the slots after it are the same.
    address public whitelistAdmin;

    uint256[49] private __gap;

    modifier whitelistRequired() {
        if (!whitelist[msg.sender]) revert NotWhitelisted();
        _;
    }

    /// @notice Admits `_addr` as owner of a sequencer, or bars it.
    function setWhitelist(address _addr, bool _yes) external {
        if (msg.sender != whitelistAdmin) _checkOwner();
        whitelist[_addr] = _yes;
        emit SetWhitelist(_addr, _yes);
    }

    /// @notice Names the account that keeps the whitelist where the owner is the group key (rule B6).
    function setWhitelistAdmin(address _admin) external onlyOwner {
        whitelistAdmin = _admin;
        emit SetWhitelistAdmin(_admin);
    }

    /// @notice Sets who gets the rewards on L2.
    function setSequencerRewardRecipient(uint256 _seqId, address _recipient) external whitelistRequired {
        Sequencer storage seq = sequencers[_seqId];
        if (seq.owner != msg.sender) revert NotSeqOwner();
        if (seq.status != Status.Active) revert SeqNotActive();
        if (_recipient == address(0)) revert NullAddress();
        seq.rewardRecipient = _recipient;
        emit SequencerRewardRecipientChanged(_seqId, _recipient);
    }

    /// @notice Hands a sequencer over. The present owner need not be whitelisted any more, the next one must be.
    function setSequencerOwner(uint256 _seqId, address _owner) external {
        if (_owner == address(0)) revert NullAddress();
        if (!whitelist[_owner]) revert NotWhitelisted();
        if (seqOwners[_owner] != 0) revert OwnedSequencer();
        Sequencer storage seq = sequencers[_seqId];
        if (seq.status != Status.Active) revert SeqNotActive();
        if (seq.owner != msg.sender) revert NotSeqOwner();
        delete seqOwners[msg.sender];
        seqOwners[_owner] = _seqId;
        seq.owner = _owner;
        emit SequencerOwnerChanged(_seqId, _owner);
    }

    /// @dev Address of an uncompressed secp256k1 key without its 0x04 prefix.
    function _addressOf(bytes calldata _pubkey) internal pure returns (address signer) {
        require(_pubkey.length == 64, "invalid pubkey");
        signer = address(uint160(uint256(keccak256(_pubkey))));
        require(signer != address(0), "empty address");
    }

    function _moveStatus(Sequencer storage seq, Status to) internal {
        seqStatuses[seq.status]--;
        seqStatuses[to]++;
        seq.status = to;
    }
}
