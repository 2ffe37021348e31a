// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @title What the model oracle calls when a result is there
/// @notice Both functions must check that `msg.sender` is the oracle.
interface IModelOracleReceiver {
    function aiOracleCallback(uint256 requestId, bytes calldata output, bytes calldata callbackData) external;
    /// @notice The request expired: `code` is 0 and `message` is "expired".
    function aiOracleCallbackError(uint256 requestId, uint8 code, bytes calldata message, bytes calldata callbackData)
        external;
}
