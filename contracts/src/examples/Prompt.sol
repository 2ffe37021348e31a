// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import "./AIOracleConsumer.sol";

/// @title Asks a model and remembers the answer, the way ORA's consumers do
/// @notice `estimateFee` first, then `ask` with that value. What the fees do not take comes back to
/// this contract, so `ask` hands it on; it would stay here otherwise.
contract Prompt is AIOracleConsumer {
    struct Question {
        address asker;
        uint256 modelId;
        bytes input;
        bytes output;
        bool answered;
        bool failed;
    }

    uint64 public constant CALLBACK_GAS = 400_000;

    mapping(uint256 requestId => Question) public questions;
    mapping(uint256 modelId => mapping(string prompt => string)) public answers;

    event Asked(uint256 indexed requestId, address indexed asker, uint256 modelId, string prompt);
    event Answered(uint256 indexed requestId, bytes output);

    constructor(IAIOracle oracle) AIOracleConsumer(oracle) {}

    function estimateFee(uint256 modelId) external view returns (uint256) {
        return aiOracle.estimateFee(modelId, CALLBACK_GAS);
    }

    function ask(uint256 modelId, string calldata prompt) external payable returns (uint256 requestId) {
        uint256 before = address(this).balance - msg.value;
        requestId = aiOracle.requestCallback{value: msg.value}(modelId, bytes(prompt), address(this), CALLBACK_GAS, "");
        Question storage q = questions[requestId];
        (q.asker, q.modelId, q.input) = (msg.sender, modelId, bytes(prompt));
        emit Asked(requestId, msg.sender, modelId, prompt);
        uint256 rest = address(this).balance - before;
        if (rest > 0) {
            (bool ok,) = msg.sender.call{value: rest}("");
            require(ok, "the asker takes no coins");
        }
    }

    function aiOracleCallback(uint256 requestId, bytes calldata output, bytes calldata)
        external
        override
        onlyAIOracleCallback
    {
        Question storage q = questions[requestId];
        require(q.asker != address(0), "not our question");
        (q.output, q.answered) = (output, true);
        answers[q.modelId][string(q.input)] = string(output);
        emit Answered(requestId, output);
    }

    function aiOracleCallbackError(uint256 requestId, AIOracleError code, bytes calldata message, bytes calldata data)
        external
        override
        onlyAIOracleCallback
    {
        questions[requestId].failed = true;
        emit AICallbackError(requestId, code, message, data);
    }

    /// @notice What a delivery leaves over, and the refund of an expired request, come here.
    receive() external payable {}
}
