// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @title Offerings of model tokens at 0x0000000000000000000000000000000000000a01
/// @notice Amounts are base units of the offering's payment denom; prices are base units of it per
/// 10^18 base units of the token.
interface IOfferings {
    event BidPlaced(uint256 indexed offeringId, address indexed owner, uint256 bidId, uint256 cost, uint256 tokens);
    event AllocationCollected(uint256 indexed offeringId, address indexed owner, uint256 tokens);
    event RefundCollected(uint256 indexed offeringId, address indexed owner, uint256 amount);

    /// @notice Bids for the caller. An offering in the native coin is paid by the value, which must
    /// equal `amount`; another denom is taken from the caller's balance and the value must be 0.
    function placeBid(uint256 offeringId, uint256 amount, uint256 maxPrice, bytes32 termsHash)
        external
        payable
        returns (uint256 bidId);
    function cancelBid(uint256 offeringId, uint256 bidId) external returns (uint256 amount);
    function finalize(uint256 offeringId) external returns (uint8 status);
    function collect(uint256 offeringId) external returns (uint256 tokens);
    function refund(uint256 offeringId) external returns (uint256 amount);
    function exit(uint256 modelId, uint256 tokens) external returns (uint256 amount);

    function offering(uint256 offeringId)
        external
        view
        returns (uint256 modelId, uint8 kind, uint8 status, uint64 endTime, uint256 deposited, uint256 sold, bytes32 termsHash);
    function allocation(uint256 offeringId, address owner)
        external
        view
        returns (uint256 deposited, uint256 cost, uint256 tokens, uint256 collected, uint256 refundable);
    function expectedPrice(uint256 offeringId) external view returns (uint256);
}
