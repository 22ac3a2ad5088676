package main

import (
	"encoding/hex"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence/internal/locker"
)

func (a *app) sealCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "seal",
		Short: "Seal what was collected under a signed checkpoint",
		Long: `Seal appends what was collected since the last checkpoint to the locker's log and
signs a checkpoint over all of it. From then on it is evidence, and its removal or
alteration shows. Checkpoints are then copied to the places that evidence.yaml names
(checkpoints: copies:), with all that an earlier run could not copy; where that fails,
the evidence is sealed and the exit code is 1.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			run, err := a.open()
			if err != nil {
				return err
			}
			cp, err := run.Seal(cmd.Context())
			if err != nil {
				return err
			}
			if err := a.tellCheckpoint(cp); err != nil {
				return err
			}
			return run.CopyCheckpoints(cmd.Context())
		},
	}
}

func (a *app) tellCheckpoint(cp locker.Checkpoint) error {
	if a.json {
		return a.printJSON(newCheckpointJSON(cp))
	}
	_, err := fmt.Fprintf(a.stdout, "%s  %d  %s  %s\n", cp.Origin, cp.Size, hex.EncodeToString(cp.Root[:]), cp.SealedAt.UTC().Format(time.RFC3339))
	return err
}
