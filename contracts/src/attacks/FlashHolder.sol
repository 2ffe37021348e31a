// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {IModelToken} from "../interfaces/IModelToken.sol";

/// @title A flash loan against a revenue share, for tests
/// @notice Borrows tokens, takes a snapshot, claims and gives the tokens back, in one transaction.
contract FlashHolder {
    event Struck(uint256 snapshotId, uint256 claimable, bool paid);

    receive() external payable {}

    function strike(IModelToken token, address lender, uint256 amount) external {
        token.transferFrom(lender, address(this), amount);
        uint256 id = token.snapshot();
        uint256 claimable = token.claimableRevenue(address(this), id);
        bool paid;
        try token.claim(id) {
            paid = true;
        } catch {}
        token.transfer(lender, amount);
        emit Struck(id, claimable, paid);
    }

    function claim(IModelToken token, uint256 id) external {
        token.claim(id);
    }
}
