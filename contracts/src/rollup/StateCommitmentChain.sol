// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Initializable} from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {AddressManager} from "../bridge/AddressManager.sol";
import {MerkleRoot} from "./MerkleRoot.sol";

/// @title State roots of L2 blocks, one a block, in batches
/// @notice The proposer of a chain is the address under `<chainId>_MVM_Proposer` in the address manager, so whoever owns
/// that (the group, rule B6) moves the proposer with the key.
contract StateCommitmentChain is Initializable {
    struct Chain {
        uint256 totalElements;
        uint256 lastTimestamp;
        bytes32[] batchHashes;
    }

    AddressManager public libAddressManager;
    mapping(uint256 chainId => Chain) private _chains;

    event StateBatchAppended(
        uint256 _chainId,
        uint256 indexed _batchIndex,
        bytes32 _batchRoot,
        uint256 _batchSize,
        uint256 _prevTotalElements,
        bytes _extraData
    );

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    function initialize(address _libAddressManager) external initializer {
        libAddressManager = AddressManager(_libAddressManager);
    }

    /// @notice Appends the state roots of blocks `_shouldStartAtElement + 1` and following.
    /// @param _shouldStartAtElement Must equal the number of roots so far.
    /// @param _proposer Name under which the sender is registered: `<chainId>_MVM_Proposer`.
    function appendStateBatchByChainId(
        uint256 _chainId,
        bytes32[] calldata _batch,
        uint256 _shouldStartAtElement,
        string calldata _proposer
    ) external {
        Chain storage chain = _chains[_chainId];
        uint256 prevTotal = chain.totalElements;
        require(
            _shouldStartAtElement == prevTotal,
            "Actual batch start index does not match expected start index."
        );
        require(libAddressManager.getAddress(_proposer) == msg.sender, "sender must the proposer!");
        require(proposerOf(_chainId) == msg.sender, "Proposer does not match this chain.");
        require(_batch.length > 0, "Cannot submit an empty state batch.");

        bytes32 root = MerkleRoot.compute(_batch);
        bytes memory extraData = abi.encode(block.timestamp, msg.sender);
        uint256 batchIndex = chain.batchHashes.length;
        chain.batchHashes.push(keccak256(abi.encode(root, _batch.length, prevTotal, extraData)));
        chain.totalElements = prevTotal + _batch.length;
        chain.lastTimestamp = block.timestamp;
        emit StateBatchAppended(_chainId, batchIndex, root, _batch.length, prevTotal, extraData);
    }

    /// @notice Who may append for that chain.
    function proposerOf(uint256 _chainId) public view returns (address) {
        return libAddressManager.getAddress(string.concat(Strings.toString(_chainId), "_MVM_Proposer"));
    }

    function getTotalElementsByChainId(uint256 _chainId) external view returns (uint256) {
        return _chains[_chainId].totalElements;
    }

    function getTotalBatchesByChainId(uint256 _chainId) external view returns (uint256) {
        return _chains[_chainId].batchHashes.length;
    }

    /// @return Seconds since 1970 of the L1 block with the last batch; zero where there is none.
    function getLastSequencerTimestampByChainId(uint256 _chainId) external view returns (uint256) {
        return _chains[_chainId].lastTimestamp;
    }

    /// @return keccak256(abi.encode(root, size, previous total, extra data)) of a batch.
    function batchHash(uint256 _chainId, uint256 _batchIndex) external view returns (bytes32) {
        return _chains[_chainId].batchHashes[_batchIndex];
    }
}
