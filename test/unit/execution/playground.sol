// SPDX-License-Identifier: MIT
pragma solidity 0.8.24;

/// Does what a block may hold: logs, storage set and cleared, children made and destroyed, reverts, transient storage.
contract Playground {
    event Plain(uint256 value);
    event Indexed(address indexed who, bytes32 indexed topic, uint256 indexed value, bytes data);

    error Refused(uint256 value);

    mapping(uint256 => uint256) public slots;
    mapping(address => uint256) public balanceOf;
    uint256 public counter;

    receive() external payable {}

    function set(uint256 slot, uint256 value) external payable {
        slots[slot] = value;
        counter++;
    }

    function clear(uint256 from, uint256 count) external {
        for (uint256 i = from; i < from + count; i++) delete slots[i];
    }

    function log(uint256 count) external {
        for (uint256 i = 0; i < count; i++) {
            emit Plain(i);
            emit Indexed(msg.sender, keccak256(abi.encode(i)), i, abi.encode(i, msg.sender));
        }
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        unchecked {
            balanceOf[msg.sender] -= amount;
        }
        unchecked {
            balanceOf[to] += amount;
        }
        emit Indexed(to, bytes32(amount), amount, "");
        return true;
    }

    function refuse(uint256 value) external pure {
        revert Refused(value);
    }

    function spin(uint256 times) external {
        uint256 x = uint256(blockhash(block.number - 1)) ^ block.prevrandao;
        for (uint256 i = 0; i < times; i++) x = uint256(keccak256(abi.encode(x, i)));
        if (x == 0) counter = x;
    }

    function hash(uint256 number) external view returns (bytes32) {
        return blockhash(number);
    }

    function spawn(bytes32 salt, bool kill) external payable {
        Child child = new Child{salt: salt, value: msg.value}();
        child.note(uint256(salt));
        if (kill) child.kill(payable(msg.sender));
    }

    function tryRefuse(uint256 value) external {
        slots[value] = 1;
        try this.refuse(value) {} catch {
            counter += 10;
        }
    }

    /// Leaves a transient value behind, and counts whether an earlier transaction's is seen.
    function transient_() external {
        uint256 seen;
        assembly {
            seen := tload(1)
            tstore(1, 1)
        }
        counter += 1 + 100 * seen;
    }
}

contract Child {
    uint256 public noted;

    constructor() payable {}

    function note(uint256 value) external {
        noted = value;
    }

    function kill(address payable to) external {
        selfdestruct(to);
    }
}
