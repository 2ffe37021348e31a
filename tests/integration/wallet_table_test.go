package integration_test

import (
	"encoding/hex"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/testutil/models"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// walletStep makes a message of the state that the steps before left, or lets time pass.
type walletStep func(j *job) walletCase

// walletTable is the life of a model, of its token and of its works, told by every message there is.
func walletTable(j *job) []walletStep {
	says := func(from chain.Account, message sdk.Msg) walletStep {
		return func(*job) walletCase { return walletCase{from: from, message: message} }
	}
	refused := func(why string, from chain.Account, message sdk.Msg) walletStep {
		return func(*job) walletCase { return walletCase{from, message, true, why} }
	}
	passes := func(d time.Duration, blocks int) walletStep {
		return func(j *job) walletCase {
			j.NextAfter(d)
			for range blocks {
				j.Next()
			}
			return walletCase{}
		}
	}
	var steps []walletStep
	steps = append(steps, saleTable(j, says, refused, passes)...)
	steps = append(steps, revenueTable(j, says, refused, passes)...)
	steps = append(steps, requestTable(j, says, refused, passes)...)
	steps = append(steps, disputeTable(j, says, refused)...)
	return append(steps, contentTable(j, says, refused, passes)...)
}

type (
	sayStep    func(chain.Account, sdk.Msg) walletStep
	refuseStep func(string, chain.Account, sdk.Msg) walletStep
	passStep   func(time.Duration, int) walletStep
)

// saleTable: models, a sale, its market and its treasury.
func saleTable(j *job, says sayStep, refused refuseStep, passes passStep) []walletStep {
	ana, bo, chi, dee, eve := j.ana.String(), j.bo.String(), j.chi.String(), j.dee.String(), j.eve.String()
	bid := func(from chain.Account, amount sdkmath.Int, tenths int64) walletStep {
		return func(j *job) walletCase {
			o, _, err := j.App().IMOKeeper.Offering(j.Context(), 2)
			require.NoError(j.T, err)
			return walletCase{from: from, message: &imotypes.MsgPlaceBid{
				Bidder: from.String(), OfferingId: 2, Amount: coin(amount), MaxPrice: sdkmath.NewIntWithDecimal(tenths, 17), TermsHash: o.TermsHash,
				Home: &imotypes.Home{Channel: "channel-9", Receiver: "somebody", Tokens: true},
			}}
		}
	}
	deadline := func(j *job) time.Time { return j.Time().Add(time.Hour).UTC().Truncate(time.Second) }
	token := func(n int64) sdk.Coin { return sdk.NewCoin(j.denom, imo(n)) }
	return []walletStep{
		says(j.eve, &imotypes.MsgRegisterModel{
			Creator: eve, Name: "Other", Licence: "Apache-2.0", BundleUris: []string{"http://127.0.0.1:1/b"}, Manifest: models.Tiny(j.T, j.eve.Address(), 30).Manifest.Encode(),
			Price: coin(imo(1)), Contributors: []imotypes.Contributor{{Address: bo, Weight: 1}, {Address: chi, Weight: 2}}, VerificationClass: imotypes.VERIFICATION_CLASS_ATTESTED,
		}),
		refused("under proof", j.eve, &imotypes.MsgRetireModel{Creator: eve, ModelId: 2}),
		says(j.ana, &imotypes.MsgSetPrice{Creator: ana, ModelId: 1, Price: coin(imo(2))}),
		func(j *job) walletCase { return walletCase{from: j.ana, message: j.batchSale()} },
		says(j.ana, &imotypes.MsgCancelOffering{Creator: ana, OfferingId: 1}),
		func(j *job) walletCase { return walletCase{from: j.ana, message: j.batchSale()} },
		bid(j.bo, imo(400), 9), bid(j.chi, imo(10), 1), bid(j.dee, imo(20), 5),
		says(j.dee, &imotypes.MsgCancelBid{Owner: dee, OfferingId: 2, BidId: 3}),
		passes(200*time.Second, 1),
		refused("settled", j.eve, &imotypes.MsgFinalizeOffering{Sender: eve, OfferingId: 2}),
		says(j.bo, &imotypes.MsgCollectAllocation{Sender: bo, OfferingId: 2}),
		says(j.chi, &imotypes.MsgCollectRefund{Sender: chi, OfferingId: 2}),
		says(j.bo, &imotypes.MsgExit{Holder: bo, Amount: token(1)}),
		says(j.ana, &imotypes.MsgPublishVersion{
			Creator: ana, ModelId: 1, BundleUris: []string{"http://127.0.0.1:1/b"}, Manifest: j.second.Manifest.Encode(),
		}),
		passes(time.Second, 6),
		says(j.bo, &imotypes.MsgObjectVersion{Holder: bo, ModelId: 1, Version: 2}),
		refused("", j.eve, &imotypes.MsgShowSharedWeights{Sender: eve, ModelId: 2, EarlierModelId: 1, Proof: []byte{1, 2}}),
		func(j *job) walletCase {
			return walletCase{from: j.dee, message: &imotypes.MsgSwap{Sender: dee, ModelId: 1, AmountIn: coin(imo(1)), MinOut: sdk.NewInt64Coin(j.denom, 1), Deadline: deadline(j)}}
		},
		func(j *job) walletCase {
			return walletCase{from: j.bo, message: &imotypes.MsgAddLiquidity{
				Sender: bo, ModelId: 1, MaxTokens: token(10), MaxPayment: coin(imo(10)), MinShares: sdkmath.OneInt(), Deadline: deadline(j),
			}}
		},
		func(j *job) walletCase {
			return walletCase{from: j.bo, message: &imotypes.MsgRemoveLiquidity{
				Sender: bo, ModelId: 1, Shares: sdkmath.NewInt(1000), MinTokens: sdk.NewInt64Coin(j.denom, 0), MinPayment: sdk.NewInt64Coin(app.BaseDenom, 0), Deadline: deadline(j),
			}}
		},
		refused("nothing", j.dee, &imotypes.MsgCollectPoolRevenue{Sender: dee, ModelId: 1}),
		passes(200*time.Second, 0),
		says(j.eve, &imotypes.MsgReleaseProceeds{Sender: eve, OfferingId: 2}),
		says(j.ana, &imotypes.MsgProposeSpend{Treasury: ana, ModelId: 1, Recipient: dee, Amount: token(1), Note: "for the work"}),
		says(j.bo, &imotypes.MsgObjectSpend{Holder: bo, SpendId: 1}),
		refused("spend", j.eve, &imotypes.MsgExecuteSpend{Sender: eve, SpendId: 1}),
		refused("authority", j.bo, &imotypes.MsgUpdateParams{Authority: bo, Params: imotypes.DefaultParams()}),
	}
}

// revenueTable: what holders do with the revenue of the token.
func revenueTable(j *job, says sayStep, refused refuseStep, passes passStep) []walletStep {
	bo, dee, eve := j.bo.String(), j.dee.String(), j.eve.String()
	return []walletStep{
		says(j.eve, &revsharetypes.MsgDeposit{Depositor: eve, ShareDenom: j.denom, Amount: coin(imo(50))}),
		passes(time.Second, 20),
		says(j.bo, &revsharetypes.MsgClaim{Holder: bo, ShareDenom: j.denom}),
		says(j.eve, &revsharetypes.MsgClaimFor{Caller: eve, ShareDenom: j.denom, Holder: dee}),
		says(j.eve, &revsharetypes.MsgRequestSnapshot{Requester: eve, ShareDenom: j.denom}),
		says(j.eve, &revsharetypes.MsgSync{Caller: eve, ShareDenom: j.denom}),
		says(j.bo, &revsharetypes.MsgSetPayout{Holder: bo, Payout: dee}),
		says(j.bo, &revsharetypes.MsgSetRefusals{Holder: bo, Denoms: []string{app.BaseDenom}}),
		says(j.dee, &revsharetypes.MsgSetAutoPayout{Holder: dee, ShareDenom: j.denom, Enabled: true}),
		says(j.bo, &revsharetypes.MsgRedeem{Holder: bo, Amount: sdk.NewCoin(j.denom, imo(1))}),
		refused("checkpoints", j.eve, &revsharetypes.MsgCompact{Caller: eve, ShareDenom: j.denom, Holder: bo}),
		refused("authority", j.bo, &revsharetypes.MsgUpdateParams{Authority: bo, Params: revsharetypes.DefaultParams()}),
	}
}

// requestTable: requests, and what operators of validators say.
func requestTable(j *job, says sayStep, refused refuseStep, passes passStep) []walletStep {
	bo, eve, operator := j.bo.String(), j.eve.String(), j.Validators[0].Operator
	ask := &oracletypes.MsgRequestInference{Requester: eve, ModelId: 1, Input: []byte("red"), Seed: 3, MaxFee: coins(imo(20))}
	return []walletStep{
		says(j.eve, ask), passes(time.Second, 2),
		refused("output", j.eve, &oracletypes.MsgDeliverOutput{Sender: eve, RequestId: 1, Output: []byte{1}}),
		refused("nothing to claim", j.eve, &oracletypes.MsgClaimRefund{Sender: eve, Owner: eve}),
		refused("callback", j.eve, &oracletypes.MsgTopUpCallback{Sender: eve, RequestId: 1, Amount: coin(imo(1))}),
		says(operator, &oracletypes.MsgSetCourier{Operator: operator.String(), Courier: bo}),
		says(operator, &oracletypes.MsgSetBeacon{Operator: operator.String(), Tip: hex.EncodeToString(make([]byte, 31)) + "07"}),
		says(operator, &oracletypes.MsgSetPolicy{
			Operator: operator.String(), MaxBundleBytes: 1 << 20, MaxWorkUnits: 1 << 30, AllowLicences: []string{"MIT"}, DenyModels: []uint64{7, 8}, Mirror: "http://127.0.0.1:1/m",
		}),
		refused("samples", j.eve, &oracletypes.MsgOpenProof{
			Sender: eve, Kind: oracletypes.SubjectKind_SUBJECT_KIND_PROOF, ModelId: 1, Validator: sdk.ConsAddress(j.Validators[0].Address()).String(),
			ResultsRoot: make([]byte, 32), Witness: make([]byte, 32),
		}),
		refused("authority", j.bo, &oracletypes.MsgUpdateParams{Authority: bo, Params: oracletypes.DefaultParams()}),
	}
}

// disputeTable: an executor, and moves of a dispute that is not.
func disputeTable(j *job, says sayStep, refused refuseStep) []walletStep {
	eve := j.eve.String()
	hash := make([]byte, 32)
	hashes, root := [][]byte{hash, hash}, hex.EncodeToString(hash)
	none := "not found"
	return []walletStep{
		says(j.eve, &oracletypes.MsgRegisterExecutor{Executor: eve, Capacity: 1, Bond: coin(imo(30)), MaxBundleBytes: 1 << 20, MaxWorkUnits: 1 << 20}),
		refused("", j.eve, &oracletypes.MsgAssertResult{Executor: eve, RequestId: 1, OutputRoot: root}),
		refused("", j.eve, &oracletypes.MsgBindResult{Executor: eve, Kind: oracletypes.SubjectKind_SUBJECT_KIND_PROOF, Id: 9, Binding: make([]byte, 20)}),
		refused("", j.eve, &oracletypes.MsgOpenResult{
			Executor: eve, Kind: oracletypes.SubjectKind_SUBJECT_KIND_PROOF, Id: 9, ResultsRoot: hash, Witness: hash, Samples: []byte{1},
		}),
		refused(none, j.eve, &oracletypes.MsgChallenge{Challenger: eve, ClaimId: 9, MaxBond: coin(imo(1))}),
		refused(none, j.eve, &oracletypes.MsgDefend{
			Sender: eve, DisputeId: 9, TraceRoot: root, Nodes: 3, Record: []byte{1}, RecordPath: hashes, OutputPath: hashes, Top: hashes,
		}),
		refused(none, j.eve, &oracletypes.MsgPick{Sender: eve, DisputeId: 9, Child: 1, Whole: true, Record: []byte{1}, RecordPath: hashes}),
		refused(none, j.eve, &oracletypes.MsgReveal{Sender: eve, DisputeId: 9, Hashes: hashes}),
		refused(none, j.eve, &oracletypes.MsgElement{Sender: eve, DisputeId: 9, Element: 4}),
		refused(none, j.eve, &oracletypes.MsgProve{Sender: eve, DisputeId: 9, Segment: 1, Proof: []byte{1}, Salt: hash}),
		refused(none, j.eve, &oracletypes.MsgTimeout{Sender: eve, DisputeId: 9}),
		says(j.eve, &oracletypes.MsgUnregisterExecutor{Executor: eve}),
	}
}

// contentTable: works of the model, their market and what is said against them.
func contentTable(j *job, says sayStep, refused refuseStep, passes passStep) []walletStep {
	ana, bo, chi, dee, eve := j.ana.String(), j.bo.String(), j.chi.String(), j.dee.String(), j.eve.String()
	first, second := idText(1), idText(2)
	later := j.Time().Add(24 * time.Hour).UTC().Truncate(time.Second)
	commitment := commitmentOf(j.eve, 2)
	mint := func(who chain.Account, seed uint64, salt []byte) sdk.Msg {
		m := mintMessage(who.String(), seed, salt).(*aigctypes.MsgMint)
		m.MaxFee = coins(imo(20))
		return m
	}
	return []walletStep{
		says(j.ana, &aigctypes.MsgCreateCollection{
			Creator: ana, ModelId: 1, Name: "Tiny works", Symbol: "TINY", RoyaltyPoolBps: 500, RoyaltyCreatorBps: 100, Versions: []uint32{1},
			SupplyLimit: 100, MintPrice: coin(imo(2)), MintPolicy: aigctypes.MINT_POLICY_ANYONE,
		}),
		says(j.eve, mint(j.eve, 1, nil)),
		says(j.eve, &aigctypes.MsgCommit{Sender: eve, CollectionId: 1, Commitment: hex.EncodeToString(commitment[:])}),
		passes(time.Second, 3),
		says(j.eve, mint(j.eve, 2, commitSalt[:])),
		passes(time.Second, 3),
		says(j.dee, &aigctypes.MsgSettle{Sender: dee, CollectionId: 1, TokenId: first}),
		says(j.dee, &aigctypes.MsgSettle{Sender: dee, CollectionId: 1, TokenId: second}),
		says(j.eve, &aigctypes.MsgMintFromResult{Minter: eve, CollectionId: 1, RequestId: 1}),
		says(j.eve, &aigctypes.MsgList{Owner: eve, CollectionId: 1, TokenId: first, Price: coin(imo(3))}),
		says(j.eve, &aigctypes.MsgUnlist{Owner: eve, CollectionId: 1, TokenId: first}),
		says(j.eve, &aigctypes.MsgList{Owner: eve, CollectionId: 1, TokenId: first, Price: coin(imo(3))}),
		says(j.dee, &aigctypes.MsgBuy{Buyer: dee, CollectionId: 1, TokenId: first, ExpectedPrice: coin(imo(3))}),
		says(j.bo, &aigctypes.MsgMakeOffer{Bidder: bo, CollectionId: 1, TokenId: first, Price: coin(imo(4)), Expires: later}),
		says(j.dee, &aigctypes.MsgAcceptOffer{Owner: dee, CollectionId: 1, TokenId: first, Bidder: bo, ExpectedPrice: coin(imo(4))}),
		says(j.chi, &aigctypes.MsgMakeOffer{Bidder: chi, CollectionId: 1, TokenId: first, Price: coin(imo(4)), Expires: later}),
		says(j.chi, &aigctypes.MsgCancelOffer{Sender: chi, CollectionId: 1, TokenId: first}),
		says(j.eve, &aigctypes.MsgApprove{Sender: eve, CollectionId: 1, TokenId: second, Approved: chi}),
		says(j.eve, &aigctypes.MsgSetApprovalForAll{Owner: eve, CollectionId: 1, Operator: dee, Approved: true}),
		says(j.chi, &aigctypes.MsgTransfer{Sender: chi, CollectionId: 1, TokenId: second, Recipient: ana, Owner: eve}),
		says(j.chi, &aigctypes.MsgReport{Reporter: chi, CollectionId: 1, TokenId: first, Reason: aigctypes.REPORT_REASON_OTHER, Text: "mine"}),
		refused("", j.chi, &aigctypes.MsgEndReport{Sender: chi, CollectionId: 1, TokenId: first}),
		refused("only governance", j.bo, &aigctypes.MsgSetFlags{Authority: bo, CollectionId: 1, TokenId: first, Sensitive: true, Note: "n"}),
		refused("", j.ana, &aigctypes.MsgWithdraw{Owner: ana, CollectionId: 1}),
		says(j.ana, &aigctypes.MsgBurn{Sender: ana, CollectionId: 1, TokenId: second}),
		refused("authority", j.bo, &aigctypes.MsgUpdateParams{Authority: bo, Params: aigctypes.DefaultParams()}),
	}
}
