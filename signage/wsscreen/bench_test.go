package wsscreen

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// BenchmarkCall measures a call: from the event to the last screen that has
// the new board in its hands, through the hub and through a bare gorilla loop
// over as many connections, turn by turn in the same run. Readers are in the
// same process, so both pay for them.
func BenchmarkCall(b *testing.B) {
	for _, screens := range []int{100, 2000} {
		b.Run(fmt.Sprintf("screens=%d", screens), func(b *testing.B) { benchmarkCall(b, screens) })
	}
}

func benchmarkCall(b *testing.B, screens int) {
	board := strings.Repeat(`<li class="nr">B 024<i></i>7</li>`, 80) // 2.6 kB, as a full board
	w := newWorld(b)
	hub, bare := newAudience(b, screens, w.net), newAudience(b, 0, nil)
	loop := newBare(b, screens, bare)
	var version int64 = 1
	<-hub.full // the first frames
	var through, direct []time.Duration
	for b.Loop() {
		version++
		html := fmt.Sprintf("%d%s", version, board)
		through = append(through, hub.time(screens, func() { w.show(version, html) }))
		direct = append(direct, bare.time(screens, func() { loop.send(html) }))
	}
	report := func(name string, times []time.Duration) (p50, p99 float64) {
		slices.Sort(times)
		p50 = float64(times[len(times)/2].Microseconds())
		p99 = float64(times[len(times)*99/100].Microseconds())
		b.ReportMetric(p50, name+"-p50-µs")
		b.ReportMetric(p99, name+"-p99-µs")
		return p50, p99
	}
	h50, h99 := report("hub", through)
	b50, b99 := report("bare", direct)
	b.ReportMetric(h50/b50, "ratio-p50")
	b.ReportMetric(h99/b99, "ratio-p99")
	b.ReportMetric(0, "ns/op")
}

// audience is readers that count the frames they get.
type audience struct {
	got  atomic.Int64
	want atomic.Int64
	full chan time.Time
}

func newAudience(b *testing.B, n int, dial func(context.Context) (net.Conn, error)) *audience {
	a := &audience{full: make(chan time.Time, 1)}
	a.want.Store(int64(n))
	for range n {
		a.add(b, dial)
	}
	return a
}

func (a *audience) add(b *testing.B, dial func(context.Context) (net.Conn, error)) {
	d := websocket.Dialer{ReadBufferSize: 4096, NetDialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }}
	conn, _, err := d.Dial("ws://"+host+"/board", nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	go func() {
		for {
			_, text, err := conn.ReadMessage()
			if err != nil {
				return
			}
			if len(text) > 100 || strings.Contains(string(text), "version") { // not a sign of life
				if a.got.Add(1) == a.want.Load() {
					a.full <- time.Now()
				}
			}
		}
	}()
}

// time measures from the event until the last of n readers has its frame.
func (a *audience) time(n int, event func()) time.Duration {
	a.want.Add(int64(n))
	start := time.Now()
	event()
	return (<-a.full).Sub(start)
}

// bare is what gorilla alone needs: one loop over all connections.
type bare struct{ conns []*websocket.Conn }

func newBare(b *testing.B, n int, a *audience) *bare {
	listener, err := net.Listen("unix", filepath.Join(b.TempDir(), "bare"))
	if err != nil {
		b.Fatal(err)
	}
	conns := make(chan *websocket.Conn)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			b.Error(err)
			return
		}
		conns <- conn
	})}
	go server.Serve(listener)
	b.Cleanup(func() { server.Close() })
	loop := &bare{}
	for range n {
		a.add(b, func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", listener.Addr().String())
		})
		conn := <-conns
		b.Cleanup(func() { conn.Close() })
		go conn.NextReader()
		loop.conns = append(loop.conns, conn)
	}
	return loop
}

func (l *bare) send(html string) {
	f, err := encode(Frame{Epoch: 1, Version: 1, Content: Content{HTML: html}})
	if err != nil {
		panic(err)
	}
	m := newMessage(f.stamped(Stamp{Rate: 1}), true, time.Time{})
	for _, c := range l.conns {
		c.SetWriteDeadline(time.Now().Add(5 * time.Second))
		c.WritePreparedMessage(m.prepared)
	}
}
