package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cast"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/web/flaglist"
)

// Keys of the section [content] of app.toml. They have no flags: the SDK writes a list from the file into its flag as one text.
const keyFlagLists, keyFlagRefresh = "content.flag-lists", "content.flag-refresh"

// defaultFlagRefresh is how often a node reads its flag lists.
const defaultFlagRefresh = time.Hour

// attachFlagLists lets a running node follow the lists of content that it does not serve. They are read until the process ends.
func attachFlagLists(node *app.Node, options servertypes.AppOptions) error {
	sources := cast.ToStringSlice(options.Get(keyFlagLists))
	if len(sources) == 0 {
		return nil
	}
	lists, err := flaglist.New(flaglist.Config{
		Sources: sources, Refresh: cast.ToDuration(options.Get(keyFlagRefresh)), Logger: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	go lists.Run(context.Background())
	node.Flagged = lists.Flagged
	return nil
}
