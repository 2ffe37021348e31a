// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {IERC7641} from "./IERC7641.sol";

/// @title ERC-7641's extension for revenue in ERC-20 tokens, as its text gives it
/// @notice Send an allowed token to this contract and call `sync`. Only tokens of the chain's bank
/// can be revenue; the zero address stands for the native coin.
interface IERC7641AltRevToken is IERC7641 {
    /// @notice `claimableRevenue` in `token`; 0 for a token that is no revenue here.
    function claimableERC20(address account, uint256 snapshotId, address token) external view returns (uint256);
    /// @notice `redeemableOnBurn` in `token`; 0 for a token that is no revenue here.
    function redeemableERC20OnBurn(uint256 amount, address token) external view returns (uint256);
}
