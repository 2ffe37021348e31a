// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @title The model oracle at 0x0000000000000000000000000000000000000A00
/// @notice Results are attested by validators in consensus; a request in block H is final in H+2.
interface IModelOracle {
    event AICallbackRequest(
        address indexed account,
        uint256 indexed requestId,
        uint256 modelId,
        bytes input,
        address callbackContract,
        uint64 gasLimit,
        bytes callbackData
    );

    /// @notice Asks a model. The value pays network fee and model price; the rest returns.
    /// @dev A callback is refused by this version: `callbackContract` and `gasLimit` must be 0.
    function requestCallback(
        uint256 modelId,
        bytes calldata input,
        address callbackContract,
        uint64 gasLimit,
        bytes calldata callbackData
    ) external payable returns (uint256 requestId);
    /// @notice Asks a model with a seed that the caller chose.
    function requestWithSeed(uint256 modelId, uint32 version, bytes calldata input, uint64 seed, bool storeOutput)
        external
        payable
        returns (uint256 requestId);
    /// @notice Supplies the output bytes of a final request; they are checked against its root.
    function deliver(uint256 requestId, bytes calldata output) external;

    function estimateFee(uint256 modelId, uint256 gasLimit) external view returns (uint256);
    function isFinalized(uint256 requestId) external view returns (bool);
    /// @notice The state of a request: status and trust class as in imod.oracle.v1, the 32-byte
    /// output root, and the output bytes if they are on chain.
    function result(uint256 requestId)
        external
        view
        returns (uint8 status, uint8 trustClass, bytes32 outputHash, bytes memory output);
}
