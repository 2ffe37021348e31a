package keeper

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

type queryServer struct{ k *Keeper }

// NewQueryServer returns the module's query server.
func NewQueryServer(k *Keeper) types.QueryServer { return queryServer{k} }

var _ types.QueryServer = queryServer{}

// Params implements types.QueryServer.
func (q queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := q.k.params.Get(ctx)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryParamsResponse{Params: params}, nil
}

// Request implements types.QueryServer.
func (q queryServer) Request(ctx context.Context, req *types.QueryRequestRequest) (*types.QueryRequestResponse, error) {
	r, err := q.k.Request(ctx, req.Id)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryRequestResponse{Request: r}, nil
}

// Receipt implements types.QueryServer.
func (q queryServer) Receipt(ctx context.Context, req *types.QueryReceiptRequest) (*types.QueryReceiptResponse, error) {
	out, err := q.k.Receipt(ctx, req.Id)
	if err != nil {
		return nil, grpcError(err)
	}
	return out, nil
}

// ReceiptRoot implements types.QueryServer.
func (q queryServer) ReceiptRoot(ctx context.Context, req *types.QueryReceiptRootRequest) (*types.QueryReceiptRootResponse, error) {
	root, err := q.k.receiptRoots.Get(ctx, req.Height)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryReceiptRootResponse{ReceiptRoot: root}, nil
}

// Attestations implements types.QueryServer.
func (q queryServer) Attestations(ctx context.Context, req *types.QueryAttestationsRequest) (*types.QueryAttestationsResponse, error) {
	r, err := q.k.Request(ctx, req.Id)
	if err != nil {
		return nil, grpcError(err)
	}
	out := &types.QueryAttestationsResponse{MatchedPower: r.Attested.MatchedPower, TotalPower: r.Attested.TotalPower}
	if out.Bindings, err = q.bindings(ctx, attestation.Key{Kind: attestation.Request, ID: r.Id}); err != nil {
		return nil, grpcError(err)
	}
	signers, err := q.signers(ctx, r.Attested.Signers)
	if err != nil {
		return nil, grpcError(err)
	}
	for _, signer := range signers {
		out.Validators = append(out.Validators, signer.String())
	}
	return out, nil
}

// signers reads the consensus addresses that a set of validator numbers stands for.
func (q queryServer) signers(ctx context.Context, set []byte) ([]sdk.ConsAddress, error) {
	var out []sdk.ConsAddress
	for i, b := range set {
		for bit := range 8 {
			if b>>bit&1 == 0 {
				continue
			}
			address, err := q.k.validatorNumbers.Get(ctx, uint64(i*8+bit+1))
			if err != nil {
				return nil, err
			}
			out = append(out, address)
		}
	}
	return out, nil
}

// Proof implements types.QueryServer.
func (q queryServer) Proof(ctx context.Context, req *types.QueryProofRequest) (*types.QueryProofResponse, error) {
	p, err := q.k.proofs.Get(ctx, req.ModelId)
	if err != nil {
		return nil, grpcError(err)
	}
	bindings, err := q.bindings(ctx, attestation.Key{Kind: attestation.Proof, ID: req.ModelId})
	if err != nil {
		return nil, grpcError(err)
	}
	opened, err := q.k.openedRecords(ctx, attestation.Key{Kind: attestation.Proof, ID: req.ModelId})
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryProofResponse{Proof: p, Bindings: bindings, Opened: opened}, nil
}

func (q queryServer) bindings(ctx context.Context, key attestation.Key) ([]types.Binding, error) {
	stored, err := q.k.storedBindings(ctx, key)
	if err != nil {
		return nil, err
	}
	out := make([]types.Binding, 0, len(stored))
	for _, kv := range stored {
		out = append(out, bindingRecord(kv))
	}
	return out, nil
}

// consensusAddress reads a consensus address, an operator's address or 0x and 20 bytes.
func (q queryServer) consensusAddress(ctx context.Context, text string) (sdk.ConsAddress, error) {
	if digits, ok := strings.CutPrefix(text, "0x"); ok {
		address, err := hex.DecodeString(digits)
		if err == nil && len(address) != attestation.AddressSize {
			err = types.ErrInvalidAccount.Wrapf("%d bytes", len(address))
		}
		return address, err
	}
	if address, err := sdk.ConsAddressFromBech32(text); err == nil {
		return address, nil
	}
	operator, err := sdk.ValAddressFromBech32(text)
	if err != nil {
		return nil, types.ErrInvalidAccount.Wrap("neither a consensus nor an operator address")
	}
	v, err := q.k.staking.Validator(ctx, operator)
	if err != nil {
		return nil, err
	}
	return v.GetConsAddr()
}

// EstimateFee implements types.QueryServer.
func (q queryServer) EstimateFee(ctx context.Context, req *types.QueryEstimateFeeRequest) (*types.QueryEstimateFeeResponse, error) {
	networkFee, price, err := q.k.EstimateFee(ctx, req.ModelId, req.Version, req.InputBytes, req.StoreOutput)
	if err != nil {
		return nil, grpcError(err)
	}
	params, err := q.k.params.Get(ctx)
	if err != nil {
		return nil, grpcError(err)
	}
	callback, err := q.k.estimateCallback(ctx, params, req.ModelId, req.Version, req.CallbackGas, 1, req.InputBytes, req.CallbackDataBytes, req.StoreOutput)
	if err != nil {
		return nil, grpcError(err)
	}
	if req.CallbackGas != 0 {
		networkFee = networkFee.Add(dataFee(params, req.CallbackDataBytes))
	}
	return &types.QueryEstimateFeeResponse{NetworkFee: networkFee, ModelPrice: price, Callback: callback}, nil
}

// Output implements types.QueryServer.
func (q queryServer) Output(ctx context.Context, req *types.QueryOutputRequest) (*types.QueryOutputResponse, error) {
	resp, err := q.k.Output(ctx, req.Id)
	if err != nil {
		return nil, grpcError(err)
	}
	return resp, nil
}

// Preview implements types.QueryServer.
func (q queryServer) Preview(ctx context.Context, req *types.QueryPreviewRequest) (*types.QueryPreviewResponse, error) {
	out, err := q.k.Preview(ctx, req)
	if err != nil {
		return nil, grpcError(err)
	}
	return out, nil
}

// Credit implements types.QueryServer.
func (q queryServer) Credit(ctx context.Context, req *types.QueryCreditRequest) (*types.QueryCreditResponse, error) {
	owner, err := q.k.account("owner", req.Owner)
	if err != nil {
		return nil, grpcError(err)
	}
	amount, err := q.k.Credit(ctx, owner)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryCreditResponse{Amount: amount}, nil
}

// grpcError gives an error the code that clients act on.
func grpcError(err error) error {
	switch {
	case errors.Is(err, types.ErrRequestNotFound), errors.Is(err, types.ErrProofNotFound), errors.Is(err, types.ErrCallbackNotFound), errors.Is(err, collections.ErrNotFound),
		errors.Is(err, types.ErrExecutorNotFound), errors.Is(err, types.ErrPanelNotFound), errors.Is(err, types.ErrClaimNotFound), errors.Is(err, types.ErrDisputeNotFound):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, types.ErrNotFinal):
		return status.Error(codes.FailedPrecondition, err.Error())
	case errors.Is(err, types.ErrOutputUnavailable):
		return status.Error(codes.Unavailable, err.Error())
	case errors.Is(err, types.ErrInvalidAccount), errors.Is(err, types.ErrInputTooLong), errors.Is(err, types.ErrOutputTooLarge), errors.Is(err, types.ErrInvalidCallback):
		return status.Error(codes.InvalidArgument, err.Error())
	default:
		return err
	}
}
