// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";

/// @title Which sequencer produces which L2 blocks
/// @dev `epochs` and `currentEpochId` must stay at slots 103 and 104: nodes read them from raw state.
contract MetisSequencerSet is OwnableUpgradeable {
    struct Epoch {
        uint256 number;
        address signer;
        uint256 startBlock;
        uint256 endBlock;
    }

    /// @notice The group address: the only one that may commit epochs.
    address public mpcAddress;
    /// @notice Blocks of an epoch that `commitEpoch` makes.
    uint256 public epochLength;
    mapping(uint256 number => Epoch) public epochs;
    uint256 internal currentEpochId;

    event NewEpoch(uint256 indexed epochId, uint256 startBlock, uint256 endBlock, address signer);
    event ReCommitEpoch(
        uint256 indexed oldEpochId,
        uint256 indexed newEpochId,
        uint256 curEpochId,
        uint256 startBlock,
        uint256 endBlock,
        address newSigner
    );
    event MpcAddressUpdated(address _newMpcAddress);
    event EpochUpdated(uint256 _newLength);

    modifier onlyMpc() {
        require(msg.sender == mpcAddress, "Not Mpc");
        _;
    }

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    /// @notice First epoch of a chain that already runs. A chain of ours starts from genesis storage instead (rule E3).
    function initialize(
        address _initialSequencer,
        address _mpcAddress,
        uint256 _firstStartBlock,
        uint256 _firstEndBlock,
        uint256 _epochLength
    ) external initializer {
        require(_firstStartBlock > block.number && _firstEndBlock > _firstStartBlock, "Invalid block range");
        __Ownable_init();
        mpcAddress = _mpcAddress;
        epochLength = _epochLength;
        _setEpoch(0, _initialSequencer, _firstStartBlock, _firstEndBlock);
        emit NewEpoch(0, _firstStartBlock, _firstEndBlock, _initialSequencer);
    }

    function UpdateMpcAddress(address _newMpc) external onlyOwner {
        require(_newMpc != address(0), "Invalid new mpc");
        mpcAddress = _newMpc;
        emit MpcAddressUpdated(_newMpc);
    }

    function UpdateEpochLength(uint256 _newLength) external {
        require(msg.sender == mpcAddress || msg.sender == owner(), "Not Mpc or Owner");
        require(_newLength > 0, "Invalid new epoch length");
        epochLength = _newLength;
        emit EpochUpdated(_newLength);
    }

    /// @notice Appends the next epoch, at most one ahead of the one that is being produced.
    function commitEpoch(
        uint256 _newEpoch,
        uint256 _startBlock,
        uint256 _endBlock,
        address _signer
    ) external onlyMpc {
        uint256 currentId = currentEpochId;
        if (currentId > 1) {
            require(epochs[currentId - 1].endBlock < block.number, "The last epoch not finished");
        }
        require(_newEpoch == currentId + 1, "Invalid new epoch number");
        require(_endBlock > _startBlock, "End block must be greater than start block");
        require(_endBlock - _startBlock + 1 == epochLength, "Mismatch epoch length and block length");
        require(
            _startBlock == epochs[currentId].endBlock + 1,
            "Start block must be greater than currentEpoch.endBlock by 1"
        );
        require(_signer != address(0), "Invalid signer");
        currentEpochId = _newEpoch;
        _setEpoch(_newEpoch, _signer, _startBlock, _endBlock);
        emit NewEpoch(_newEpoch, _startBlock, _endBlock, _signer);
    }

    /// @notice Another sequencer takes over from this block on.
    /// @param _oldEpochId The current epoch, which is cut here; or the one before it, whose queued successor is replaced.
    function recommitEpoch(
        uint256 _oldEpochId,
        uint256 _newEpochId,
        uint256 _startBlock,
        uint256 _endBlock,
        address _newSigner
    ) external onlyMpc {
        require(_startBlock == block.number, "Invalid start block");
        require(_newSigner != address(0), "Invalid signer");
        uint256 currentId = currentEpochId;
        if (_oldEpochId == currentId) {
            Epoch storage current = epochs[currentId];
            require(current.startBlock < block.number, "Conflict on end block");
            current.endBlock = block.number - 1;
            require(_newEpochId == currentId + 1, "Invalid newEpochId");
            require(_endBlock > _startBlock, "End block must be greater than start block");
            currentEpochId = _newEpochId;
        } else if (_oldEpochId + 1 == currentId) {
            Epoch storage old = epochs[_oldEpochId];
            if (old.endBlock >= block.number) old.endBlock = block.number - 1;
            require(_newEpochId == currentId, "Invalid newEpochId");
            require(_endBlock > _startBlock, "End block must be greater than start block");
            require(epochs[currentId].startBlock >= block.number, "The latest epoch producing");
        } else {
            revert("Invalid oldEpochId");
        }
        _setEpoch(_newEpochId, _newSigner, _startBlock, _endBlock);
        emit ReCommitEpoch(_oldEpochId, _newEpochId, currentId, _startBlock, _endBlock, _newSigner);
    }

    function currentEpochNumber() external view returns (uint256) {
        return currentEpochId;
    }

    function currentEpoch() external view returns (Epoch memory epoch) {
        return epochs[currentEpochId];
    }

    /// @return The newest epoch with that block, or the greatest uint256 where no epoch has it.
    function getEpochByBlock(uint256 _number) public view returns (uint256) {
        for (uint256 i = currentEpochId + 1; i > 0; --i) {
            Epoch storage epoch = epochs[i - 1];
            if (_number >= epoch.startBlock && _number <= epoch.endBlock) return i - 1;
        }
        return type(uint256).max;
    }

    /// @notice The newest epoch whose blocks are all produced; epoch 0 and false where there is none.
    function finalizedEpoch() public view returns (Epoch memory epoch, bool exist) {
        for (uint256 i = currentEpochId + 1; i > 0; --i) {
            if (block.number > epochs[i - 1].endBlock) return (epochs[i - 1], true);
        }
        return (epochs[0], false);
    }

    /// @return Last block of the newest finished epoch; before that the block ahead of epoch 0, at the lowest 0.
    function finalizedBlock() external view returns (uint256) {
        (Epoch memory epoch, bool exist) = finalizedEpoch();
        if (exist) return epoch.endBlock;
        return epoch.startBlock == 0 ? 0 : epoch.startBlock - 1;
    }

    /// @return The signer of a block: epoch 0's also below its start, zero where no epoch has the block.
    function getMetisSequencer(uint256 _number) external view returns (address) {
        if (_number <= epochs[0].endBlock) return epochs[0].signer;
        uint256 id = getEpochByBlock(_number);
        return id == type(uint256).max ? address(0) : epochs[id].signer;
    }

    function _setEpoch(uint256 _number, address _signer, uint256 _startBlock, uint256 _endBlock) private {
        epochs[_number] = Epoch(_number, _signer, _startBlock, _endBlock);
    }
}
