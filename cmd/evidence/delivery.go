package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence/internal/delivery"
)

// deliveryFlags are those of verbs that make packs for somebody.
type deliveryFlags struct {
	recipients   []string
	passwordFile string
}

func (f *deliveryFlags) add(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.recipients, "recipient", nil, "`key` of age (age1…) that the pack is encrypted for, as PACK.zip.age beside it; repeatable")
	c.Flags().StringVar(&f.passwordFile, "excel-password-file", "", "`file` with a password: the workbook is written with it as PACK.xlsx beside the pack, as Excel encrypts")
}

// read is done before anything else: a pack takes long, and a key that is mistyped is no use.
func (f *deliveryFlags) read() (d delivery.Delivery, err error) {
	if d.Recipients, err = delivery.ParseRecipients(f.recipients); err != nil {
		return d, usageError{err}
	}
	if f.passwordFile == "" {
		return d, nil
	}
	text, err := os.ReadFile(f.passwordFile)
	if err != nil {
		return d, usage("password of the workbook: %w", err)
	}
	d.Password = strings.TrimRight(string(text), "\r\n")
	if strings.ContainsAny(d.Password, "\r\n") {
		return d, usage("password of the workbook: %s has more than one line", f.passwordFile)
	}
	if err := delivery.CheckPassword(d.Password); err != nil {
		return d, usage("%s: %w", f.passwordFile, err)
	}
	return d, nil
}

// deliver encrypts packs, and returns what it made beside them.
func deliver(d delivery.Delivery, packs []string) (made []string, err error) {
	for _, path := range packs {
		paths, err := d.Deliver(path)
		if made = append(made, paths...); err != nil {
			return made, fmt.Errorf("the pack itself is there: %w", err)
		}
	}
	return made, nil
}
