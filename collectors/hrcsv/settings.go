package hrcsv

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evidencepack/evidence/collectors/internal/roster"
)

// settings are those of one source entry; sample.yaml documents them.
type settings struct {
	File        string  `yaml:"file"`
	Roster      string  `yaml:"roster"`
	Encoding    string  `yaml:"encoding"`
	Delimiter   string  `yaml:"delimiter"`
	Timezone    string  `yaml:"timezone"`
	NumberWidth int     `yaml:"employee_number_width"`
	Columns     columns `yaml:"columns"`
	Moves       *moves  `yaml:"moves"`
	Keep        headers `yaml:"keep"`
	MaxAge      string  `yaml:"max_age"`
	Checksum    string  `yaml:"checksum"`  // a file, or what comes behind the roster's name
	Rows        *int64  `yaml:"rows"`      // how many rows there are,
	RowsFile    string  `yaml:"rows_file"` // or a file that says so, named like checksum
}

// columns say which header stands above what.
type columns struct {
	Number     headers `yaml:"employee_number"`
	Name       headers `yaml:"name"`
	Emails     headers `yaml:"emails"`
	Department headers `yaml:"department"`
	Employment headers `yaml:"employment_type"`
	Joined     headers `yaml:"joined_at"`
	Left       headers `yaml:"left_at"`
	Status     headers `yaml:"status"`
}

// moves are the columns of a transfer.
type moves struct {
	At         string `yaml:"at"`
	Department string `yaml:"department"`
}

// headers are one header, or several whose cells are joined.
type headers []string

// UnmarshalYAML reads a text or a list of texts.
func (h *headers) UnmarshalYAML(decode func(any) error) error {
	var one string
	if decode(&one) == nil {
		*h = headers{one}
		return nil
	}
	return decode((*[]string)(h))
}

// none says that a roster does not have something.
const none = "none"

// off reports whether settings say that a roster does not have the column.
func (h headers) off() bool { return len(h) == 1 && h[0] == none }

const defaultMaxAge = "35d"

func (s *settings) validate() (maxAge time.Duration, err error) {
	if s.File == "" {
		return 0, errors.New("file is needed: the roster, or a pattern such as roster/*.csv")
	}
	if _, err := filepath.Match(s.File, ""); err != nil {
		return 0, fmt.Errorf("file: pattern %q: %w", s.File, err)
	}
	if s.Roster == "" {
		if s.Roster = path.Base(filepath.ToSlash(s.File)); strings.ContainsAny(s.Roster, `*?[\`) {
			s.Roster = filepath.ToSlash(s.File)
		}
	}
	defaults(&s.Encoding, "auto")
	defaults(&s.Delimiter, "auto")
	defaults(&s.Timezone, "Asia/Tokyo")
	defaults(&s.MaxAge, defaultMaxAge)
	switch {
	case !slices.Contains([]string{"auto", "utf-8", "shift_jis"}, s.Encoding):
		return 0, fmt.Errorf("encoding: %q: want auto, utf-8 or shift_jis", s.Encoding)
	case !slices.Contains([]string{"auto", "comma", "tab"}, s.Delimiter):
		return 0, fmt.Errorf("delimiter: %q: want auto, comma or tab", s.Delimiter)
	case s.NumberWidth < 0 || s.NumberWidth > 20:
		return 0, fmt.Errorf("employee_number_width: %d: want the digits of a number, at most 20", s.NumberWidth)
	case s.Rows != nil && *s.Rows < 0:
		return 0, fmt.Errorf("rows: %d: want how many rows the roster has below its header", *s.Rows)
	case s.Rows != nil && s.RowsFile != "":
		return 0, errors.New("rows and rows_file are alternatives: give one")
	case s.Moves != nil && (s.Moves.At == "" || s.Moves.Department == ""):
		return 0, errors.New("moves: at and department are needed: the columns of a transfer's day and of the department it leads to")
	}
	if err := s.validateColumns(); err != nil {
		return 0, err
	}
	if maxAge, err = age(s.MaxAge); err != nil {
		return 0, fmt.Errorf("max_age: %w", err)
	}
	return maxAge, nil
}

func defaults(s *string, value string) {
	if *s == "" {
		*s = value
	}
}

// validateColumns refuses columns that could not be read, and what is private.
func (s *settings) validateColumns() error {
	type use struct {
		name string
		list headers
	}
	used := []use{{"keep", s.Keep}}
	for _, f := range s.Columns.fields() {
		if f.given.off() {
			if f.name == "employee_number" {
				return errors.New("columns: employee_number: a roster without numbers tells nobody apart")
			}
			continue
		}
		if len(f.given) > 1 && f.joined == "" {
			return fmt.Errorf("columns: %s: want one column", f.name)
		}
		used = append(used, use{"columns: " + f.name, f.given})
	}
	if s.Moves != nil {
		used = append(used, use{"moves", headers{s.Moves.At, s.Moves.Department}})
	}
	for _, u := range used {
		for _, h := range u.list {
			if roster.Fold(h) == "" {
				return fmt.Errorf("%s: want the header of a column", u.name)
			}
			if private(h) {
				return fmt.Errorf("%s: %s: what is private (birth dates, addresses, telephone numbers, families, bank accounts, pay, My Number) is never recorded", u.name, h)
			}
		}
	}
	return nil
}

// age reads "35d", or a duration as Go writes it.
func age(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 && n <= 3660 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
		return 0, fmt.Errorf("%q: want days such as 35d", s)
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q: want days such as 35d, or hours such as 12h", s)
	}
	return d, nil
}

// privateWords are in the headers of what must not be recorded, whoever asks for
// it: an audit needs none of it.
var privateWords = []string{
	"マイナンバー", "個人番号", "生年月日", "誕生日", "年齢", "性別", "住所", "郵便番号", "都道府県", "市区町村", "番地", "電話", "携帯",
	"口座", "銀行", "金融機関", "給与", "賃金", "年収", "報酬", "扶養", "配偶者", "家族", "続柄", "世帯主", "緊急連絡先", "基礎年金", "被保険者",
	"国籍", "在留", "障害", "障がい", "健康診断", "宗教", "組合員",
	"my number", "mynumber", "birth", "gender", "phone", "bank", "salary", "wage", "dependent", "spouse", "family member", "nationality", "passport",
}

// private reports whether a header is of something that is never recorded. An
// address is, unless it is an e-mail address.
func private(header string) bool {
	h := strings.ToLower(roster.Fold(header))
	if strings.Contains(h, "address") && !strings.Contains(h, "mail") {
		return true
	}
	return slices.ContainsFunc(privateWords, func(w string) bool { return strings.Contains(h, w) })
}
