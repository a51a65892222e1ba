package queue_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/queue"
)

// TestNumbersOnce draws the numbers of many days: none comes twice, and the
// first 999 have three digits.
func TestNumbersOnce(t *testing.T) {
	t.Parallel()
	for d := range 400 {
		day := time.Date(2026, 1, 1+d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		numbers := queue.NewNumbers("K", "buergerbuero", day, false)
		seen := map[string]bool{}
		for n := range int64(2000) {
			number := numbers.Number(n)
			if seen[number] {
				t.Fatalf("%s: %s comes twice in %d", day, number, n+1)
			}
			if n < 999 && len(number) != len("K 999") {
				t.Fatalf("%s: %s is number %d", day, number, n+1)
			}
			seen[number] = true
		}
	}
}

func TestNumbersAscending(t *testing.T) {
	t.Parallel()
	numbers := queue.NewNumbers("K", "buergerbuero", "2026-11-24", true)
	for n, want := range map[int64]string{0: "K 001", 1: "K 002", 998: "K 999", 999: "K 1001", 1997: "K 1999", 1998: "K 2001"} {
		if got := numbers.Number(n); got != want {
			t.Errorf("number %d is %s, want %s", n, got, want)
		}
	}
}

// TestNumbersSaySoLittle holds that numbers are the same on every node, other
// the next day and in another office, and that neighbours in line are far apart.
func TestNumbersSaySoLittle(t *testing.T) {
	t.Parallel()
	day := queue.NewNumbers("K", "buergerbuero", "2026-11-24", false)
	if again := queue.NewNumbers("K", "buergerbuero", "2026-11-24", false); again != day {
		t.Errorf("%+v, and then %+v", day, again)
	}
	for _, other := range []queue.Numbers{
		queue.NewNumbers("K", "buergerbuero", "2026-11-25", false), queue.NewNumbers("K", "standesamt", "2026-11-24", false),
	} {
		if other == day {
			t.Errorf("another day or office has %+v, too", other)
		}
	}
	if min(day.Mul, 999-day.Mul) < 100 {
		t.Errorf("who comes next gets a number that differs by %d", day.Mul)
	}
	var first []string
	for n := range int64(20) {
		first = append(first, day.Number(n))
	}
	if slices.IsSorted(first) {
		t.Errorf("numbers ascend: %s", fmt.Sprint(first))
	}
}
