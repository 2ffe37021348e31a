package types

import (
	"unicode/utf8"

	"github.com/imochain/imod/x/aigc/settlement"
)

// MaxNoteLength bounds the text of a report and of flags, in bytes.
const MaxNoteLength = 256

// MaxReports bounds the open reports about one token.
const MaxReports = 16

// ValidateBasic checks what can be checked of a report alone.
func (r Report) ValidateBasic() error {
	if r.Reporter == "" {
		return ErrInvalidReport.Wrap("no reporter")
	}
	if _, ok := ReportReason_name[int32(r.Reason)]; !ok || r.Reason == REPORT_REASON_UNSPECIFIED {
		return ErrInvalidReport.Wrapf("reason %d is unknown", r.Reason)
	}
	if err := validateNote(r.Text); err != nil {
		return err
	}
	if err := r.Bond.Validate(); err != nil {
		return ErrInvalidReport.Wrapf("bond: %s", err)
	}
	if err := settlement.CheckPrice(r.Bond.Amount); err != nil {
		return ErrInvalidReport.Wrapf("bond: %s", err)
	}
	return nil
}

// ValidateBasic checks what can be checked of flags alone.
func (f Flags) ValidateBasic() error {
	return validateNote(f.Note)
}

// None tells whether nothing is flagged.
func (f Flags) None() bool {
	return !f.Sensitive && !f.Withdrawn
}

func validateNote(text string) error {
	if len(text) > MaxNoteLength {
		return ErrInvalidReport.Wrapf("text of %d bytes, at most %d", len(text), MaxNoteLength)
	}
	if !utf8.ValidString(text) {
		return ErrInvalidReport.Wrap("text is not UTF-8")
	}
	return nil
}
