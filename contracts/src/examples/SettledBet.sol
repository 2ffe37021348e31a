// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import "../interfaces/IModelOracle.sol";

/// @title A bet that a model settles
/// @notice Two sides put in money; a model runs with a seed that nobody could choose or foresee, and
/// the first byte of its output decides: even pays the even side, odd the odd side.
///
/// Everything about a run is public and repeatable: whoever knows the seed knows the outcome. So
/// - the seed is assigned, of the kind for money: it is drawn at the end of the block after the
///   request, whose proposer had fixed its part before it could see the request;
/// - all positions close before the block of the request. While one could still be taken, a bettor
///   who is a proposer would know more than the others;
/// - whoever requests cannot take it back or try again: there is one request, and if it expires
///   everybody gets the stake back;
/// - money is pulled, never sent from the callback: nobody's refusal can stop the settlement.
contract SettledBet {
    enum State {
        Open,
        Asked,
        Settled,
        Refunding
    }

    IModelOracle public immutable oracle;
    uint256 public immutable modelId;
    uint256 public immutable closesAt; // the first block that takes no more positions
    bytes public input;
    uint64 public constant CALLBACK_GAS = 150_000;

    State public state;
    uint256 public requestId;
    bool public evenWon;
    uint256[2] public pot; // even, odd
    mapping(address => uint256[2]) public stakes;

    event Placed(address indexed who, bool even, uint256 amount);
    event Settled(uint256 indexed requestId, bool even);
    event Void(uint256 indexed requestId);

    constructor(IModelOracle oracle_, uint256 modelId_, bytes memory input_, uint256 blocks) {
        (oracle, modelId, input, closesAt) = (oracle_, modelId_, input_, block.number + blocks);
    }

    modifier onlyOracle() {
        require(msg.sender == address(oracle), "not the oracle");
        _;
    }

    function place(bool even) external payable {
        require(block.number < closesAt, "positions are closed");
        uint256 side = even ? 0 : 1;
        pot[side] += msg.value;
        stakes[msg.sender][side] += msg.value;
        emit Placed(msg.sender, even, msg.value);
    }

    /// @notice Anyone may pay for the run once positions are closed; what is left over comes back.
    function ask() external payable returns (uint256) {
        require(state == State.Open && block.number > closesAt, "positions are open, or it was asked");
        uint256 before = address(this).balance - msg.value;
        state = State.Asked;
        requestId = oracle.requestWithAssignedSeed{value: msg.value}(
            modelId, 0, input, 3, false, address(this), CALLBACK_GAS, ""
        );
        uint256 rest = address(this).balance - before;
        if (rest > 0) {
            (bool ok,) = msg.sender.call{value: rest}("");
            require(ok, "the asker takes no coins");
        }
        return requestId;
    }

    function aiOracleCallback(uint256 id, bytes calldata output, bytes calldata) external onlyOracle {
        require(state == State.Asked && id == requestId && output.length > 0, "not our request");
        (uint8 kind,, bool known) = oracle.seedOf(id);
        assert(kind == 3 && known);
        settle(uint8(output[0]));
    }

    /// @notice If the callback failed, anyone settles by the result itself.
    function settleByResult() external {
        require(state == State.Asked, "not asked, or settled");
        (uint8 status,,, bytes memory output) = oracle.result(requestId);
        require(status == 4 && output.length > 0, "no result on chain");
        settle(uint8(output[0]));
    }

    function settle(uint8 first) private {
        evenWon = first % 2 == 0;
        // With nobody on the winning side there is nothing to win: all get their stake back.
        state = pot[evenWon ? 0 : 1] == 0 ? State.Refunding : State.Settled;
        emit Settled(requestId, evenWon);
    }

    function aiOracleCallbackError(uint256 id, uint8, bytes calldata, bytes calldata) external onlyOracle {
        require(state == State.Asked && id == requestId, "not our request");
        state = State.Refunding;
        emit Void(id);
    }

    /// @notice Pays the winner its share, or the stake back.
    function claim() external returns (uint256 amount) {
        uint256[2] memory mine = stakes[msg.sender];
        if (state == State.Settled) {
            uint256 side = evenWon ? 0 : 1;
            amount = (pot[0] + pot[1]) * mine[side] / pot[side];
        } else {
            require(state == State.Refunding, "not settled");
            amount = mine[0] + mine[1];
        }
        delete stakes[msg.sender];
        require(amount > 0, "nothing to claim");
        (bool ok,) = msg.sender.call{value: amount}("");
        require(ok, "the winner takes no coins");
    }

    /// @notice Takes what a delivery leaves over.
    receive() external payable {}
}
