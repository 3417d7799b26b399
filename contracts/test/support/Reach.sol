// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Caller} from "./Caller.sol";

/// @title For tests that a handler reaches everything: else its invariants would hold for lack of anything done
abstract contract Reach {
    function _act(address acting, bytes4 action, uint256 step) internal {
        bytes memory data = abi.encodeWithSelector(action, _draw(step) / 2 ** 128, _draw(step) % 2 ** 128 / 16);
        (bool ok, bytes memory why) = acting.call(data);
        require(ok, string(why));
    }

    function _draw(uint256 step) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("reach", step)));
    }

    function _wentThrough(Caller caller, bytes4 selector) internal view {
        require(caller.done(selector) > 0, string.concat("never went through: ", string(abi.encodePacked(selector))));
    }

    function _met(Caller caller, bytes memory refusal) internal view {
        require(caller.refused(keccak256(refusal)) > 0, string.concat("never met: ", string(refusal)));
    }
}
