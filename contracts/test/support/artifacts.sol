// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {vm} from "./Vm.sol";

// What is tested is the code of the artifacts, which is what gets deployed, and not what the tests' own compiler settings would give.

function artifact(string memory name) view returns (string memory json) {
    return vm.readFile(string.concat(vm.envString("METIS_SEQ_ARTIFACTS"), "/", name, ".json"));
}

/// @dev Reverts where the constructor does.
function create(string memory name, bytes memory arguments) returns (address made) {
    bytes memory code = bytes.concat(vm.parseJsonBytes(artifact(name), ".bytecode"), arguments);
    assembly {
        made := create(0, add(code, 32), mload(code))
    }
    require(made != address(0), string.concat("cannot be created: ", name));
}

/// @return proxy A transparent proxy of `admin` ahead of a new `name`, initialised.
function createBehindProxy(string memory name, address admin, bytes memory initialisation) returns (address proxy) {
    return create("TransparentUpgradeableProxy", abi.encode(create(name, ""), admin, initialisation));
}
