// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {IERC2612} from "./IERC2612.sol";
import {IERC7641AltRevToken} from "./IERC7641AltRevToken.sol";

/// @title The token of a model: ERC-20 over the bank denom `model-<id>`, with a share of all revenue
/// @notice Revenue is counted in epochs of blocks. A deposit of epoch k is shared by the balances at
/// the close of epoch k-1, so a snapshot id is an epoch number and nobody has to take snapshots.
interface IModelToken is IERC7641AltRevToken, IERC2612 {
    /// @notice Revenue that lay at the token's address reached the pool.
    event RevenueDeposited(uint256 indexed epoch, address indexed token, uint256 amount, uint8 kind);
    /// @notice Revenue was paid to a holder, or to the payout address the holder set.
    event RevenueClaimed(address indexed account, address indexed token, uint256 amount);
    /// @notice Tokens were burnt for their part of the redemption pool.
    event Redeemed(address indexed account, uint256 burned);

    /// @notice What the single epoch `epoch` gives `account`, claimed or not. Reverts for epochs that
    /// the account's history was compacted beyond.
    function revenueOf(address account, uint256 epoch) external view returns (uint256);
    /// @notice `claim` of the latest of these snapshots; does nothing when there is nothing to pay.
    function claimBatch(uint256[] calldata snapshotIds) external;
    /// @notice Pays `account` everything unclaimed; refused for contracts, which claim themselves.
    function claimFor(address account) external;
    /// @notice Credits the coins that lie at the token's address to its holders.
    function sync() external;

    /// @notice Native coins sent to the token are revenue of its holders.
    receive() external payable;
}
