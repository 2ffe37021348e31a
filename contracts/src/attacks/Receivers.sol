// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import "../interfaces/IERC721Receiver.sol";

interface IMover {
    function transferFrom(address from, address to, uint256 tokenId) external payable;
}

/// @title Receivers of safe transfers, good and bad, for tests
contract Receiver is IERC721Receiver {
    enum Mode {
        Accepts,
        WrongValue,
        RevertsWithReason,
        RevertsWithout,
        Panics,
        SendsBack
    }

    event Received(address operator, address from, uint256 tokenId, bytes data);

    Mode public immutable mode;

    constructor(Mode mode_) {
        mode = mode_;
    }

    function onERC721Received(address operator, address from, uint256 tokenId, bytes calldata data) external returns (bytes4) {
        if (mode == Mode.WrongValue) return 0xdeadbeef;
        if (mode == Mode.RevertsWithReason) revert("not today");
        if (mode == Mode.RevertsWithout) revert();
        if (mode == Mode.Panics) assert(data.length > type(uint64).max);
        if (mode == Mode.SendsBack) IMover(msg.sender).transferFrom(address(this), from, tokenId);
        emit Received(operator, from, tokenId, data);
        return IERC721Receiver.onERC721Received.selector;
    }
}

/// @title A contract that never heard of tokens
contract NotReceiver {
    uint256 public answer = 42;
}
