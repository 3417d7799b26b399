// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {AddressManager} from "./AddressManager.sol";
import {DiscountOracle} from "./DiscountOracle.sol";
import {IL1ERC20Bridge} from "./IL1ERC20Bridge.sol";

/// @title Bridge of METIS to one L2 chain
/// @notice What is credited on L2 is locked here. Deposits are numbered without gaps, so that the L2 can be held to
/// credit each of them once and in order (rule L2).
contract L1Bridge is IL1ERC20Bridge, OwnableUpgradeable {
    using SafeERC20 for IERC20;

    /// @notice Where `MVM_DiscountOracle` is looked up.
    address public addressmgr;
    address public l1Token;
    address public l2Token;
    uint256 public l2ChainId;
    /// @notice Number of deposits so far, which is the index of the next one.
    uint256 public queueLength;

    error UnsupportedChain(uint256 given, uint256 expected);
    error UnsupportedToken(address l1Token, address l2Token);
    error EmptyDeposit();
    error NullRecipient();

    event DepositQueued(
        uint256 indexed index,
        address indexed l1Token,
        address indexed to,
        address from,
        uint256 amount
    );

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    function initialize(
        address _addressmgr,
        address _l1Token,
        address _l2Token,
        uint256 _l2ChainId
    ) external initializer {
        __Ownable_init();
        addressmgr = _addressmgr;
        l1Token = _l1Token;
        l2Token = _l2Token;
        l2ChainId = _l2ChainId;
    }

    /// @inheritdoc IL1ERC20Bridge
    function depositERC20ToByChainId(
        uint256 _chainId,
        address _l1Token,
        address _l2Token,
        address _to,
        uint256 _amount,
        uint32 _l2Gas,
        bytes calldata _data
    ) external payable {
        if (_chainId != l2ChainId) revert UnsupportedChain(_chainId, l2ChainId);
        if (_l1Token != l1Token || _l2Token != l2Token) revert UnsupportedToken(_l1Token, _l2Token);
        if (_amount == 0) revert EmptyDeposit();
        if (_to == address(0)) revert NullRecipient();
        _requireFee(_l2Gas);

        uint256 index = queueLength++;
        IERC20(_l1Token).safeTransferFrom(msg.sender, address(this), _amount);
        emit ERC20ChainID(_chainId);
        emit ERC20DepositInitiated(_l1Token, _l2Token, msg.sender, _to, _amount, _data);
        emit DepositQueued(index, _l1Token, _to, msg.sender, _amount);
    }

    /// @notice Pays the collected deposit fees (ETH, never the locked tokens) out to `_to`.
    function collectFees(address payable _to) external onlyOwner {
        if (_to == address(0)) revert NullRecipient();
        Address.sendValue(_to, address(this).balance);
    }

    /// @dev All of `msg.value` is the fee: nothing is given back.
    function _requireFee(uint32 _l2Gas) private view {
        DiscountOracle oracle = DiscountOracle(AddressManager(addressmgr).getAddress("MVM_DiscountOracle"));
        uint256 minGas = oracle.getMinL2Gas();
        uint256 fee = (_l2Gas > minGas ? _l2Gas : minGas) * oracle.getDiscount();
        if (msg.value < fee) {
            revert(string.concat("insufficient fee supplied. send at least ", Strings.toString(fee)));
        }
    }
}
