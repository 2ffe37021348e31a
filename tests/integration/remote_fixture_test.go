package integration_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	remotetypes "github.com/imochain/imod/x/remote/types"
)

// The far end of the loop plays another chain: who holds vouchers there is an investor abroad, whose transfers with a memo
// arrive at the near end.

// abroad is an investor on the other chain.
type abroad struct {
	*road
	who  chain.Account
	seen []string // answers and views after every packet
}

// goAbroad gives who some IMO on the other chain, over IBC v1.
func (j *job) goAbroad(who chain.Account, amount sdkmath.Int) *abroad {
	j.T.Helper()
	return j.overV1().invest(who, amount)
}

// invest gives who some IMO at the far end.
func (r *road) invest(who chain.Account, amount sdkmath.Int) *abroad {
	r.T.Helper()
	a := &abroad{road: r, who: who}
	require.True(r.T, r.relay(r.parcel(ok(r.T, r.Next(r.Tx(who, r.transfer(r.near, coin(amount), who, who.String(), "")))))).Success())
	require.Equal(r.T, amount.String(), a.held())
	return a
}

// held is what the investor has on the other chain.
func (a *abroad) held() string { return a.heldOf(app.BaseDenom).String() }

func (a *abroad) heldOf(denom string) sdkmath.Int {
	return a.Balance(a.who.Address(), a.voucher(denom))
}

// account is the one on this chain that acts for the investor.
func (a *abroad) account() sdk.AccAddress { return remotetypes.Account(a.near, a.who.String()) }

// send is a transfer with a memo; the packet has left when it returns.
func (a *abroad) send(amount sdkmath.Int, receiver, memo string) parcel {
	a.T.Helper()
	token := sdk.NewCoin(a.voucher(app.BaseDenom), amount)
	return a.parcel(ok(a.T, a.Next(a.Tx(a.who, a.transfer(a.far, token, a.who, receiver, memo)))))
}

// ask sends some coins with a memo and brings the answer back.
func (a *abroad) ask(amount sdkmath.Int, memo string) answer {
	a.T.Helper()
	return a.relay(a.send(amount, a.who.String(), memo))
}

// relay is road.relay and keeps what there was to see.
func (a *abroad) relay(p parcel) answer {
	a.T.Helper()
	out := a.road.relay(p)
	a.seen = append(a.seen, fmt.Sprintf("%+v %s", out, a.view()))
	return out
}

// conserved: the escrow of the channel holds what circulates at the other end.
func (a *abroad) conserved(denoms ...string) {
	a.T.Helper()
	for _, denom := range append(denoms, app.BaseDenom) {
		escrow := a.Balance(transfertypes.GetEscrowAddress(transfertypes.PortID, a.near), denom)
		require.Equal(a.T, a.App().BankKeeper.GetSupply(a.Context(), a.voucher(denom)).Amount.String(), escrow.String(), denom)
	}
}

// view is the state of x/imo in which the names that differ between the versions of IBC are the same, with what the
// investor has on both chains.
func (a *abroad) view() string {
	a.T.Helper()
	names := strings.NewReplacer(a.account().String(), "account", `"`+a.near+`"`, `"near"`)
	var state map[string]any
	require.NoError(a.T, json.Unmarshal([]byte(names.Replace(a.imoState())), &state))
	allocations, _ := state["allocations"].([]any)
	slices.SortFunc(allocations, func(x, y any) int { return strings.Compare(ownerOf(x), ownerOf(y)) }) // kept by address
	out, err := json.Marshal([]any{
		state, a.heldOf(app.BaseDenom), a.heldOf(a.denom), a.Balance(a.account(), app.BaseDenom), a.Balance(a.account(), a.denom),
	})
	require.NoError(a.T, err)
	return string(out)
}

func ownerOf(allocation any) string {
	owner, _ := allocation.(map[string]any)["owner"].(string)
	return owner
}
