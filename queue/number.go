package queue

import (
	"fmt"
	"hash/fnv"
)

// Numbers draws ticket numbers without repeat: the n-th ticket of the day
// (n = 0, 1, 2 …) is number 1 + (Mul·n + Add) mod 999 of its block of 999. The
// numbers say nothing about order or concern, so nobody in the room feels
// overtaken by them.
type Numbers struct {
	Prefix string `json:"prefix"` // neutral letters of the office
	Mul    int64  `json:"mul"`    // no common factor with 999
	Add    int64  `json:"add"`
}

// block is how many numbers are drawn before a fourth digit is needed.
const block = 999 // = 27 · 37, so a multiplier that is no multiple of 3 or 37 runs through all

// NewNumbers makes an office's numbers for a day, the same on every node.
func NewNumbers(prefix string, office OfficeID, day string, ascending bool) Numbers {
	if ascending {
		return Numbers{Prefix: prefix, Mul: 1, Add: 0}
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%s", office, day)
	seed := h.Sum64()
	n := Numbers{Prefix: prefix, Add: int64(seed % block)}
	for n.Mul = int64(301 + (seed>>16)%400); n.Mul%3 == 0 || n.Mul%37 == 0; n.Mul++ {
	}
	return n
}

// Number is the n-th number: "K 024". From the 1000th on it has four digits.
func (d Numbers) Number(n int64) string {
	return fmt.Sprintf("%s %03d", d.Prefix, n/block*1000+1+(d.Mul*(n%block)+d.Add)%block)
}
