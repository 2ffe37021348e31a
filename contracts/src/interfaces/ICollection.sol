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
    /// @notice ERC-4906: the token's metadata changed.
    event MetadataUpdate(uint256 tokenId);

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

    /// @notice Requests the work and creates its token, pending until `settle`. The value pays the
    /// fees and the mint price; the rest returns.
    function mint(bytes calldata prompt) external payable returns (uint256 tokenId);
    /// @notice Makes a pending token final once its request is, or burns it when that expired.
    function settle(uint256 tokenId) external;
}
