package typeface

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/image/font/sfnt"
)

// plainZero copies the outline of the glyph "zero.empty" over the glyph that
// 0 maps to, in place, and mends the checksums. Both glyphs have one width and
// the plain one has shorter data, so no table grows or moves.
func plainZero(ttf []byte) ([]byte, error) {
	slashed, plain, err := zeros(ttf)
	if err != nil {
		return nil, err
	}
	tables, err := directory(ttf)
	if err != nil {
		return nil, err
	}
	from, to := tables.glyph(ttf, plain), tables.glyph(ttf, slashed)
	if len(from) == 0 || len(from) > len(to) {
		return nil, fmt.Errorf("the plain zero takes %d bytes, the slashed one %d", len(from), len(to))
	}
	clear(to[copy(to, from):])
	tables.sum(ttf)
	return ttf, nil
}

// zeros finds the glyph that 0 maps to and the one named "zero.empty".
func zeros(ttf []byte) (slashed, plain int, err error) {
	font, err := sfnt.Parse(ttf)
	if err != nil {
		return 0, 0, fmt.Errorf("parse font: %w", err)
	}
	zero, err := font.GlyphIndex(nil, '0')
	if err != nil || zero == 0 {
		return 0, 0, fmt.Errorf("font has no zero: %w", err)
	}
	for i := range font.NumGlyphs() {
		name, err := font.GlyphName(nil, sfnt.GlyphIndex(i))
		if err == nil && name == "zero.empty" {
			return int(zero), i, nil
		}
	}
	return 0, 0, errors.New("font has no plain zero")
}

// tables are the tables of a TrueType file by their tags.
type tables map[string]table

type table struct {
	entry  int // offset of its entry in the directory: tag, checksum, offset, length
	offset int
	length int
}

// directory reads where the tables lie.
func directory(ttf []byte) (tables, error) {
	found := tables{}
	for i := range int(binary.BigEndian.Uint16(ttf[4:])) {
		entry := 12 + 16*i
		t := table{entry: entry, offset: long(ttf[entry+8:]), length: long(ttf[entry+12:])}
		found[string(ttf[entry:entry+4])] = t
	}
	for _, tag := range []string{"head", "loca", "glyf"} {
		if _, ok := found[tag]; !ok {
			return nil, fmt.Errorf("font has no table %q", tag)
		}
	}
	return found, nil
}

// glyph is the data of a glyph. Table loca counts in bytes, or in words of two
// where indexToLocFormat, at byte 50 of table head, is 0.
func (t tables) glyph(ttf []byte, index int) []byte {
	loca := ttf[t["loca"].offset:]
	start, end := 2*short(loca[2*index:]), 2*short(loca[2*index+2:])
	if short(ttf[t["head"].offset+50:]) != 0 {
		start, end = long(loca[4*index:]), long(loca[4*index+4:])
	}
	glyf := t["glyf"].offset
	return ttf[glyf+start : glyf+end]
}

// sum writes the checksum of table glyf and of the whole file, after the
// OpenType specification, "Calculating checksums": the sum of the file with
// its field checkSumAdjustment, at byte 8 of head, is 0xB1B0AFBA.
func (t tables) sum(ttf []byte) {
	glyf, head := t["glyf"], t["head"]
	adjustment := ttf[head.offset+8:]
	binary.BigEndian.PutUint32(ttf[glyf.entry+4:], checksum(ttf[glyf.offset:glyf.offset+glyf.length]))
	binary.BigEndian.PutUint32(adjustment, 0)
	binary.BigEndian.PutUint32(adjustment, 0xB1B0AFBA-checksum(ttf))
}

// checksum adds the bytes as big-endian words; the last is filled with zeros.
func checksum(data []byte) (sum uint32) {
	for len(data) >= 4 {
		sum += binary.BigEndian.Uint32(data)
		data = data[4:]
	}
	var last [4]byte
	copy(last[:], data)
	return sum + binary.BigEndian.Uint32(last[:])
}

func short(b []byte) int { return int(binary.BigEndian.Uint16(b)) }

func long(b []byte) int { return int(binary.BigEndian.Uint32(b)) }
