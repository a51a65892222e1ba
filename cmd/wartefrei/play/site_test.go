package play

import (
	"reflect"
	"slices"
	"testing"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
)

// TestSiteAsks holds that whatever players do is asked of the API where it is
// answered, and as it is read there: some of it happens on few days only.
func TestSiteAsks(t *testing.T) {
	t.Parallel()
	for _, c := range []queue.Command{
		queue.OpenDesk{Desk: "{desk}"}, queue.CloseDesk{Desk: "{desk}"}, queue.CallNext{Desk: "{desk}"}, queue.CallThis{Desk: "{desk}"},
		queue.Recall{Desk: "{desk}"}, queue.NoShow{Desk: "{desk}"}, queue.Came{Desk: "{desk}"}, queue.Finish{Desk: "{desk}"},
		queue.FinishAndCallNext{Desk: "{desk}"}, queue.Park{Desk: "{desk}"},
		queue.Transfer{Ticket: "{ticket}"}, queue.Send{Ticket: "{ticket}"}, queue.BringBack{Ticket: "{ticket}"}, queue.Split{Ticket: "{ticket}"},
		queue.Merge{Ticket: "{ticket}"}, queue.StepAside{Ticket: "{ticket}"}, queue.Here{Ticket: "{ticket}"}, queue.Leave{Ticket: "{ticket}"},
	} {
		at, body := told(c)
		path := "/offices/{office}" + at + "/" + c.Kind()
		if !slices.ContainsFunc(api.Operations, func(o api.Operation) bool {
			return o.Method == "POST" && o.Path == path && reflect.TypeOf(o.Body) == reflect.TypeOf(body)
		}) {
			t.Errorf("nothing answers POST %s with %T", path, body)
		}
	}
}
