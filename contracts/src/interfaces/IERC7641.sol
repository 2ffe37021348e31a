// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {IERC20} from "./IERC20.sol";

/// @title ERC-7641, the intrinsic revenue-share token, as its text gives it
interface IERC7641 is IERC20 {
    /// @notice Everything `account` has not claimed of the epochs up to and including `snapshotId`.
    /// @dev Deviation: the text gives the amount of one snapshot here; that is `revenueOf`. This
    /// view equals what `claim` pays.
    function claimableRevenue(address account, uint256 snapshotId) external view returns (uint256);
    /// @notice Pays the caller everything unclaimed up to `snapshotId`, in all revenue tokens that the
    /// caller does not refuse; reverts when that is nothing.
    function claim(uint256 snapshotId) external;
    /// @notice The id of the running epoch. It closes nothing early.
    function snapshot() external returns (uint256);
    /// @notice The native coins that `burn(amount)` would pay now.
    function redeemableOnBurn(uint256 amount) external view returns (uint256);
    /// @notice Burns `amount` of the caller's tokens for their part of the redemption pool, in all
    /// revenue tokens. No more than a fixed part of the supply may be burnt so in one epoch.
    function burn(uint256 amount) external;
}
