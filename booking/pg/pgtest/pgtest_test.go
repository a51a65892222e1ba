package pgtest_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
)

func TestDatabasesDiffer(t *testing.T) {
	t.Parallel()
	a, b := pgtest.New(t), pgtest.New(t)
	if _, err := a.Exec(context.Background(), "DELETE FROM installation"); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := b.QueryRow(context.Background(), "SELECT count(*) FROM installation").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d installations in the other database, %v", n, err)
	}
}

// victim makes this test a process that another test kills.
const victim = "WARTEFREI_PGTEST_VICTIM"

// TestKilled kills a test process with −9. Its server and folder go.
func TestKilled(t *testing.T) {
	t.Parallel()
	if os.Getenv(victim) != "" {
		url := pgtest.URL(t)
		os.Stdout.WriteString("\nurl " + url + "\n")
		select {}
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), victim+"=yes")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	folder := folderOf(bufio.NewScanner(out))
	cmd.Process.Kill()
	cmd.Wait()
	if !strings.HasPrefix(folder, "/tmp/wartefrei-test-") {
		t.Fatalf("the victim's folder is %q", folder)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(folder); errors.Is(err, os.ErrNotExist) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s outlives its process", folder)
		}
	}
}

// folderOf reads the folder of the socket out of the URL that the victim prints.
func folderOf(lines *bufio.Scanner) string {
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "url "); ok {
			_, host, _ := strings.Cut(url, "host=")
			host, _, _ = strings.Cut(host, "&")
			return strings.ReplaceAll(host, "%2F", "/")
		}
	}
	return ""
}
