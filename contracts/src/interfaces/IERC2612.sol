// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @title ERC-2612: allowances by signature
interface IERC2612 {
    /// @notice Sets the allowance that `owner` signed (EIP-712, version "1").
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
    /// @notice The nonce of the next signature of `owner`.
    function nonces(address owner) external view returns (uint256);
    /// @notice The EIP-712 domain separator.
    // solhint-disable-next-line func-name-mixedcase
    function DOMAIN_SEPARATOR() external view returns (bytes32);
}
