// Package child runs a server process that never outlives the process that
// started it, however that ends: return, signal, kill −9.
//
// Between us and the server stands a watcher, a small shell in a process group
// of its own, that waits for the end of a pipe whose other end only we hold.
// When we are gone it ends the server and removes what it was told to. So
// Ctrl-C, which reaches a whole process group, leaves the order of stopping to
// us, and a killed test leaves neither process nor folder behind.
//
// pgserver and redisserver start their servers with it.
package child

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Command says what to run.
type Command struct {
	Path string
	Args []string
	Dir  string // working directory; empty for "/"
	Env  []string
	User *syscall.Credential // nil: as we are
	Log  io.Writer           // the server's output; nil discards it

	Stop   syscall.Signal // asks the server to end, and finish what it does
	Remove []string       // removed after its end, ours or its own
}

// Process is a running server with its watcher.
type Process struct {
	Pid  int
	cmd  *exec.Cmd
	stop syscall.Signal
	pipe *os.File
	once sync.Once
	done chan struct{}
	err  error
}

// watcher ends the server $1 with signal $2, then with KILL after 10 s, when
// its standard input ends; then it removes the other arguments. The word
// "ended" says that the server is gone: its number may be another's by now.
// The word "replaced" says that, and that what it left is the next one's.
const watcher = `read -r word; pid=$1 sig=$2; shift 2
[ "$word" != replaced ] || exit 0
if [ "$word" != ended ]; then
	kill -s "$sig" "$pid" 2>/dev/null
	i=0; while kill -0 "$pid" 2>/dev/null && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done
	kill -s KILL "$pid" 2>/dev/null
fi
[ $# -eq 0 ] || rm -rf -- "$@"`

// Start runs the server and its watcher.
func Start(c Command) (*Process, error) {
	cmd := exec.Command(c.Path, c.Args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.Dir, c.Env, c.Log, c.Log
	if cmd.Dir == "" {
		cmd.Dir = "/"
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: c.User}
	cmd.WaitDelay = time.Second // the server's own children may hold its output open
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	p := &Process{Pid: cmd.Process.Pid, cmd: cmd, stop: c.Stop, done: make(chan struct{})}
	go func() { p.err = cmd.Wait(); close(p.done) }()
	if err := p.watch(c); err != nil {
		p.cmd.Process.Kill()
		<-p.done
		return nil, err
	}
	return p, nil
}

func (p *Process) watch(c Command) error {
	read, write, err := os.Pipe() // both ends are closed on exec, so only we hold the writing end
	if err != nil {
		return err
	}
	defer read.Close()
	name := strings.TrimPrefix(signalName(c.Stop), "SIG")
	w := exec.Command("/bin/sh", append([]string{"-c", watcher, "watcher", strconv.Itoa(p.Pid), name}, c.Remove...)...)
	w.Dir, w.Stdin = "/", read
	w.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := w.Start(); err != nil {
		write.Close()
		return fmt.Errorf("start watcher of %s: %w", c.Path, err)
	}
	go w.Wait()
	p.pipe = write
	return nil
}

func signalName(s syscall.Signal) string {
	switch s {
	case syscall.SIGINT:
		return "SIGINT"
	case syscall.SIGQUIT:
		return "SIGQUIT"
	default:
		return "SIGTERM"
	}
}

// Done is closed when the server has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err is how the server ended, after Done.
func (p *Process) Err() error { return p.err }

// Stop asks the server to end and waits for it, until ctx ends; then it is
// killed. The watcher removes what it was told to and ends.
func (p *Process) Stop(ctx context.Context) error {
	var err error
	p.once.Do(func() {
		p.cmd.Process.Signal(p.stop)
		select {
		case <-p.done:
		case <-ctx.Done():
			err = errors.New("killed: did not stop in time")
			p.cmd.Process.Kill()
			<-p.done
		}
		io.WriteString(p.pipe, "ended\n")
		p.pipe.Close()
	})
	<-p.done
	return err
}

// Replace makes way for another server in the same folder after this one has
// ended by itself: the watcher ends and removes nothing.
func (p *Process) Replace() {
	<-p.done
	p.once.Do(func() {
		io.WriteString(p.pipe, "replaced\n")
		p.pipe.Close()
	})
}
