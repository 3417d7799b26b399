// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {artifact} from "../support/artifacts.sol";
import {vm} from "../support/Vm.sol";
import {Attempts} from "./Attempts.sol";

/// @title Nobody changes what is another's
contract Access is Attempts {
    /// @dev EIP-1967: where a proxy keeps the address of its implementation.
    bytes32 private constant IMPLEMENTATION = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);

    /// @notice Everybody tries everything that is not theirs, and is refused for that reason and no other.
    function testFuzz_nobodyChangesWhatIsAnothers(uint256 seed) external {
        _list(seed);
        for (uint256 i; i < attempts.length; ++i) {
            for (uint256 j; j < roles.length; ++j) {
                Attempt storage attempt = attempts[i];
                if (roles[j] == attempt.allowed[0] || roles[j] == attempt.allowed[1]) continue;
                bool toListed = (roles[j] == LISTED || roles[j] == SEQUENCER) && attempt.toListed.length > 0;
                _refused(roles[j], attempt.target, attempt.data, toListed ? attempt.toListed : attempt.refusal);
            }
        }
    }

    /// @notice Each function of each contract that changes anything is among the attempts, but for what anybody may do.
    function test_noFunctionIsLeftOut() external {
        _list(0);
        _complete("LockingPool", address(pool), 0);
        _complete("LockingInfo", address(info), 0);
        _complete("MetisSequencerSet", address(set), 0);
        _complete("AddressManager", address(names), 0);
        _complete("DiscountOracle", address(oracle), 0);
        _complete("InboxSenderManager", address(senders), 0);
        _complete("StateCommitmentChain", address(roots), 0);
        _complete("ProxyAdmin", address(proxyAdmin), 0);
        // A deposit takes from its sender alone.
        _complete("L1Bridge", address(bridge), 1);
        // transfer, approve, increaseAllowance, decreaseAllowance.
        _complete("MetisToken", address(token), 4);
    }

    /// @notice What stands behind a proxy belongs to nobody and can't be made somebody's.
    function testFuzz_implementationsStayUnowned(uint256 seed) external {
        _list(seed);
        address[5] memory proxies = [address(bridge), address(info), address(pool), address(roots), address(set)];
        for (uint256 i; i < attempts.length; ++i) {
            for (uint256 j; j < proxies.length; ++j) {
                if (attempts[i].target != proxies[j]) continue;
                address implementation = address(uint160(uint256(vm.load(proxies[j], IMPLEMENTATION))));
                for (uint256 k; k < roles.length; ++k) {
                    vm.prank(roles[k]);
                    (bool ok,) = implementation.call(attempts[i].data);
                    // The whitelist admin of an implementation is nobody, whoever is that of the proxy.
                    require(!ok, "an implementation was changed");
                }
            }
        }
    }

    function _refused(address from, address target, bytes memory data, bytes memory refusal) private {
        vm.prank(from);
        (bool ok, bytes memory result) = target.call(data);
        require(!ok, "somebody changed what is another's");
        require(keccak256(result) == keccak256(refusal), string.concat("refused for another reason: ", string(result)));
    }

    function _complete(string memory name, address target, uint256 open) private view {
        bytes[] memory selectors = vm.parseJsonBytesArray(artifact("selectors"), string.concat(".", name));
        uint256 missing;
        for (uint256 i; i < selectors.length; ++i) {
            if (!_tried(target, bytes4(selectors[i]))) ++missing;
        }
        require(missing == open, string.concat("a function is left out: ", name));
    }

    function _tried(address target, bytes4 selector) private view returns (bool) {
        for (uint256 i; i < attempts.length; ++i) {
            if (attempts[i].target == target && bytes4(attempts[i].data) == selector) return true;
        }
        return false;
    }
}
