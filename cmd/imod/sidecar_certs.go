package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/imochain/imod/x/oracle/node/link"
)

// maxCertDays bounds the life of a certificate made here.
const maxCertDays = 3650

func sidecarCertsCmd() *cobra.Command {
	var dir string
	var hosts []string
	days := 365
	cmd := &cobra.Command{
		Use:   "certs",
		Short: "Make the certificates with which a node and a sidecar on another machine know each other",
		Long: `Writes an authority (ca.pem, ca-key.pem), a certificate for the sidecar (sidecar.pem, sidecar-key.pem) and one for
the node (node.pem, node-key.pem). Give the sidecar ca.pem and its two files, the node ca.pem and its two; keep ca-key.pem
apart from both. A second call in the same folder keeps the authority and renews the certificates: either end can be given
its new files while the other has its old ones, and none has to be restarted.`,
		Example: "  imod sidecar certs --dir certs --host sidecar.example.org --host 10.0.0.7",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			valid := time.Duration(min(days, maxCertDays)) * 24 * time.Hour
			if err := link.Make(dir, hosts, time.Now(), valid); err != nil {
				return err
			}
			cmd.Printf("certificates in %s are good until %s\n", dir, time.Now().Add(valid).UTC().Format(time.RFC3339))
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "certs", "folder of the files")
	cmd.Flags().StringArrayVar(&hosts, "host", nil, "name or address under which the node reaches the sidecar; may be repeated")
	cmd.Flags().IntVar(&days, "days", days, "how long the certificates are good")
	if err := cmd.MarkFlagRequired("host"); err != nil {
		panic(err)
	}
	return cmd
}
