package redistest_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
)

func TestOwnDatabase(t *testing.T) {
	t.Parallel()
	a, b := redistest.New(t), redistest.New(t)
	if err := a.Set(t.Context(), "word", "mine", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if got := b.Exists(t.Context(), "word").Val(); got != 0 {
		t.Error("two tests see the same key")
	}
}

func TestKill(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	if err := s.Client().Set(t.Context(), "word", "kept", 0).Err(); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	if err := s.Client().Ping(t.Context()).Err(); err == nil {
		t.Error("a killed server answers")
	}
	s.Restart()
	if got := s.Client().Get(t.Context(), "word").Val(); got != "kept" {
		t.Errorf("after the kill the word is %q", got)
	}
}

const beKilled = "REDISTEST_BE_KILLED"

// TestKilledTest kills a test process that runs servers: they and their
// folders go all the same. The process is this test again.
func TestKilledTest(t *testing.T) {
	if os.Getenv(beKilled) != "" {
		fmt.Println("socket " + redistest.New(t).Options().Addr)
		redistest.Start(t)
		fmt.Println("ready")
		select {}
	}
	t.Parallel()
	victim := exec.Command(os.Args[0], "-test.run=^TestKilledTest$")
	victim.Env = append(os.Environ(), beKilled+"=1")
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	folder := ""
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "ready"; {
		if socket, ok := strings.CutPrefix(lines.Text(), "socket "); ok {
			folder = filepath.Dir(socket)
		}
	}
	victim.Process.Kill()
	victim.Wait()
	deadline := time.Now().Add(30 * time.Second)
	for {
		_, err := os.Stat(folder)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s stays after its test was killed", folder)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
