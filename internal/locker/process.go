package locker

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process identifies a process among all that ever ran on any machine that
// shares the folder. Boot, Space and Started are empty where the system does not
// tell them.
type process struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Boot    string    `json:"boot"`    // the kernel's id of this boot
	Space   string    `json:"space"`   // the namespace of process numbers: two containers of one host differ in it
	Started string    `json:"started"` // clock ticks since boot; tells a process from a later one of the same number
	Since   time.Time `json:"since"`   // when the lock was taken
}

func self(now time.Time) process {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	space, _ := os.Readlink("/proc/self/ns/pid")
	_, started := procStat(os.Getpid())
	return process{
		PID: os.Getpid(), Host: host, Boot: strings.TrimSpace(string(boot)), Space: space,
		Started: started, Since: now.UTC().Truncate(time.Second),
	}
}

// parseProcess reads what a process wrote into its lock, and nothing else.
func parseProcess(data []byte) (process, error) {
	var p process
	if err := json.Unmarshal(data, &p); err != nil {
		return process{}, err
	}
	if canonical := p.line(); !bytes.Equal(canonical, data) {
		return process{}, errors.New("not written in its canonical form")
	}
	return p, nil
}

// line is the inverse of parseProcess.
func (p process) line() []byte {
	b, err := json.Marshal(p)
	if err != nil { // strings, a number and a time of today
		panic("locker: " + err.Error())
	}
	return append(b, '\n')
}

// gone reports whether the process is known to have ended. Of a process whose
// machine, boot or space of process numbers is not ours, nothing is known.
func (p process) gone() bool {
	me := self(time.Now())
	if p.PID <= 0 || p.Host != me.Host || p.Boot != me.Boot || p.Space != me.Space {
		return false
	}
	found, err := os.FindProcess(p.PID)
	if err != nil {
		return true
	}
	defer func() { _ = found.Release() }()
	if errors.Is(found.Signal(syscall.Signal(0)), os.ErrProcessDone) {
		return true
	}
	state, started := procStat(p.PID)
	return state == "Z" || state == "X" || p.Started != "" && started != "" && started != p.Started
}

// procStat returns a process's state and start time from /proc, as described in
// proc(5), or nothing where that cannot be read.
func procStat(pid int) (state, started string) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "", ""
	}
	// The second field is the program's name in parentheses and may hold anything.
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	if len(fields) < 20 {
		return "", ""
	}
	return fields[0], fields[19]
}
