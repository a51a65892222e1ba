package pgserver

import (
	"errors"
	"testing"
)

// What initdb and the server print is another thing as the disk gets full here or there.
func TestExplainFullDisk(t *testing.T) {
	t.Parallel()
	failed := errors.New("exit status 1")
	for _, output := range []string{
		"initdb: error: could not write file \"x\": No space left on device",
		"running bootstrap script ... FATAL:  could not extend file \"base/1/1255\": wrote only 4096 of 8192 bytes at block 12\nHINT:  Check free disk space.\nchild process exited with exit code 1",
		"running bootstrap script ... 2026-11-24 17:00:00.000 UTC [7] FATAL:  could not extend file \"base/1/1255\": wrote only 4096 of 8192 bytes at block 12",
	} {
		if err := explain(output, failed); !errors.Is(err, ErrDiskFull) {
			t.Errorf("%q is %v", output, err)
		}
	}
	if err := explain("FATAL:  data directory has wrong ownership", failed); errors.Is(err, ErrDiskFull) || !errors.Is(err, failed) {
		t.Errorf("wrong ownership is %v", err)
	}
}
