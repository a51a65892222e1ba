package pgtest

import (
	"testing"

	"github.com/wartefrei/wartefrei/booking/pg/child"
)

// Folder makes a folder that PostgreSQL's own user can enter, unlike
// testing.T's. It goes with the test, also when the test is killed.
func Folder(t testing.TB) string {
	t.Helper()
	folder, remove, err := child.TempFolder("wartefrei-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := remove(); err != nil {
			t.Errorf("%s is not removed: %v", folder, err)
		}
	})
	return folder
}
