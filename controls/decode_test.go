package controls

import "testing"

func TestUnfolded(t *testing.T) {
	for folded, want := range map[string]string{
		"判定する。 service_users に":    "判定する。service_users に",
		"無効にした場合、 又は":              "無効にした場合、又は",
		"書込みの いずれか":                "書込みのいずれか",
		"ファイル （1 時間分） と照合":         "ファイル（1 時間分）と照合",
		"AWS サービスの API を TCP で 使う": "AWS サービスの API を TCP で使う",
		"No change. At all":        "No change. At all",
		" 端 ":                      " 端 ",
	} {
		if got := unfolded(folded); got != want {
			t.Errorf("%q: %q, want %q", folded, got, want)
		}
	}
}
