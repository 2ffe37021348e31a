// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @notice Where input and output lie. Only calldata is served.
enum DA {
    Calldata,
    Blob,
    IPFS
}

/// @title The model oracle at 0x0000000000000000000000000000000000000A00
/// @notice Results are attested by validators in consensus; a request in block H is final in H+2.
/// Functions that ORA's oracle has too have its selectors, so contracts written for it work here.
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
    event AICallbackResult(address indexed account, uint256 indexed requestId, address invoker, bytes output);
    /// @notice A callback was called, once and for all. Whether the receiver took it says `success`;
    /// one that did not can read `result`. `paid` went to the courier.
    event CallbackDelivered(
        uint256 indexed requestId, address indexed callbackContract, address courier, bool success, uint256 gasUsed, uint256 paid
    );

    /// @notice Asks a model, with seed 0, and has the result delivered. The value pays network fee,
    /// model price and callback; what they do not take stays with the caller.
    /// @dev `callbackContract` must be a contract and `gasLimit` the gas of its callback, or both 0.
    function requestCallback(
        uint256 modelId,
        bytes calldata input,
        address callbackContract,
        uint64 gasLimit,
        bytes calldata callbackData
    ) external payable returns (uint256 requestId);
    /// @dev `inputDA` and `outputDA` must be `Calldata`.
    function requestCallback(
        uint256 modelId,
        bytes calldata input,
        address callbackContract,
        uint64 gasLimit,
        bytes calldata callbackData,
        DA inputDA,
        DA outputDA
    ) external payable returns (uint256 requestId);
    /// @notice Asks a model `batchSize` times at once. `input` holds the inputs, each with its length
    /// in 4 bytes, big-endian, in front; the callback comes once, when all are final, with the
    /// outputs packed the same way. Ids follow one another from `requestId` on.
    function requestBatchInference(
        uint256 batchSize,
        uint256 modelId,
        bytes calldata input,
        address callbackContract,
        uint64 gasLimit,
        bytes calldata callbackData,
        DA inputDA,
        DA outputDA
    ) external payable returns (uint256 requestId);
    /// @notice What a request with the longest input costs now; a request with this value succeeds.
    function estimateFee(uint256 modelId, uint256 gasLimit) external view returns (uint256);
    function estimateFeeBatch(uint256 modelId, uint256 gasLimit, uint256 batchSize) external view returns (uint256);
    function isFinalized(uint256 requestId) external view returns (bool);

    /// @notice Asks a model with a seed that the caller chose; anyone can compute the result beforehand.
    function requestWithSeed(uint256 modelId, uint32 version, bytes calldata input, uint64 seed, bool storeOutput)
        external
        payable
        returns (uint256 requestId);
    /// @notice Asks a model with a seed from the beacon. `seedKind` 2 is for content: drawn at the end
    /// of this block. 3 is for money: drawn at the end of the next one. Close all positions before.
    function requestWithAssignedSeed(
        uint256 modelId,
        uint32 version,
        bytes calldata input,
        uint8 seedKind,
        bool storeOutput,
        address callbackContract,
        uint64 gasLimit,
        bytes calldata callbackData
    ) external payable returns (uint256 requestId);
    /// @notice Hands over the output of a final request, or nothing for an expired one, and calls the
    /// receiver exactly once. It must be the transaction of an account without code. Without a
    /// callback anyone may call it to keep the output in state.
    function deliver(uint256 requestId, bytes calldata output) external;

    /// @notice The state of a request: status and trust class as in imod.oracle.v1, the 32-byte
    /// output root, and the output bytes if they are on chain.
    function result(uint256 requestId)
        external
        view
        returns (uint8 status, uint8 trustClass, bytes32 outputHash, bytes memory output);
    /// @notice Where the seed of a request comes from (1 chosen, 2 content, 3 money), and the seed
    /// once `known`; an assigned one is not known in the block that draws it.
    function seedOf(uint256 requestId) external view returns (uint8 seedKind, uint64 seed, bool known);
}
