package integration_test

import (
	"encoding/hex"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/x/aigc/prompt"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

func newMatrix(t testing.TB) *matrix {
	t.Helper()
	m := &matrix{
		job: newJobOn(t, []string{"ana", "bo", "chi", "dee", "eve"}, matrixGenesis),
		at: map[string]common.Address{
			"oracle": oracleAddress, "offerings": offeringsAddress,
			"token":      common.BytesToAddress(imotypes.TokenAddress(1)),
			"collection": common.Address(aigctypes.CollectionAddress(1)),
		},
		tried: map[string]bool{},
	}
	m.liquidityBps = 500
	return m
}

// termsHash is that of the offering.
func (m *matrix) termsHash() (out [32]byte) {
	m.T.Helper()
	offering, _, err := m.App().IMOKeeper.Offering(m.Context(), 1)
	require.NoError(m.T, err)
	raw, err := hex.DecodeString(offering.TermsHash)
	require.NoError(m.T, err)
	return [32]byte(raw)
}

// fill gives the token revenue and allowances, the collection tokens, and the oracle a result to deliver.
func (m *matrix) fill() {
	m.T.Helper()
	ok(m.T, m.Next(m.collects(m.bo)))
	m.fillContent()
}

func (m *matrix) fillContent() {
	m.T.Helper()
	token := m.at["token"]
	ok(m.T, m.Next(m.EthTx(m.eve, chain.Call{To: &token, Value: imo(100).BigInt(), Gas: 400_000})))
	m.withBeacon()
	ok(m.T, m.Next(m.EthTx(m.eve, chain.Call{To: &token, Value: imo(5).BigInt(), Gas: 21_000}))) // lies there until somebody syncs
	m.call(m.bo, token, "token", nil, "approve", m.dee.EVM(), imo(10).BigInt())
	ok(m.T, m.Next(m.Tx(m.ana, &aigctypes.MsgCreateCollection{
		Creator: m.ana.String(), ModelId: 1, Name: "Tiny works", Symbol: "TINY", RoyaltyPoolBps: 500, RoyaltyCreatorBps: 100,
		SupplyLimit: 100, MintPrice: coin(imo(2)), MintPolicy: aigctypes.MINT_POLICY_ANYONE,
	})))
	for _, seed := range []uint64{21, 22} {
		m.call(m.eve, m.at["collection"], "collection", imo(4).BigInt(), "mint", m.promptOf(seed))
	}
	receiver := m.deploy(m.ana, codeReceiver)
	m.answer(m.ask(m.eve, receiver, 100_000, []byte("data")))
	m.call(m.eve, m.at["collection"], "collection", nil, "settle", m.nft(21))
}

func (m *matrix) promptOf(seed uint64) []byte {
	m.T.Helper()
	encoded, err := prompt.Prompt{Version: 1, Seed: seed, Input: []byte("red")}.Encode()
	require.NoError(m.T, err)
	return encoded
}

func (m *matrix) nft(seed uint64) *big.Int {
	id := prompt.TokenID(aigctypes.CollectionAddress(1), m.promptOf(seed))
	return new(big.Int).SetBytes(id[:])
}

func (m *matrix) cellsOfOracle() []cell {
	oracle := func(method string, value *big.Int, args ...any) cell {
		return cell{contract: "oracle", method: method, from: m.eve, args: args, value: value}
	}
	// The last request is the one with a callback.
	genesis, err := m.App().OracleKeeper.ExportGenesis(m.Context())
	require.NoError(m.T, err)
	id := new(big.Int).SetUint64(genesis.Totals.LastRequestId)
	request, err := m.App().OracleKeeper.Request(m.Context(), genesis.Totals.LastRequestId)
	require.NoError(m.T, err)
	output, _, err := m.worker.Output(m.T.Context(), [32]byte(request.OutputRoot))
	require.NoError(m.T, err)
	model, input, value := big.NewInt(1), []byte("a red on blue"), imo(20).BigInt()
	receiver := common.BytesToAddress(m.callbackContract(genesis.Totals.LastRequestId))
	none, gas, data := common.Address{}, uint64(100_000), []byte("data")
	return []cell{
		oracle("requestCallback", value, model, input, receiver, gas, data),
		oracle("requestCallback0", value, model, input, receiver, gas, data, uint8(0), uint8(0)),
		oracle("requestBatchInference", value, big.NewInt(2), model, oracletypes.JoinBatch([][]byte{input, []byte("red")}), receiver, gas, data, uint8(0), uint8(0)),
		oracle("requestWithSeed", value, model, uint32(0), input, uint64(9), true),
		oracle("requestWithAssignedSeed", value, model, uint32(0), input, uint8(3), false, none, uint64(0), []byte{}),
		oracle("deliver", nil, id, output),
		oracle("estimateFee", nil, model, big.NewInt(100_000)),
		oracle("estimateFeeBatch", nil, model, big.NewInt(100_000), big.NewInt(3)),
		oracle("isFinalized", nil, id),
		oracle("result", nil, id),
		oracle("seedOf", nil, id),
	}
}

func (m *matrix) callbackContract(id uint64) sdk.AccAddress {
	m.T.Helper()
	return sdk.MustAccAddressFromBech32(m.callback(id).Contract)
}

func (m *matrix) cellsOfToken() []cell {
	token := func(method string, from chain.Account, args ...any) cell {
		return cell{contract: "token", method: method, from: from, args: args}
	}
	bo, eve, far, some := m.bo.EVM(), m.eve.EVM(), big.NewInt(1<<40), imo(1).BigInt()
	deadline := big.NewInt(m.Time().Add(time.Hour).Unix())
	v, r, s := m.permit(m.bo, eve, some, deadline)
	return []cell{
		token("transfer", m.bo, eve, some), token("approve", m.bo, eve, some), token("transferFrom", m.dee, bo, eve, some),
		token("claim", m.bo, far), token("claimBatch", m.bo, []*big.Int{big.NewInt(0), far}), token("claimFor", m.eve, bo),
		token("snapshot", m.eve), token("burn", m.bo, some), token("sync", m.eve), token("permit", m.dee, bo, eve, some, deadline, v, r, s),
		token("name", m.eve), token("symbol", m.eve), token("decimals", m.eve), token("totalSupply", m.eve),
		token("balanceOf", m.eve, bo), token("allowance", m.eve, bo, eve), token("claimableRevenue", m.eve, bo, far),
		token("revenueOf", m.eve, bo, big.NewInt(1)), token("claimableERC20", m.eve, bo, far, common.Address{}),
		token("redeemableOnBurn", m.eve, some), token("redeemableERC20OnBurn", m.eve, some, common.Address{}),
		token("nonces", m.eve, bo), token("DOMAIN_SEPARATOR", m.eve),
	}
}

// permit signs an allowance with nonce 0.
func (m *matrix) permit(owner chain.Account, spender common.Address, value, deadline *big.Int) (uint8, [32]byte, [32]byte) {
	m.T.Helper()
	key, err := crypto.ToECDSA(owner.Key.Key)
	require.NoError(m.T, err)
	separator := m.view(m.at["token"], "token", "DOMAIN_SEPARATOR")[0].([32]byte)
	message := crypto.Keccak256(
		crypto.Keccak256([]byte("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")),
		common.LeftPadBytes(owner.Address(), 32), common.LeftPadBytes(spender[:], 32), common.LeftPadBytes(value.Bytes(), 32),
		make([]byte, 32), common.LeftPadBytes(deadline.Bytes(), 32),
	)
	signature, err := crypto.Sign(crypto.Keccak256([]byte{0x19, 0x01}, separator[:], message), key)
	require.NoError(m.T, err)
	return signature[64] + 27, [32]byte(signature[:32]), [32]byte(signature[32:64])
}

func (m *matrix) cellsOfCollection() []cell {
	nft := func(method string, args ...any) cell {
		return cell{contract: "collection", method: method, from: m.eve, args: args}
	}
	record, err := m.App().AIGCKeeper.Token(m.Context(), 1, aigctypes.TokenID(common.BigToHash(m.nft(22))))
	require.NoError(m.T, err)
	request, err := m.App().OracleKeeper.Request(m.Context(), record.RequestId)
	require.NoError(m.T, err)
	settled, pending, eve, bo := m.nft(21), m.nft(22), m.eve.EVM(), m.bo.EVM()
	return append(m.cellsOfMarket(settled),
		nft("settle", pending), nft("addAigcData", pending, m.promptOf(22), request.OutputRoot, []byte{}),
		nft("approve", bo, settled), nft("setApprovalForAll", bo, true), nft("transferFrom", eve, bo, settled),
		nft("safeTransferFrom", eve, bo, settled), nft("safeTransferFrom0", eve, bo, settled, []byte("data")),
		nft("name"), nft("symbol"), nft("totalSupply"), nft("balanceOf", eve), nft("ownerOf", settled), nft("getApproved", settled),
		nft("isApprovedForAll", eve, bo), nft("tokenURI", settled), nft("tokenByIndex", big.NewInt(0)),
		nft("tokenOfOwnerByIndex", eve, big.NewInt(0)), nft("royaltyInfo", settled, imo(10).BigInt()), nft("prompt", settled),
		nft("tokenId", m.promptOf(21)), nft("verify", m.promptOf(21), request.OutputRoot, []byte{}),
		nft("supportsInterface", [4]byte{0x80, 0xac, 0x58, 0xcd}),
	)
}

// cellsOfMarket are minting, listings and offers of a token that eve owns.
func (m *matrix) cellsOfMarket(id *big.Int) []cell {
	nft := func(method string, from chain.Account, args ...any) cell {
		return cell{contract: "collection", method: method, from: from, args: args}
	}
	pays := func(c cell, whole int64) cell {
		c.value = imo(whole).BigInt()
		return c
	}
	// after runs messages on the branch, a block earlier.
	after := func(c cell, msgs ...sdk.Msg) cell {
		c.prepare = func(ctx sdk.Context) {
			for _, msg := range msgs {
				_, err := m.App().MsgServiceRouter().Handler(msg)(ctx.WithBlockHeight(m.Height()), msg)
				require.NoError(m.T, err)
			}
		}
		return c
	}
	text, price, until := hex.EncodeToString(common.BigToHash(id).Bytes()), imo(80).BigInt(), m.Time().Add(time.Hour)
	list := &aigctypes.MsgList{Owner: m.eve.String(), CollectionId: 1, TokenId: text, Price: coin(imo(80))}
	offer := &aigctypes.MsgMakeOffer{Bidder: m.bo.String(), CollectionId: 1, TokenId: text, Price: coin(imo(80)), Expires: until}
	move := &aigctypes.MsgTransfer{Sender: m.eve.String(), CollectionId: 1, TokenId: text, Recipient: m.bo.String()}
	hash := commitmentOf(m.bo, 31)
	commit := &aigctypes.MsgCommit{Sender: m.bo.String(), CollectionId: 1, Commitment: hex.EncodeToString(hash[:])}
	update, withdraw := nft("update", m.eve, m.promptOf(21), []byte{1}), nft("withdraw", m.eve, m.eve.EVM())
	token, err := m.App().AIGCKeeper.Token(m.Context(), 1, aigctypes.TokenID(common.BigToHash(id)))
	require.NoError(m.T, err)
	update.prepare, withdraw.prepare = m.changed(token.RequestId, []byte{1}), m.credited(m.eve, coin(imo(3)))
	expires := uint64(until.Unix())
	return []cell{
		pays(nft("mint", m.eve, m.promptOf(23)), 4), pays(nft("commit", m.bo, hash), 4),
		after(pays(nft("mintCommitted", m.bo, encoded(31), commitSalt), 4), commit),
		nft("list", m.eve, id, price), nft("listIn", m.eve, id, app.BaseDenom, price), after(nft("unlist", m.eve, id), list),
		after(pays(nft("buy", m.bo, id), 80), list), after(nft("buyIn", m.bo, id, app.BaseDenom, price), list), after(nft("listing", m.bo, id), list),
		pays(nft("makeOffer", m.bo, id, expires), 80), nft("makeOfferIn", m.bo, id, app.BaseDenom, price, expires),
		after(nft("offerOf", m.eve, id, m.bo.EVM()), offer), after(nft("cancelOffer", m.bo, id, m.bo.EVM()), offer),
		after(nft("announce", m.chi, []*big.Int{id}), move), after(nft("unannounced", m.chi, big.NewInt(10)), move),
		after(nft("acceptOffer", m.eve, id, m.bo.EVM(), app.BaseDenom, price), offer), nft("burn", m.eve, id), update, withdraw,
	}
}
