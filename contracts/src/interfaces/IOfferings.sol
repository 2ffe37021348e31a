// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @title Offerings of model tokens at 0x0000000000000000000000000000000000000a01
/// @notice Amounts are base units of the offering's payment denom; prices are base units of it per
/// 10^18 base units of the token.
interface IOfferings {
    event BidPlaced(uint256 indexed offeringId, address indexed owner, uint256 bidId, uint256 cost, uint256 tokens);
    event AllocationCollected(uint256 indexed offeringId, address indexed owner, uint256 tokens);
    event RefundCollected(uint256 indexed offeringId, address indexed owner, uint256 amount);
    event Exited(uint256 indexed modelId, address indexed holder, uint256 burnt, uint256 amount);
    event Swapped(uint256 indexed modelId, address indexed sender, bool buy, uint256 amountIn, uint256 amountOut);
    event LiquidityAdded(uint256 indexed modelId, address indexed owner, uint256 tokens, uint256 payment, uint256 shares);
    event LiquidityRemoved(uint256 indexed modelId, address indexed owner, uint256 tokens, uint256 payment, uint256 shares);
    event PoolRevenueCollected(uint256 indexed modelId, address indexed owner, string[] denoms, uint256[] amounts);
    event SpendProposed(uint256 indexed spendId, uint256 indexed modelId, address recipient, uint256 amount, uint64 decideTime);
    event SpendObjected(uint256 indexed spendId, address indexed holder, uint256 weight, bool refused);
    event SpendExecuted(uint256 indexed spendId, uint256 amount);

    /// @notice Bids for the caller. An offering in the native coin is paid by the value, which must
    /// equal `amount`; another denom is taken from the caller's balance and the value must be 0.
    function placeBid(uint256 offeringId, uint256 amount, uint256 maxPrice, bytes32 termsHash)
        external
        payable
        returns (uint256 bidId);
    /// @notice Bids for an owner, who gets tokens and refunds and may cancel. cap and proof are the owner's leaf of the
    /// offering's allow list and its way to the root; 0 and empty without a list.
    function placeBidFor(
        uint256 offeringId,
        address owner,
        uint256 amount,
        uint256 maxPrice,
        bytes32 termsHash,
        uint256 cap,
        bytes32[] calldata proof
    ) external payable returns (uint256 bidId);
    /// @notice Bids for the caller, with its leaf of the offering's allow list, if there is one. With autoPayout the
    /// token's revenue is paid to the caller without a claim once the bought tokens were collected, unless it is a contract.
    function placeOwnBid(
        uint256 offeringId,
        uint256 amount,
        uint256 maxPrice,
        bytes32 termsHash,
        uint256 cap,
        bytes32[] calldata proof,
        bool autoPayout
    ) external payable returns (uint256 bidId);
    function cancelBid(uint256 offeringId, uint256 bidId) external returns (uint256 amount);
    function finalize(uint256 offeringId) external returns (uint8 status);
    function collect(uint256 offeringId) external returns (uint256 tokens);
    function refund(uint256 offeringId) external returns (uint256 amount);
    /// @notice Hands tokens or a refund to their owner, whoever calls.
    function collectFor(uint256 offeringId, address owner) external returns (uint256 tokens);
    function refundFor(uint256 offeringId, address owner) external returns (uint256 amount);
    /// @notice Burns the caller's tokens for their part of the unreleased proceeds.
    function exit(uint256 modelId, uint256 tokens) external returns (uint256 amount);
    /// @notice Burns the caller's locked tokens of an early round for their part of that round's unreleased proceeds.
    function exitLot(uint256 offeringId, uint256 tokens) external returns (uint256 amount);
    /// @notice exit and exitLot, refused when they would pay less than minAmount.
    function exitAtLeast(uint256 modelId, uint256 tokens, uint256 minAmount) external returns (uint256 amount);
    function exitLotAtLeast(uint256 offeringId, uint256 tokens, uint256 minAmount) external returns (uint256 amount);
    /// @notice Releases the next tranche if it is due and pays the contributors.
    function release(uint256 offeringId) external returns (uint256 released, uint256 paid);

    /// @notice Exchanges in the pool of a model's token: buy gives the payment coin for tokens, otherwise tokens for
    /// it. A native payment coin travels as value, which must equal amountIn. deadline is in seconds since 1970.
    function swap(uint256 modelId, bool buy, uint256 amountIn, uint256 minOut, uint256 deadline)
        external
        payable
        returns (uint256 amountOut);
    /// @notice Puts both coins into a pool. A native payment coin travels as value, which must equal maxPayment; what
    /// is not needed stays with the caller.
    function addLiquidity(uint256 modelId, uint256 maxTokens, uint256 maxPayment, uint256 minShares, uint256 deadline)
        external
        payable
        returns (uint256 shares, uint256 tokens, uint256 payment);
    function removeLiquidity(uint256 modelId, uint256 shares, uint256 minTokens, uint256 minPayment, uint256 deadline)
        external
        returns (uint256 tokens, uint256 payment);
    /// @notice Pays the caller's position, or anybody's that is no contract, what the pool's tokens earned for it. The
    /// revenue of the pool's own position goes to the treasury.
    function collectPoolRevenue(uint256 modelId) external returns (string[] memory denoms, uint256[] memory amounts);
    function collectPoolRevenueFor(uint256 modelId, address owner)
        external
        returns (string[] memory denoms, uint256[] memory amounts);

    /// @notice Proposes as the treasury to pay some of its tokens, and says from when on, in seconds since 1970, anybody
    /// may execute it unless enough holders object.
    function proposeSpend(uint256 modelId, address recipient, uint256 amount, string calldata purpose)
        external
        returns (uint256 spendId, uint64 decideTime);
    /// @notice Objects to a spend within its window, with what the caller held at the record date.
    function objectSpend(uint256 spendId) external returns (uint256 weight, bool refused);
    function executeSpend(uint256 spendId) external returns (uint256 amount);
    /// @notice Objects to a version that waits, with what the caller held at the record date.
    function objectVersion(uint256 modelId, uint256 version) external returns (uint256 weight, bool refused);

    function offering(uint256 offeringId)
        external
        view
        returns (uint256 modelId, uint8 kind, uint8 status, uint64 endTime, uint256 deposited, uint256 sold, bytes32 termsHash);
    function allocation(uint256 offeringId, address owner)
        external
        view
        returns (uint256 deposited, uint256 cost, uint256 tokens, uint256 collected, uint256 refundable);
    function expectedPrice(uint256 offeringId) external view returns (uint256);
    /// @notice What an owner's bids would buy and pay if the offering ended now.
    function expectedAllocation(uint256 offeringId, address owner) external view returns (uint256 tokens, uint256 cost);
}
