// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {IModelToken} from "../interfaces/IModelToken.sol";

/// @title A pool that books its balance later than it gets it, for tests
/// @notice As in constant-product pairs, whatever lies here beyond the booked reserve belongs to
/// whoever calls `skim` first.
contract SkimmablePair {
    uint256 public reserve;

    receive() external payable {}

    function skim(address payable to) external {
        (bool sent, ) = to.call{value: address(this).balance - reserve}("");
        require(sent, "skim");
    }

    /// @notice What such a contract does to earn: it claims for itself and books what came.
    function collect(IModelToken token, uint256 id) external {
        token.claim(id);
        reserve = address(this).balance;
    }
}
