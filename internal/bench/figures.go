package main

// figure is a row of the table: what of a benchmark's output it shows.
type figure struct {
	folder, bench string // the folder of the benchmark, and its name without "Benchmark"
	of            string // what is measured
	time, memory  string // the units of the benchmark's output that tell them
	peer          string // what runs beside it; empty: nothing does
	ratio         quotient
	target        string // as the benchmark's comment has it; empty: none was set
}

// quotient is of two values of the output; over may be empty, where the output has the ratio.
type quotient struct {
	value, over string
	percent     bool // it is the share, in per cent
}

// figures are the rows, by who is kept waiting: from collecting to verifying.
var figures = []figure{
	{"collectors/cloudtrail", "Archive", "CloudTrail archive, 600,000 events of a day", "collect_MB/s", "peak_MB",
		"inflating and hashing the same files", quotient{value: "ratio_%", percent: true}, ""},
	{"collectors/github", "Requests", "GitHub, requests for 1,000 merged pull requests", "requests/1000_pulls", "",
		"pages of pull requests", quotient{value: "requests/1000_pulls", over: "pages/1000_pulls"}, ""},
	{"collectors/github", "Volume", "GitHub, memory of 50,000 pull requests", "", "MB/50000_pulls",
		"1,000 pull requests", quotient{value: "MB/50000_pulls", over: "MB/1000_pulls"}, "memory does not grow with their number"},
	{"collectors/awsstate", "Snapshots", "AWS state, 85,000 security groups of 100 accounts, far regions", "far_collect_s", "far_collect_peak_MB",
		"the SDK's paginators alone", quotient{value: "far_collect_s", over: "far_paginators_s"}, ""},
	{"collectors/awsstate", "Snapshots", "the same, near regions", "near_collect_s", "near_collect_peak_MB",
		"the same requests, parsed and dropped", quotient{value: "near_collect_s", over: "near_floor_s"}, ""},
	{"derived/securitygroup", "Rebuild", "changes of security groups, derived for a month", "derive_s", "derive_peak_MB",
		"making the records and checking that they are JSON", quotient{value: "derive_s", over: "floor_s"}, ""},
	{"internal/locker", "Large", "locker, 50,000 manifests appended with every fsync", "append-s", "", "", quotient{}, ""},
	{"internal/locker", "Large", "the same locker, verified", "verify-s", "", "", quotient{}, ""},
	{"internal/pipeline", "Month", "a month of 600,000 events, collected", "collect_s", "collect_peak_MB", "", quotient{}, "< 300 MB in every step"},
	{"internal/pipeline", "Month", "the same month, evaluated", "evaluate_s", "evaluate_peak_MB", "", quotient{}, "< 300 MB in every step"},
	{"internal/pipeline", "Month", "the same month, its packs", "pack_s", "pack_peak_MB", "", quotient{}, "< 300 MB in every step"},
	{"internal/pipeline", "Month", "the same month, its packs verified", "verify_s", "verify_peak_MB", "", quotient{}, "< 300 MB in every step"},
	{"internal/pipeline", "MillionSignIns", "a million sign-ins, judged by two controls", "evaluate_s", "evaluate_peak_MB",
		"opa eval on the same records", quotient{value: "times_opa"}, "10 times as fast as opa; < 400 MB"},
	{"internal/pipeline", "MillionSignIns", "the same, against reading and inflating alone", "evaluate_s", "evaluate_peak_MB",
		"reading and inflating the batches", quotient{value: "evaluate_s", over: "floor_s"}, ""},
	{"internal/pipeline", "MillionPack", "the whole pack of a control on a million sign-ins", "pack_s", "pack_peak_MB",
		"excelize's StreamWriter, the bare cells", quotient{value: "times_floor"}, "< 60 s on two processors; < 400 MB"},
	{"internal/pipeline", "MillionPack", "the same pack, verified", "verify_s", "verify_peak_MB", "", quotient{}, "< 400 MB"},
	{"reports", "MillionRows", "workbook of a million items", "xlsx_s", "xlsx_peak_MB",
		"excelize's StreamWriter, the bare cells", quotient{value: "times_floor"}, "at most 1.5 times as long"},
	{"reports", "MillionRows", "the same workbook, against openpyxl", "xlsx_s", "xlsx_peak_MB",
		"openpyxl, write-only mode", quotient{value: "openpyxl_times"}, "3 times as fast"},
	{"internal/sign/opc", "Large", "workbook of more than 100 MB, signed", "s/sign", "MB-heap", "", quotient{}, ""},
	{"internal/sign/opc", "Large", "the same workbook, its signature verified", "s/verify", "MB-heap", "", quotient{}, ""},
}
