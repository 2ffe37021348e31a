// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {IERC20} from "./IERC20.sol";

/// @title The token of a model: ERC-20 over the bank denom `model-<id>`, with a share of all revenue
/// @notice Revenue is counted in epochs of blocks. A deposit of epoch k is shared by the balances at
/// the close of epoch k-1, so a snapshot id is an epoch number and nobody has to take snapshots.
interface IModelToken is IERC20 {
    /// @notice Revenue of the native coin reached the pool.
    event RevenueDeposited(uint256 indexed epoch, address indexed token, uint256 amount, uint8 kind);
    /// @notice Revenue was paid to a holder, or to the payout address the holder set.
    event RevenueClaimed(address indexed account, address indexed token, uint256 amount);

    /// @notice Everything `account` has not claimed of the epochs up to and including `snapshotId`.
    /// @dev ERC-7641 gives the amount of one snapshot here; that is `revenueOf`. This view equals
    /// what `claim` pays.
    function claimableRevenue(address account, uint256 snapshotId) external view returns (uint256);
    /// @notice What the single epoch `epoch` gives `account`, claimed or not.
    function revenueOf(address account, uint256 epoch) external view returns (uint256);
    /// @notice Pays the caller everything unclaimed up to `snapshotId`; reverts when that is nothing.
    function claim(uint256 snapshotId) external;
    /// @notice Pays `account` everything unclaimed; refused for contracts, which claim themselves.
    function claimFor(address account) external;
    /// @notice The id of the running epoch. It closes nothing early.
    function snapshot() external returns (uint256);
    /// @notice Credits native coins that lie at the token's address to its holders.
    function sync() external;

    /// @notice Native coins sent to the token are revenue of its holders.
    receive() external payable;
}
