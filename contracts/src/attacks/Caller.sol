// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @title Calls a contract in every way there is, for tests
contract Caller {
    receive() external payable {}

    function call(address to, bytes calldata data) external payable returns (bool ok, bytes memory out) {
        (ok, out) = to.call{value: msg.value}(data);
    }

    function delegateCall(address to, bytes calldata data) external returns (bool ok, bytes memory out) {
        (ok, out) = to.delegatecall(data);
    }

    function staticCall(address to, bytes calldata data) external view returns (bool ok, bytes memory out) {
        (ok, out) = to.staticcall(data);
    }

    /// @notice Calls and then reverts everything.
    function callAndRevert(address to, bytes calldata data) external {
        (bool ok, ) = to.call(data);
        require(ok, "the call failed");
        revert("on purpose");
    }

    /// @notice Runs `callAndRevert` inside a frame of its own and goes on.
    function nestedRevert(address to, bytes calldata data) external returns (bool ok, string memory reason) {
        try this.callAndRevert(to, data) {
            ok = true;
        } catch Error(string memory text) {
            reason = text;
        }
    }

    /// @notice The same view many times in one transaction, then one call.
    function viewsThenCall(address to, bytes calldata view_, uint256 times, bytes calldata data) external returns (bool ok) {
        for (uint256 i = 0; i < times; i++) {
            (ok, ) = to.staticcall(view_);
            require(ok, "a view failed");
        }
        (ok, ) = to.call(data);
        require(ok, "the call failed");
    }

    /// @notice `to.transfer(value)`: 2,300 gas and nothing else.
    function stipend(address payable to) external payable {
        to.transfer(msg.value);
    }
}
