package wsscreen

import "testing"

func TestPoll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(5, "fifth")
	for query, want := range map[string]int{
		"": 200, "?after=1-4": 200, "?after=0-99": 200, "?after=1-5&wait=0": 200, "?after=2-1&wait=0": 200,
		"?after=1": 400, "?after=x-1": 400, "?after=1-x": 400, "?after=1-99999999999999999999": 400,
		"?wait=26": 400, "?wait=-1": 400, "?wait=x": 400,
	} {
		status, m := w.get(query)
		if status != want {
			t.Errorf("%s: %d, want %d", query, status, want)
		}
		if status == 200 && (m.Version != 5 || m.HTML != "fifth" || m.Now == 0 || m.Rate != 60 || m.Age != 180) {
			t.Errorf("%s: %+v", query, m)
		}
	}
}

// A poll with the newest version waits for the next frame.
func TestPollWaitsForTheNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := make(chan Message)
	go func() {
		_, m := w.get("?after=1-1")
		answer <- m
	}()
	w.awaitReaders(1)
	w.show(2, "second")
	if m := <-answer; m.Version != 2 || m.HTML != "second" {
		t.Errorf("answer: %+v", m)
	}
	w.awaitReaders(0)
}
