// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

// Makes the compiler emit the OpenZeppelin proxies among the artifacts.
import {ProxyAdmin} from "@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol";
import {TransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
