// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import "./AIOracleConsumer.sol";

/// @title Puts the answer of one model as the question to another, from inside the callback
/// @notice The value pays for both: what the first request leaves over stays here for the second. If
/// the second cannot be asked, the first answer still stands and the asker takes the money back.
contract NestedInference is AIOracleConsumer {
    struct Chain {
        address asker;
        uint256 secondModel;
        uint256 money; // for the second request
        uint256 secondRequest;
        bytes first;
        bytes second;
        bool stuck; // the second could not be asked
    }

    uint64 public constant FIRST_GAS = 1_500_000;
    uint64 public constant SECOND_GAS = 300_000;

    mapping(uint256 firstRequest => Chain) public chains;
    mapping(uint256 secondRequest => uint256) public firstOf;

    event Finished(uint256 indexed firstRequest, uint256 indexed secondRequest, bytes output);

    constructor(IAIOracle oracle) AIOracleConsumer(oracle) {}

    function estimateFee(uint256 firstModel, uint256 secondModel) public view returns (uint256) {
        return aiOracle.estimateFee(firstModel, FIRST_GAS) + aiOracle.estimateFee(secondModel, SECOND_GAS);
    }

    function ask(uint256 firstModel, uint256 secondModel, bytes calldata input) external payable returns (uint256 id) {
        uint256 fee = aiOracle.estimateFee(firstModel, FIRST_GAS);
        require(msg.value >= fee + aiOracle.estimateFee(secondModel, SECOND_GAS), "value below estimateFee");
        id = aiOracle.requestCallback{value: fee}(firstModel, input, address(this), FIRST_GAS, "");
        Chain storage c = chains[id];
        (c.asker, c.secondModel, c.money) = (msg.sender, secondModel, msg.value - fee);
    }

    function aiOracleCallback(uint256 requestId, bytes calldata output, bytes calldata) external override onlyAIOracleCallback {
        uint256 first = firstOf[requestId];
        if (first != 0) {
            chains[first].second = output;
            emit Finished(first, requestId, output);
            return;
        }
        Chain storage c = chains[requestId];
        require(c.asker != address(0), "not our question");
        c.first = output;
        // Caught, because a revert here would lose the first answer: callbacks come once.
        try aiOracle.requestCallback{value: c.money}(c.secondModel, output, address(this), SECOND_GAS, "") returns (uint256 id) {
            (c.secondRequest, c.money) = (id, 0);
            firstOf[id] = requestId;
        } catch {
            c.stuck = true;
        }
    }

    /// @notice Takes back the money of a second request that could not be asked.
    function recover(uint256 firstRequest) external {
        Chain storage c = chains[firstRequest];
        require(c.asker == msg.sender && c.stuck, "nothing to recover");
        uint256 money = c.money;
        c.money = 0;
        (bool ok,) = msg.sender.call{value: money}("");
        require(ok, "the asker takes no coins");
    }

    receive() external payable {}
}
