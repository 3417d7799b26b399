// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Events of the locking pool
interface ILockingPool {
    struct BatchState {
        uint256 id;
        uint256 number;
        uint256 startEpoch;
        uint256 endEpoch;
    }

    event DistributeReward(
        uint256 indexed batchId,
        uint256 startEpoch,
        uint256 endEpoch,
        uint256 amount,
        uint256 rpb
    );
    event UpdateMpc(address _newMpc);
    event RewardUpdate(uint256 newReward, uint256 oldReward);
    event WithrawDelayTimeChange(uint256 _cur, uint256 _prev);
    event SetSignerUpdateThrottle(uint256 _n);
}
