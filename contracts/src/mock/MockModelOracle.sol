// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import "../interfaces/IModelOracle.sol";
import "../interfaces/IModelOracleReceiver.sol";

/// @title The model oracle for unit tests of contracts, without a chain
/// @notice Requests, refusals, events and callbacks are as on the chain; the test says what a model
/// answers with `answer`, or that nobody answered with `expire`. Fees are two plain figures. Callbacks
/// get exactly the gas that was asked for and happen once; a failing one leaves the result readable.
contract MockModelOracle is IModelOracle {
    struct Request {
        address account;
        uint8 status; // 1 pending, 4 final, 5 expired
        uint8 seedKind;
        uint64 seed;
        bool seeded;
        address callbackContract;
        uint64 gasLimit;
        uint32 count;
        bytes callbackData;
        bytes output;
        bool delivered;
    }

    uint256 public feePerRequest = 1e15;
    uint256 public feePerGas = 1e10;
    uint256 public last;
    mapping(uint256 => Request) public requests;

    function setFees(uint256 perRequest, uint256 perGas) external {
        (feePerRequest, feePerGas) = (perRequest, perGas);
    }

    function estimateFee(uint256 modelId, uint256 gasLimit) external view returns (uint256) {
        return estimateFeeBatch(modelId, gasLimit, 1);
    }

    function estimateFeeBatch(uint256, uint256 gasLimit, uint256 batchSize) public view returns (uint256) {
        return feePerRequest * batchSize + feePerGas * gasLimit;
    }

    function requestCallback(uint256 modelId, bytes calldata input, address to, uint64 gasLimit, bytes calldata data)
        external
        payable
        returns (uint256)
    {
        return ask(Ask(modelId, input, to, gasLimit, data, 1, 1, 0));
    }

    function requestCallback(
        uint256 modelId,
        bytes calldata input,
        address to,
        uint64 gasLimit,
        bytes calldata data,
        DA inputDA,
        DA outputDA
    ) external payable returns (uint256) {
        require(inputDA == DA.Calldata && outputDA == DA.Calldata, "both DA arguments must be 0");
        return ask(Ask(modelId, input, to, gasLimit, data, 1, 1, 0));
    }

    function requestBatchInference(
        uint256 batchSize,
        uint256 modelId,
        bytes calldata input,
        address to,
        uint64 gasLimit,
        bytes calldata data,
        DA inputDA,
        DA outputDA
    ) external payable returns (uint256) {
        require(inputDA == DA.Calldata && outputDA == DA.Calldata, "both DA arguments must be 0");
        require(batchSize > 0 && batchSize <= 16, "batch is invalid");
        return ask(Ask(modelId, input, to, gasLimit, data, uint32(batchSize), 1, 0));
    }

    function requestWithSeed(uint256 modelId, uint32, bytes calldata input, uint64 seed, bool)
        external
        payable
        returns (uint256)
    {
        return ask(Ask(modelId, input, address(0), 0, "", 1, 1, seed));
    }

    function requestWithAssignedSeed(
        uint256 modelId,
        uint32,
        bytes calldata input,
        uint8 seedKind,
        bool,
        address to,
        uint64 gasLimit,
        bytes calldata data
    ) external payable returns (uint256) {
        require(seedKind == 2 || seedKind == 3, "seedKind must be 2 or 3");
        return ask(Ask(modelId, input, to, gasLimit, data, 1, seedKind, 0));
    }

    struct Ask {
        uint256 modelId;
        bytes input;
        address to;
        uint64 gasLimit;
        bytes data;
        uint32 count;
        uint8 seedKind;
        uint64 seed;
    }

    function ask(Ask memory a) private returns (uint256 id) {
        require((a.to == address(0)) == (a.gasLimit == 0), "gasLimit without a contract, or the other way round");
        require(a.to == address(0) || a.to.code.length > 0, "the callback is not to a contract");
        uint256 fee = estimateFeeBatch(a.modelId, a.gasLimit, a.count);
        require(msg.value >= fee, "fee is above the maximum given");
        id = last + 1;
        last += a.count;
        Request storage r = requests[id];
        (r.account, r.status, r.seedKind, r.seed, r.seeded) = (msg.sender, 1, a.seedKind, a.seed, a.seedKind == 1);
        (r.callbackContract, r.gasLimit, r.callbackData, r.count) = (a.to, a.gasLimit, a.data, a.count);
        emit AICallbackRequest(msg.sender, id, a.modelId, a.input, a.to, a.gasLimit, a.data);
        // The chain never takes more than the fee, and gives the rest back without running code.
        if (msg.value > fee) new Refund{value: msg.value - fee}(payable(msg.sender));
    }

    /// @notice The test's model answers; the courier delivers in the same call.
    function answer(uint256 id, bytes calldata output, uint64 assignedSeed) external {
        Request storage r = requests[id];
        require(r.status == 1, "not pending");
        (r.status, r.output) = (4, output);
        if (!r.seeded) (r.seed, r.seeded) = (assignedSeed, true);
        deliver(id, output);
    }

    /// @notice Nobody answered in time: the fee goes back and the error callback is due.
    function expire(uint256 id) external {
        Request storage r = requests[id];
        require(r.status == 1, "not pending");
        r.status = 5;
        new Refund{value: feePerRequest * r.count}(payable(r.account));
        deliver(id, "");
    }

    function deliver(uint256 id, bytes memory output) public {
        Request storage r = requests[id];
        require(r.status != 0, "request not found");
        require(r.status != 1, "request is not final");
        require(keccak256(output) == keccak256(r.output), "output does not match");
        if (r.callbackContract == address(0)) return;
        require(!r.delivered, "callback is closed");
        r.delivered = true;
        bytes memory input = r.status == 4
            ? abi.encodeCall(IModelOracleReceiver.aiOracleCallback, (id, output, r.callbackData))
            : abi.encodeCall(IModelOracleReceiver.aiOracleCallbackError, (id, 0, "expired", r.callbackData));
        require(gasleft() >= uint256(r.gasLimit) * 64 / 63 + 100_000, "too little gas");
        uint256 before = gasleft();
        (bool success,) = r.callbackContract.call{gas: r.gasLimit}(input);
        if (r.status == 4) emit AICallbackResult(r.account, id, msg.sender, output);
        emit CallbackDelivered(id, r.callbackContract, msg.sender, success, before - gasleft(), 0);
    }

    function isFinalized(uint256 id) external view returns (bool) {
        require(requests[id].status != 0, "request not found");
        return requests[id].status == 4;
    }

    function result(uint256 id) external view returns (uint8, uint8, bytes32, bytes memory) {
        Request storage r = requests[id];
        require(r.status != 0, "request not found");
        return (r.status, r.status == 4 ? 1 : 0, r.status == 4 ? keccak256(r.output) : bytes32(0), r.output);
    }

    function seedOf(uint256 id) external view returns (uint8, uint64, bool) {
        Request storage r = requests[id];
        require(r.status != 0, "request not found");
        return (r.seedKind, r.seed, r.seeded);
    }
}

/// @notice Moves coins without running the recipient's code, as the chain does.
contract Refund {
    constructor(address payable to) payable {
        selfdestruct(to);
    }
}
