package e2e_test

import (
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/localnet/rpc"
	"github.com/imochain/imod/tests/live"
	aigcprompt "github.com/imochain/imod/x/aigc/prompt"
	aigctypes "github.com/imochain/imod/x/aigc/types"
)

// Accounts of the tests of a collection: each owns three tokens.
const erc721Accounts, defectAccounts, ownTokens = 10, 4, 3

// contentTest is two collections, of the model of four pixels and of the one that takes any bytes, and accounts of their own.
type contentTest struct {
	collection, letters uint64
	accounts            []rpc.Key
}

// newContentTest makes the collections as the models' creator and funds new accounts. It signs for Ana and Dee, so it runs before
// what signs for them side by side.
func newContentTest(t *testing.T, n *live.Network, model, letters uint64) *contentTest {
	t.Helper()
	c := &contentTest{accounts: make([]rpc.Key, erc721Accounts+defectAccounts)}
	ana, dee := n.Key("ana"), n.Key("dee")
	sends := make([]sdk.Msg, len(c.accounts))
	for i := range c.accounts {
		var err error
		c.accounts[i], err = rpc.NewKey(fmt.Sprintf("owner%d", i))
		require.NoError(t, err)
		sends[i] = sendCoins(dee, c.accounts[i], 9_000_000_000_000_000_000)
	}
	var group errgroup.Group
	group.Go(func() error {
		_, err := n.Client.SendTx(t.Context(), dee, sends)
		return err
	})
	create := func(model uint64, name, symbol string) sdk.Msg {
		return &aigctypes.MsgCreateCollection{
			Creator: ana.Address.String(), ModelId: model, Name: name, Symbol: symbol, RoyaltyPoolBps: 500, RoyaltyCreatorBps: 100,
			MintPrice: sdk.NewInt64Coin(app.BaseDenom, 1_000), MintPolicy: aigctypes.MINT_POLICY_ANYONE,
		}
	}
	_, err := n.Client.SendTx(t.Context(), ana, []sdk.Msg{create(model, "Colours", "COL"), create(letters, "Letters", "LET")})
	require.NoError(t, err)
	require.NoError(t, group.Wait())
	made, err := aigctypes.NewQueryClient(n.Client.Conn()).Collections(t.Context(), &aigctypes.QueryCollectionsRequest{})
	require.NoError(t, err)
	last := len(made.Collections)
	c.collection, c.letters = made.Collections[last-2].Collection.Id, made.Collections[last-1].Collection.Id
	return c
}

func (c *contentTest) prompt(seed uint64) aigcprompt.Prompt {
	return aigcprompt.Prompt{Version: 1, Seed: seed, Input: []byte("a red on blue")}
}

func (c *contentTest) mintMsg(who rpc.Key, seed uint64) sdk.Msg {
	p := c.prompt(seed)
	return &aigctypes.MsgMint{
		Minter: who.Address.String(), CollectionId: c.collection, Version: p.Version, Seed: p.Seed, Input: p.Input,
		MaxFee: sdk.NewCoins(sdk.NewInt64Coin(app.BaseDenom, 1_000_000_000_000_000_000)),
	}
}

func (c *contentTest) tokenID(seed uint64) string {
	encoded, err := c.prompt(seed).Encode()
	if err != nil {
		panic(err)
	}
	id := aigcprompt.TokenID(aigctypes.CollectionAddress(c.collection), encoded)
	return hex.EncodeToString(id[:])
}

// mint mints by message and returns the token's id as a number.
func (c *contentTest) mint(n *live.Network, who rpc.Key, seed uint64) string {
	n.T.Helper()
	_, err := n.Client.SendTx(n.T.Context(), who, []sdk.Msg{c.mintMsg(who, seed)})
	require.NoError(n.T, err)
	return "0x" + c.tokenID(seed)
}

// seedOf is the seed of an account's token.
func seedOf(account, token int) uint64 { return uint64(1_000*(account+1) + token) }

// testContent mints and settles by messages, then drives the collections over JSON-RPC.
func testContent(t *testing.T, n *live.Network, c *contentTest) error {
	var group errgroup.Group
	for i, who := range c.accounts {
		group.Go(func() error { return c.own(t, n, i, who) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, cmd := range []*exec.Cmd{
		c.nodeTests(t, n, "erc721.test.mjs", c.accounts[:erc721Accounts]),
		c.nodeTests(t, n, "content.test.mjs", c.accounts[erc721Accounts:], "LETTERS="+aigctypes.ContractText(c.letters), "REST="+n.Net.Nodes[0].REST),
	} {
		group.Go(func() error {
			out, err := cmd.CombinedOutput()
			t.Log(string(out))
			return err
		})
	}
	group.Go(func() error { return c.verify(t, n) })
	return group.Wait()
}

// verify lets the command line run the model again for a token, and compare with the picture that a node serves for it and for another.
func (c *contentTest) verify(t *testing.T, n *live.Network) error {
	var shown [2]string
	for i := range shown {
		shown[i] = filepath.Join(t.TempDir(), "shown.png")
		if err := fetch(t, fmt.Sprintf("%s/imod/aigc/v1/content/%d/%s", n.Net.Nodes[0].REST, c.collection, c.tokenID(seedOf(0, i))), shown[i]); err != nil {
			return err
		}
	}
	id := c.tokenID(seedOf(0, 0))
	token, err := aigctypes.NewQueryClient(n.Client.Conn()).Token(t.Context(), &aigctypes.QueryTokenRequest{CollectionId: c.collection, TokenId: id})
	if err != nil {
		return err
	}
	root, err := hex.DecodeString(token.Token.ManifestRoot)
	if err != nil {
		return err
	}
	folder := filepath.Join(n.Net.ModelsDir(), bundle.FolderName(bundle.Hash(root)))
	for i, want := range []string{"is that output", "its pixels differ"} {
		out, err := exec.CommandContext(t.Context(), live.Binary(t), "model", "verify-content", strconv.FormatUint(c.collection, 10), id,
			"--bundle", folder, "--grpc", n.Net.Nodes[0].GRPC, "--file", shown[i]).CombinedOutput()
		if (err == nil) != (i == 0) || !strings.Contains(string(out), want) {
			return fmt.Errorf("verify-content of picture %d: %w: %s", i, err, out)
		}
	}
	return nil
}

// fetch writes what an address answers to a file.
func fetch(t *testing.T, url, path string) error {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s: %w", url, response.Status, body, err)
	}
	return os.WriteFile(path, body, 0o600)
}

// own mints and settles an account's tokens by messages.
func (c *contentTest) own(t *testing.T, n *live.Network, account int, who rpc.Key) error {
	var mints, settles []sdk.Msg
	for i := range ownTokens {
		seed := seedOf(account, i)
		mints = append(mints, c.mintMsg(who, seed))
		settles = append(settles, &aigctypes.MsgSettle{Sender: who.Address.String(), CollectionId: c.collection, TokenId: c.tokenID(seed)})
	}
	if _, err := n.Client.SendTx(t.Context(), who, mints); err != nil {
		return fmt.Errorf("mints by message: %w", err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(500 * time.Millisecond) {
		_, err := n.Client.SendTx(t.Context(), who, settles) // its simulation is refused until every result is final
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("settlements by message: %w", err)
		}
	}
}

// trade moves, sells and burns tokens by messages, so that the logs fall behind again.
func (c *contentTest) trade(t *testing.T, n *live.Network) error {
	seller, buyer := c.accounts[erc721Accounts-1], c.accounts[0] // the last one no test over JSON-RPC takes
	owned, err := aigctypes.NewQueryClient(n.Client.Conn()).Owner(t.Context(), &aigctypes.QueryOwnerRequest{Address: seller.Address.String()})
	if err != nil {
		return err
	}
	if len(owned.Tokens) < ownTokens {
		return fmt.Errorf("%s has %d tokens", seller.Address, len(owned.Tokens))
	}
	from, price := seller.Address.String(), sdk.NewCoin(app.BaseDenom, sdkmath.NewInt(12_345))
	if _, err := n.Client.SendTx(t.Context(), seller, []sdk.Msg{
		&aigctypes.MsgTransfer{Sender: from, CollectionId: c.collection, TokenId: owned.Tokens[0].TokenId, Recipient: buyer.Address.String()},
		&aigctypes.MsgBurn{Sender: from, CollectionId: c.collection, TokenId: owned.Tokens[1].TokenId},
		&aigctypes.MsgList{Owner: from, CollectionId: c.collection, TokenId: owned.Tokens[2].TokenId, Price: price},
	}); err != nil {
		return err
	}
	_, err = n.Client.SendTx(t.Context(), buyer, []sdk.Msg{&aigctypes.MsgBuy{
		Buyer: buyer.Address.String(), CollectionId: c.collection, TokenId: owned.Tokens[2].TokenId, ExpectedPrice: price,
	}})
	return err
}

// testLogs replays everything that the network's log tells of the collection.
func testLogs(t *testing.T, n *live.Network, c *contentTest, expired string) {
	require.NoError(t, c.trade(t, n))
	id, ok := new(big.Int).SetString(strings.TrimPrefix(expired, "0x"), 16)
	require.True(t, ok, "no token has expired")
	out, err := c.nodeTests(t, n, "logs.test.mjs", c.accounts[2:3], "EXPIRED="+id.String()).CombinedOutput()
	t.Log(string(out))
	require.NoError(t, err)
}

func (c *contentTest) nodeTests(t *testing.T, n *live.Network, file string, accounts []rpc.Key, env ...string) *exec.Cmd {
	t.Helper()
	return nodeTestsBy(t, n.Net, file, accounts, append(env, "COLLECTION="+aigctypes.ContractText(c.collection))...)
}
