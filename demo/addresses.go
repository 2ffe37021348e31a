package demo

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"
)

// contract is something that an Ethereum wallet can be pointed at.
type contract struct {
	name    string
	address common.Address
}

func (d *demo) contracts() []contract {
	return []contract{
		{"token " + d.denom + " (ERC-20, ERC-7641)", d.tokenAddress()},
		{fmt.Sprintf("collection %d (ERC-721, ERC-7007)", d.nft.collection), d.collectionAddress()},
		{"offerings", offeringsAddress},
	}
}

// pages are the views of what the demo did, on the first node.
func (d *demo) pages() []string {
	var urls []string
	for _, page := range []string{
		"", fmt.Sprintf("model/%d", d.modelID), fmt.Sprintf("offering/%d", d.sale.id), fmt.Sprintf("income/%d", d.modelID),
		fmt.Sprintf("work/%d/%s", d.nft.collection, d.nft.id), "validators", "solvency",
	} {
		urls = append(urls, d.Network.Pages()+"#/"+page)
	}
	return urls
}
