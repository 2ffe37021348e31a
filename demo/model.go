package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	sdkmath "cosmossdk.io/math"

	"github.com/imochain/imod/inference/bundle"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// requestPrice is what Ana asks for a picture.
var requestPrice = sdkmath.NewIntWithDecimal(5, decimals-1)

// bundleInfo is the packed model.
type bundleInfo struct {
	root     string
	folder   string
	url      string
	manifest []byte
}

func (d *demo) pack(ctx context.Context) error {
	url, err := d.Network.ServeModels(ctx, d.Executable)
	if err != nil {
		return err
	}
	out, err := d.run(ctx, "model", "pack", filepath.Join(d.Models, "picture.onnx"), "--spec", filepath.Join(d.Models, "pipeline.json"),
		"--card", filepath.Join(d.Models, "card.md"), "--creator", d.ana.Address.String(), "--out", d.Network.ModelsDir(), "--output", "json")
	if err != nil {
		return err
	}
	var packed struct {
		Root   string `json:"root"`
		Folder string `json:"folder"`
	}
	if err := json.Unmarshal(out, &packed); err != nil {
		return fmt.Errorf("imod model pack: %w", err)
	}
	d.bundle = bundleInfo{root: packed.Root, folder: packed.Folder, url: url}
	if d.bundle.manifest, err = os.ReadFile(filepath.Join(packed.Folder, bundle.FileManifest)); err != nil {
		return err
	}
	d.progress.note("the bundle's hash is %s", d.bundle.root)
	return nil
}

// run runs imod itself.
func (d *demo) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, d.Executable, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("imod %v: %w: %s", args[:2], err, bytes.TrimSpace(stderr.Bytes()))
	}
	return out, nil
}

func (d *demo) register(ctx context.Context) error {
	var answer imotypes.MsgRegisterModelResponse
	result, err := d.ask(ctx, d.ana, &imotypes.MsgRegisterModel{
		Creator: d.ana.Address.String(), Name: "Picture", Summary: "Paints a small picture from a short sentence and a seed.",
		Licence: "Apache-2.0", BundleUris: []string{d.bundle.url}, Manifest: d.bundle.manifest, Price: native(requestPrice),
		Contributors:      []imotypes.Contributor{{Address: d.ana.Address.String(), Weight: 1}},
		VerificationClass: imotypes.VERIFICATION_CLASS_ATTESTED,
	}, &answer)
	if err != nil {
		return err
	}
	d.modelID = answer.ModelId
	d.denom = imotypes.TokenDenom(d.modelID)
	d.progress.note("Ana registers model %d; the proof costs %s IMO", d.modelID, imo(answer.VerificationFee.Amount))
	d.money.pay(d.ana.name, validators, "proof of the model", answer.VerificationFee.Amount)
	if err := d.waitProved(ctx); err != nil {
		return err
	}
	height, err := d.height(ctx)
	if err != nil {
		return err
	}
	d.progress.note("REPRODUCED by more than 2/3 of the voting power, %d blocks later", height-result.Height)
	return d.nextBlock(ctx)
}

func (d *demo) waitProved(ctx context.Context) error {
	queries := imotypes.NewQueryClient(d.client.Conn())
	return d.poll(ctx, time.Minute, "the proof of the model", func() (bool, error) {
		res, err := queries.Model(ctx, &imotypes.QueryModelRequest{Id: d.modelID})
		if err != nil {
			return false, err
		}
		d.incomeBps = res.Model.IncomeProtocolBps
		switch res.Model.Status {
		case imotypes.MODEL_STATUS_PENDING:
			return false, nil
		case imotypes.MODEL_STATUS_REPRODUCED:
			return true, nil
		default:
			return false, fmt.Errorf("model %d is %s", d.modelID, res.Model.Status)
		}
	})
}
