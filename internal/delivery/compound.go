package delivery

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf16"
)

// The container of an encrypted workbook: a compound file ([MS-CFB] version 3) with the two
// streams of the encryption and the data spaces that say so ([MS-OFFCRYPTO] 2.1). Its order
// lets it be written in one pass: the header, the workbook, and then what is known by then
// (the small streams, the directory and the tables of sectors).
const (
	sectorSize     = 512
	miniSectorSize = 64
	miniCutoff     = 4096 // smaller streams are in the mini stream
	entriesASector = sectorSize / 4
	headerTables   = 109 // sectors of the table that the header itself lists

	endOfChain  = 0xfffffffe
	freeSector  = 0xffffffff
	tableSector = 0xfffffffd // of the sectors' table itself
	listSector  = 0xfffffffc // of the list of that table's sectors
	noEntry     = 0xffffffff
)

// mostPackage keeps sizes below what version 3 can say.
const mostPackage = 1<<31 - 1

// entry is one of the directory: the root, a storage, or a stream. Siblings form a tree.
type entry struct {
	name               string
	kind               byte // 1: storage, 2: stream, 5: root
	red                bool
	left, right, child uint32
	data               []byte // of a small stream
}

// The entries' order, which their links follow.
const (
	atRoot = iota
	atInfo
	atPackage
	atSpaces
	atVersion
	atMap
	atSpaceList
	atSpace
	atTransforms
	atTransform
	atPrimary
)

// directory of an encrypted workbook. Names are sorted by length first.
func directory(info []byte) []entry {
	const none = noEntry
	const space, transform = "StrongEncryptionDataSpace", "StrongEncryptionTransform"
	version := []byte{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0} // of who reads, updates and writes: 1.0
	component := join(word(0), text("EncryptedPackage"), text(space))
	return []entry{
		atRoot:       {"Root Entry", 5, false, none, none, atInfo, nil},
		atInfo:       {"EncryptionInfo", 2, false, atSpaces, atPackage, none, info},
		atPackage:    {"EncryptedPackage", 2, false, none, none, none, nil},
		atSpaces:     {"\x06DataSpaces", 1, false, none, none, atMap, nil},
		atVersion:    {"Version", 2, false, none, none, none, join(text("Microsoft.Container.DataSpaces"), version)},
		atMap:        {"DataSpaceMap", 2, false, atVersion, atSpaceList, none, join(word(8), word(1), word(8+uint32(len(component))), word(1), component)},
		atSpaceList:  {"DataSpaceInfo", 1, false, none, atTransforms, atSpace, nil},
		atSpace:      {space, 2, false, none, none, none, join(word(8), word(1), text(transform))},
		atTransforms: {"TransformInfo", 1, true, none, none, atTransform, nil},
		atTransform:  {transform, 1, false, none, none, atPrimary, nil},
		atPrimary: {"\x06Primary", 2, false, none, none, none, join(word(8+4+76), word(1), text("{FF9A3F03-56EF-4613-BDD5-5A41C1D07246}"),
			text("Microsoft.Container.EncryptionTransform"), version, word(0), word(0), word(0), word(4))},
	}
}

func word(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }

// text is a string as data spaces hold them: its length in bytes, UTF-16, padded to four.
func text(s string) []byte {
	units := utf16.Encode([]rune(s))
	b := word(uint32(2 * len(units)))
	for _, u := range units {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return append(b, make([]byte, -len(b)&3)...)
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// writeCompound writes a compound file whose stream EncryptedPackage has size bytes. fill
// writes them, and returns the stream EncryptionInfo, whose size is that of any other.
func writeCompound(dst io.Writer, size int64, fill func(io.Writer) ([]byte, error)) error {
	if size < miniCutoff {
		return fmt.Errorf("a workbook of %d bytes is none", size)
	}
	if size > mostPackage {
		return fmt.Errorf("a workbook of %d bytes is larger than an encrypted one can be (%d)", size, mostPackage)
	}
	l := layOut(size)
	if _, err := dst.Write(l.header()); err != nil {
		return err
	}
	var n counter
	info, err := fill(io.MultiWriter(dst, &n))
	if err != nil {
		return err
	}
	if int64(n) != size {
		return fmt.Errorf("%d bytes were encrypted, not %d", n, size)
	}
	_, err = dst.Write(join(make([]byte, -size&(sectorSize-1)), l.rest(info)))
	return err
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// layout is where in the file things are, in sectors from the header on.
type layout struct {
	size                                     int64
	mini, miniTable, dir, table, list, total uint32 // first sectors; list may have none
	miniCount                                uint32 // mini sectors
}

func sectors(n int) uint32 { return uint32((n + sectorSize - 1) / sectorSize) }

func layOut(size int64) layout {
	l := layout{size: size, mini: uint32((size + sectorSize - 1) / sectorSize)}
	entries := directory(make([]byte, len(encryptionInfo{}.sized().encode())))
	for _, e := range entries {
		l.miniCount += miniSectors(e.data)
	}
	l.miniTable = l.mini + sectors(int(l.miniCount)*miniSectorSize)
	l.dir = l.miniTable + sectors(int(l.miniCount)*4)
	l.table = l.dir + sectors(len(entries)*128)
	// The table has an entry for each sector, its own and those of its list among them.
	for tables, lists := uint32(1), uint32(0); ; tables++ {
		if tables > headerTables {
			lists = (tables - headerTables + entriesASector - 2) / (entriesASector - 1)
		}
		if l.total = l.table + tables + lists; l.total <= tables*entriesASector {
			l.list = l.table + tables
			return l
		}
	}
}

func miniSectors(data []byte) uint32 {
	return uint32((len(data) + miniSectorSize - 1) / miniSectorSize)
}

// sized is of the size that each part has.
func (encryptionInfo) sized() encryptionInfo {
	b := func(n int) []byte { return make([]byte, n) }
	return encryptionInfo{b(saltSize), b(64), b(64), b(saltSize), b(16), b(64), b(keySize)}
}

func (l layout) header() []byte {
	b := make([]byte, 0, sectorSize)
	b = append(b, 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)
	b = append(b, make([]byte, 16)...)
	for _, n := range []uint16{0x3e, 3, 0xfffe, 9, 6, 0, 0, 0} { // versions, byte order, sizes as powers of two, reserved
		b = binary.LittleEndian.AppendUint16(b, n)
	}
	first, lists := uint32(endOfChain), l.total-l.list
	if lists > 0 {
		first = l.list
	}
	for _, n := range []uint32{0, l.list - l.table, l.dir, 0, miniCutoff, l.miniTable, l.dir - l.miniTable, first, lists} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	for i := range uint32(headerTables) {
		b = binary.LittleEndian.AppendUint32(b, l.tableAt(i))
	}
	return b
}

// tableAt is the sector of the table's part i.
func (l layout) tableAt(i uint32) uint32 {
	if l.table+i >= l.list {
		return freeSector
	}
	return l.table + i
}

// rest is all that follows the workbook.
func (l layout) rest(info []byte) []byte {
	entries := directory(info)
	var mini, miniTable, dir, table, list []byte
	var at []uint32 // the first mini sector of each small stream
	for _, e := range entries {
		first := uint32(len(mini) / miniSectorSize)
		at = append(at, first)
		mini = append(append(mini, e.data...), make([]byte, -len(e.data)&(miniSectorSize-1))...)
		miniTable = chain(miniTable, first, miniSectors(e.data))
	}
	for i, e := range entries {
		start, size := uint32(0), int64(len(e.data))
		switch {
		case i == atRoot:
			start, size = l.mini, int64(len(mini))
		case i == atPackage:
			start, size = 0, l.size
		case e.kind == 2:
			start = at[i]
		}
		dir = append(dir, e.encode(start, size)...)
	}
	for len(dir)%sectorSize != 0 {
		dir = append(dir, (entry{left: noEntry, right: noEntry, child: noEntry}).encode(0, 0)...)
	}
	bounds := []uint32{0, l.mini, l.miniTable, l.dir, l.table}
	for i, from := range bounds[:4] {
		table = chain(table, from, bounds[i+1]-from)
	}
	for range l.list - l.table {
		table = append(table, word(tableSector)...)
	}
	for range l.total - l.list {
		table = append(table, word(listSector)...)
	}
	for i := uint32(0); i < l.total-l.list; i++ {
		for j := range uint32(entriesASector - 1) {
			list = append(list, word(l.tableAt(headerTables+i*(entriesASector-1)+j))...)
		}
		next := uint32(endOfChain)
		if l.list+i+1 < l.total {
			next = l.list + i + 1
		}
		list = append(list, word(next)...)
	}
	return join(fill(mini, 0), fill(miniTable, 0xff), dir, fill(table, 0xff), list)
}

// fill completes the last sector.
func fill(b []byte, with byte) []byte {
	return append(b, bytes.Repeat([]byte{with}, -len(b)&(sectorSize-1))...)
}

// chain adds the entries of n sectors that follow one another from first on.
func chain(table []byte, first, n uint32) []byte {
	for i := range n {
		next := uint32(endOfChain)
		if i+1 < n {
			next = first + i + 1
		}
		table = append(table, word(next)...)
	}
	return table
}

func (e entry) encode(start uint32, size int64) []byte {
	b := make([]byte, 0, 128)
	for _, u := range utf16.Encode([]rune(e.name)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	length := uint16(len(b) + 2)
	if e.name == "" {
		length = 0
	}
	b = append(b, make([]byte, 64-len(b))...)
	b = binary.LittleEndian.AppendUint16(b, length)
	color := byte(1) // black
	if e.red {
		color = 0
	}
	b = append(b, e.kind, color)
	b = join(b, word(e.left), word(e.right), word(e.child), make([]byte, 36), word(start))
	return binary.LittleEndian.AppendUint64(b, uint64(size))
}
