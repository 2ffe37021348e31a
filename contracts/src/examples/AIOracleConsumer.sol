// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @notice The part of ORA's oracle that its consumers are written against.
interface IAIOracle {
    function requestCallback(
        uint256 modelId,
        bytes memory input,
        address callbackContract,
        uint64 gasLimit,
        bytes memory callbackData
    ) external payable returns (uint256);
    function estimateFee(uint256 modelId, uint256 gasLimit) external view returns (uint256);
    function isFinalized(uint256 requestId) external view returns (bool);
}

/// @title Base of contracts that receive results, with the functions and the check of ORA's
/// @notice A contract that derives from ORA's own base works without a change: it is bound to the
/// address of the oracle, which here is 0x0000000000000000000000000000000000000A00.
abstract contract AIOracleConsumer {
    IAIOracle public immutable aiOracle;

    enum AIOracleError {
        InvalidInput,
        InvalidBatchSize
    }

    error UnauthorizedCallbackSource(IAIOracle expected, IAIOracle found);

    event AICallbackError(uint256 indexed requestId, AIOracleError indexed code, bytes message, bytes callbackData);

    constructor(IAIOracle oracle) {
        aiOracle = oracle;
    }

    modifier onlyAIOracleCallback() {
        if (IAIOracle(msg.sender) != aiOracle) revert UnauthorizedCallbackSource(aiOracle, IAIOracle(msg.sender));
        _;
    }

    function aiOracleCallback(uint256 requestId, bytes calldata output, bytes calldata callbackData) external virtual;

    function aiOracleCallbackError(
        uint256 requestId,
        AIOracleError code,
        bytes calldata message,
        bytes calldata callbackData
    ) external virtual onlyAIOracleCallback {
        emit AICallbackError(requestId, code, message, callbackData);
    }
}
