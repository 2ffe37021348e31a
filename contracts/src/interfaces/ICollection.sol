// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @title A collection of content made by one model: ERC-165, ERC-721 with metadata and enumeration,
/// ERC-2981, and ERC-7007
/// @notice `prompt` is the canonical encoding version (4 bytes) ‖ seed (8) ‖ length (4) ‖ input, all
/// big-endian. `aigcData` is the 32-byte output root, or the content bytes whose root it is.
interface ICollection {
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);
    /// @notice ERC-7007: emitted by `settle` once the result is final.
    event AigcData(uint256 indexed tokenId, bytes indexed prompt, bytes indexed aigcData, bytes proof);
    /// @notice ERC-7007 updatable: what the record says of a token changed.
    event Update(uint256 indexed tokenId, bytes indexed prompt, bytes indexed aigcData);
    /// @notice ERC-4906: the token's metadata changed.
    event MetadataUpdate(uint256 tokenId);
    event Committed(address indexed sender, bytes32 indexed commitment, uint256 lastBlock);
    event Listed(uint256 indexed tokenId, address indexed seller, string denom, uint256 price);
    event Unlisted(uint256 indexed tokenId, address indexed seller);
    event Sold(uint256 indexed tokenId, address indexed seller, address indexed buyer, string denom, uint256 price);
    event OfferMade(uint256 indexed tokenId, address indexed bidder, string denom, uint256 price, uint64 expires);
    event OfferEnded(uint256 indexed tokenId, address indexed bidder, string denom, uint256 price);

    function supportsInterface(bytes4 interfaceId) external view returns (bool);

    function balanceOf(address owner) external view returns (uint256);
    function ownerOf(uint256 tokenId) external view returns (address);
    function getApproved(uint256 tokenId) external view returns (address);
    function isApprovedForAll(address owner, address operator) external view returns (bool);
    function approve(address to, uint256 tokenId) external payable;
    function setApprovalForAll(address operator, bool approved) external;
    function transferFrom(address from, address to, uint256 tokenId) external payable;
    function safeTransferFrom(address from, address to, uint256 tokenId) external payable;
    function safeTransferFrom(address from, address to, uint256 tokenId, bytes calldata data) external payable;

    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    function tokenURI(uint256 tokenId) external view returns (string memory);

    function totalSupply() external view returns (uint256);
    function tokenByIndex(uint256 index) external view returns (uint256);
    function tokenOfOwnerByIndex(address owner, uint256 index) external view returns (uint256);

    function royaltyInfo(uint256 tokenId, uint256 salePrice) external view returns (address receiver, uint256 royaltyAmount);

    /// @notice ERC-7007: true if and only if a final record of this collection says that the model
    /// gave `aigcData` for `prompt`. The record is the proof, so `proof` is ignored.
    function verify(bytes calldata prompt, bytes calldata aigcData, bytes calldata proof) external view returns (bool success);
    /// @notice ERC-7007: settles a pending token, provided that `prompt` made it and `aigcData` is what
    /// the model gave; reverts otherwise. Nobody can replace content.
    function addAigcData(uint256 tokenId, bytes calldata prompt, bytes calldata aigcData, bytes calldata proof) external;
    /// @notice ERC-7007 enumeration: the token that a prompt makes.
    function tokenId(bytes calldata prompt) external view returns (uint256);
    /// @notice ERC-7007 enumeration: the prompt that made a token.
    function prompt(uint256 tokenId) external view returns (bytes memory);

    /// @notice ERC-7007 updatable: takes over what the chain's record says by now, which must be
    /// `aigcData` and differ from what the token says; reverts otherwise.
    function update(bytes calldata prompt, bytes calldata aigcData) external;

    /// @notice Names a prompt by SHA-256("imod/commit/v1" ‖ collection ‖ sender ‖ prompt ‖ salt), so that
    /// who reads the later `mintCommitted` cannot come first. The value pays mint price and deposit;
    /// the rest returns.
    function commit(bytes32 commitment) external payable;
    /// @notice As `mint`, for a prompt committed to in an earlier block; the mint price is paid already.
    function mintCommitted(bytes calldata prompt, bytes32 salt) external payable returns (uint256 tokenId);
    /// @notice Destroys a final token; what was locked for its content returns to who locked it.
    function burn(uint256 tokenId) external;

    /// @notice Requests the work and creates its token, pending until `settle`. The value pays the
    /// fees and the mint price; the rest returns.
    function mint(bytes calldata prompt) external payable returns (uint256 tokenId);
    /// @notice Makes a pending token final once its request is, or burns it when that expired.
    function settle(uint256 tokenId) external;

    /// @notice Emits the logs that are due of tokens that were changed outside of the EVM, by a message or by
    /// the chain itself: Transfer, and AigcData, Update and MetadataUpdate. Anyone may call it, for at most 100
    /// tokens; those of which nothing is due are skipped. Every call that changes a token does it first.
    function announce(uint256[] calldata tokenIds) external;
    /// @notice The first tokens of which logs are due, in ascending order, at most `limit` and at most 100.
    function unannounced(uint256 limit) external view returns (uint256[] memory tokenIds);

    /// @notice Puts a final token up for sale; the functions with `denom` name any allowed denom, the
    /// others the chain's own coin. Moving or burning the token ends the listing.
    function list(uint256 tokenId, uint256 price) external;
    function listIn(uint256 tokenId, string calldata denom, uint256 price) external;
    function unlist(uint256 tokenId) external;
    /// @notice The listing of a token; seller 0 if there is none.
    function listing(uint256 tokenId) external view returns (address seller, string memory denom, uint256 price);
    /// @notice Buys for the value, which must be the listed price.
    function buy(uint256 tokenId) external payable;
    function buyIn(uint256 tokenId, string calldata denom, uint256 price) external;
    /// @notice Offers the value for a token until `expires`, in seconds since 1970; an older offer of
    /// the caller for it ends.
    function makeOffer(uint256 tokenId, uint64 expires) external payable;
    function makeOfferIn(uint256 tokenId, string calldata denom, uint256 price, uint64 expires) external;
    /// @notice The offer of a bidder for a token; price 0 if there is none.
    function offerOf(uint256 tokenId, address bidder) external view returns (string memory denom, uint256 price, uint64 expires);
    /// @notice Sells to a bidder, provided that this is what he offered.
    function acceptOffer(uint256 tokenId, address bidder, string calldata denom, uint256 price) external;
    /// @notice Returns an offer to its bidder: for him at any time, for anyone once it expired or the
    /// token is gone.
    function cancelOffer(uint256 tokenId, address bidder) external;
    /// @notice Sends coins that could not be sent to the caller to `recipient`.
    function withdraw(address recipient) external;
}
