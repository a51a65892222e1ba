package queuetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/queue"
)

// cases are by name: commands, and minutes that pass between them; then what
// the last command answers, as summary says it or as the refusal.
var cases = map[string]struct {
	steps []any // queue.Command, or int minutes
	want  string
}{
	"join":                          {steps(join("A", 20, "id")), "A waiting due +20"},
	"join twice for an appointment": {steps(booked("A", 20, "ap1"), booked("B", 20, "ap1")), "joined"},
	"join again after the appointment's ticket left": {steps(booked("A", 20, "ap1"), leave("A"), booked("B", 20, "ap1")), "joined"},
	"join with an id that exists":                    {steps(join("A", 20, "id"), join("A", 30, "id", "pass")), "ticket-exists"},
	"join at once, below the limit":                  {steps(60, atOnce("A", 15)), "A waiting due +15"},
	"join at once, the third of two":                 {steps(60, atOnce("A", 15), 1, atOnce("B", 16), 1, atOnce("C", 17)), "C waiting due +62"},
	"join at once, when the first is an hour ago":    {steps(60, atOnce("A", 15), 1, atOnce("B", 16), 59, atOnce("C", 75)), "C waiting due +75"},

	"open":                         {steps(open("1", "id")), "desk 1 open"},
	"open anew keeps the ticket":   {steps(open("1", "id"), join("A", 5, "id"), next("1"), open("1", "pass")), "desk 1 open A"},
	"open after a pause":           {steps(open("1", "id"), queue.PauseDesk{Desk: "1"}, 3, open("1", "id")), "desk 1 open"},
	"pause":                        {steps(open("1", "id"), queue.PauseDesk{Desk: "1"}), "desk 1 paused"},
	"pause an unknown desk":        {steps(queue.PauseDesk{Desk: "1"}), "desk-unknown"},
	"pause a desk with a ticket":   {steps(open("1", "id"), join("A", 5, "id"), next("1"), queue.PauseDesk{Desk: "1"}), "desk-busy"},
	"pause a paused desk":          {steps(open("1", "id"), queue.PauseDesk{Desk: "1"}, queue.PauseDesk{Desk: "1"}), "desk-not-open"},
	"close":                        {steps(open("1", "id"), queue.CloseDesk{Desk: "1"}), "desk 1 closed"},
	"close a paused desk":          {steps(open("1", "id"), queue.PauseDesk{Desk: "1"}, queue.CloseDesk{Desk: "1"}), "desk 1 closed"},
	"close an unknown desk":        {steps(queue.CloseDesk{Desk: "1"}), "desk-unknown"},
	"close a desk with a ticket":   {steps(open("1", "id"), join("A", 5, "id"), next("1"), queue.CloseDesk{Desk: "1"}), "desk-busy"},
	"close a closed desk":          {steps(open("1", "id"), queue.CloseDesk{Desk: "1"}, queue.CloseDesk{Desk: "1"}), "desk-not-open"},
	"call next":                    {steps(open("1", "id"), join("A", 9, "id"), join("B", 5, "id"), next("1")), "B called@1 due +5 · desk 1 open B"},
	"call next, equal dues":        {steps(open("1", "id"), join("B", 5, "id"), join("A", 5, "id"), next("1")), "B called@1 due +5 · desk 1 open B"},
	"call next over lines":         {steps(open("1", "id", "pass"), join("A", 9, "id", "pass"), join("B", 8, "id"), join("C", 7, "move"), next("1")), "B called@1 due +8 · desk 1 open B"},
	"call next of nobody":          {steps(open("1", "id"), next("1")), "empty"},
	"call next of nobody served":   {steps(open("1", "id"), join("A", 5, "move", "pass"), next("1")), "empty"},
	"call next at an unknown desk": {steps(join("A", 5, "id"), next("1")), "desk-unknown"},
	"call next at a paused desk":   {steps(open("1", "id"), queue.PauseDesk{Desk: "1"}, join("A", 5, "id"), next("1")), "desk-not-open"},
	"call next at a busy desk":     {steps(open("1", "id"), join("A", 5, "id"), join("B", 5, "id"), next("1"), next("1")), "desk-busy"},
	"call this":                    {steps(open("1", "id"), join("A", 5, "id"), join("B", 9, "move"), this("1", "B")), "B called@1 due +9 · desk 1 open B"},
	"call this, unknown":           {steps(open("1", "id"), this("1", "B")), "ticket-unknown"},
	"call this, called elsewhere":  {steps(open("1", "id"), open("2", "id"), join("A", 5, "id"), next("1"), this("2", "A")), "wrong-state"},
	"call this at a busy desk":     {steps(open("1", "id"), join("A", 5, "id"), join("B", 5, "id"), next("1"), this("1", "B")), "desk-busy"},
	"call this at a closed desk":   {steps(open("1", "id"), queue.CloseDesk{Desk: "1"}, join("A", 5, "id"), this("1", "A")), "desk-not-open"},

	"recall":                  {steps(called, 1, queue.Recall{Desk: "1"}), "A called again@1 due +5"},
	"came after the recall":   {steps(called, queue.Recall{Desk: "1"}, queue.Came{Desk: "1"}), "A serving again@1 due +5"},
	"call after a put back":   {steps(called, queue.Recall{Desk: "1"}, queue.PutBack{Desk: "1"}, next("1")), "A called@1 due +5 · desk 1 open A"},
	"recall a served person":  {steps(called, queue.Came{Desk: "1"}, queue.Recall{Desk: "1"}), "wrong-state"},
	"recall at an idle desk":  {steps(open("1", "id"), queue.Recall{Desk: "1"}), "desk-idle"},
	"put back":                {steps(called, queue.PutBack{Desk: "1"}), "A waiting@1 due +5 · desk 1 open"},
	"put back after service":  {steps(called, queue.Came{Desk: "1"}, queue.PutBack{Desk: "1"}), "wrong-state"},
	"came":                    {steps(called, queue.Came{Desk: "1"}), "A serving@1 due +5"},
	"came twice":              {steps(called, queue.Came{Desk: "1"}, queue.Came{Desk: "1"}), "wrong-state"},
	"came to an unknown desk": {steps(queue.Came{Desk: "9"}), "desk-unknown"},
	"finish":                  {steps(called, queue.Came{Desk: "1"}, finish("1", "id")), "A done@1 due +5 · desk 1 open"},
	"finish another ticket":   {steps(called, queue.Finish{Desk: "1", Ticket: "B"}), "wrong-state"},
	"finish the named ticket": {steps(called, queue.Finish{Desk: "1", Ticket: "A"}), "A done@1 due +5 · desk 1 open"},
	"finish and call twice": {steps(called, join("B", 7, "id"), queue.FinishAndCallNext{Desk: "1", Ticket: "A"},
		queue.FinishAndCallNext{Desk: "1", Ticket: "A"}), "wrong-state"},
	"came of another ticket":    {steps(called, queue.Came{Desk: "1", Ticket: "B"}), "wrong-state"},
	"recall of another ticket":  {steps(called, queue.Recall{Desk: "1", Ticket: "B"}), "wrong-state"},
	"put back another ticket":   {steps(called, queue.PutBack{Desk: "1", Ticket: "B"}), "wrong-state"},
	"no-show of another ticket": {steps(called, queue.NoShow{Desk: "1", Ticket: "B"}), "wrong-state"},
	"park another ticket":       {steps(called, queue.Park{Desk: "1", Ticket: "B"}), "wrong-state"},
	"finish without came":       {steps(called, finish("1")), "A done@1 due +5 · desk 1 open"},
	"finish another's service":  {steps(called, finish("1", "move")), "service-missing"},
	"finish at an idle desk":    {steps(open("1", "id"), finish("1")), "desk-idle"},
	"finish and call next": {steps(called, join("B", 7, "id"), finishAndNext("1", "id")),
		"A done@1 due +5 · B called@1 due +7 · desk 1 open B"},
	"finish and call next of nobody":   {steps(called, finishAndNext("1")), "A done@1 due +5 · desk 1 open"},
	"finish and call next at nobody's": {steps(open("1", "id"), join("B", 7, "id"), finishAndNext("1")), "desk-idle"},

	"a step, since nobody serves the whole":       {steps(inSteps), "A called@1 due +5 · desk 1 open A"},
	"no step while another desk serves all":       {steps(open("2", "id", "pass"), open("1", "id"), join("A", 5, "id", "pass"), next("1")), "empty"},
	"a step while that desk pauses":               {steps(open("2", "id", "pass"), queue.PauseDesk{Desk: "2"}, inSteps), "A called@1 due +5 · desk 1 open A"},
	"a step while that desk is closed":            {steps(open("2", "id", "pass"), queue.CloseDesk{Desk: "2"}, inSteps), "A called@1 due +5 · desk 1 open A"},
	"steps and whole visits go by due":            {steps(join("B", 4, "id"), inSteps), "B called@1 due +4 · desk 1 open B"},
	"finish a step: the rest waits":               {steps(inSteps, finish("1", "id")), "A waiting@1 due +5 · desk 1 open"},
	"the rest is for another desk":                {steps(inSteps, finishAndNext("1", "id"), next("1")), "empty"},
	"another desk does the rest":                  {steps(inSteps, finish("1", "id"), open("2", "move", "pass"), next("2")), "A called@2 due +5 · desk 2 open A"},
	"the last step ends the visit":                {steps(inSteps, finish("1", "id"), open("2", "pass"), next("2"), finish("2", "pass")), "A done@2 due +5 · desk 2 open"},
	"a step that did all ends the visit":          {steps(inSteps, finish("1", "id", "pass")), "A done@1 due +5 · desk 1 open"},
	"a step without success goes on all the same": {steps(inSteps, finish("1")), "A waiting@1 due +5 · desk 1 open"},
	"finish a step and call next":                 {steps(inSteps, join("B", 7, "id"), finishAndNext("1", "id")), "A waiting@1 due +5 · B called@1 due +7 · desk 1 open B"},
	"finish a step of another's service":          {steps(inSteps, finish("1", "move")), "service-missing"},
	"a step is put back whole":                    {steps(inSteps, queue.PutBack{Desk: "1"}, open("2", "id", "pass"), next("2")), "A called@2 due +5 · desk 2 open A"},
	"a step whose service is disturbed by now":    {steps(inSteps, queue.Disturb{Service: "id"}, finish("1", "id")), "A waiting@1 due +5 · desk 1 open"},
	"what is left of it":                          {steps(inSteps, queue.Disturb{Service: "id"}, finish("1", "id"), open("2", "pass"), next("2")), "A called@2 due +5 · desk 2 open A"},
	"a step at a desk that serves others by now":  {steps(inSteps, open("1", "move"), finish("1")), "A waiting@1 due +5 · desk 1 open"},
	"a visit whose service is disturbed by now":   {steps(called, queue.Disturb{Service: "id"}, finish("1", "id")), "A done@1 due +5 · desk 1 open"},
	"a whole visit at a desk chosen for it":       {steps(open("1", "id"), join("A", 5, "move", "pass"), this("1", "A"), finish("1")), "A done@1 due +5 · desk 1 open"},
	"a step at a desk chosen for it":              {steps(open("1", "id"), join("A", 5, "id", "pass"), this("1", "A"), finish("1", "id")), "A waiting@1 due +5 · desk 1 open"},

	"disturb":                               {steps(queue.Disturb{Service: "id"}), ""},
	"restore":                               {steps(queue.Restore{Service: "id"}), ""},
	"disturbed: nobody is called for it":    {steps(open("1", "id"), join("A", 5, "id"), queue.Disturb{Service: "id"}, next("1")), "empty"},
	"disturbed: others are called":          {steps(open("1", "id", "pass"), join("A", 5, "id"), join("B", 9, "pass"), queue.Disturb{Service: "id"}, next("1")), "B called@1 due +9 · desk 1 open B"},
	"disturbed: the other part is a step":   {steps(open("1", "id", "pass"), join("A", 5, "id", "pass"), queue.Disturb{Service: "id"}, next("1"), finish("1", "pass")), "A waiting@1 due +5 · desk 1 open"},
	"disturbed: done all the same":          {steps(open("1", "id", "pass"), join("A", 5, "id", "pass"), next("1"), queue.Disturb{Service: "id"}, finish("1", "id", "pass")), "A done@1 due +5 · desk 1 open"},
	"disturbed: a clerk may call them":      {steps(open("1", "id"), join("A", 5, "id"), queue.Disturb{Service: "id"}, this("1", "A")), "A called@1 due +5 · desk 1 open A"},
	"disturbed twice, restored once":        {steps(open("1", "id"), join("A", 5, "id"), queue.Disturb{Service: "id"}, queue.Disturb{Service: "id"}, queue.Restore{Service: "id"}, next("1")), "A called@1 due +5 · desk 1 open A"},
	"restored: the due is as before":        {steps(open("1", "id"), join("A", 5, "id"), queue.Disturb{Service: "id"}, 30, join("B", 25, "id"), queue.Restore{Service: "id"}, next("1")), "A called@1 due +5 · desk 1 open A"},
	"disturbed: the next of another's line": {steps(called, join("B", 7, "id"), queue.Disturb{Service: "id"}, finishAndNext("1", "id")), "A done@1 due +5 · desk 1 open"},

	"a need is met":                           {steps(meeting(open("1", "id"), "interpreter", "step-free"), needing(join("A", 5, "id"), "step-free"), next("1")), "A called@1 due +5 · desk 1 open A"},
	"a need that the desk does not meet":      {steps(meeting(open("1", "id"), "interpreter"), needing(join("A", 5, "id"), "step-free"), join("B", 9, "id"), next("1")), "B called@1 due +9 · desk 1 open B"},
	"two needs, one of them met":              {steps(meeting(open("1", "id"), "interpreter"), needing(join("A", 5, "id"), "interpreter", "step-free"), next("1")), "empty"},
	"a need is no step":                       {steps(open("1", "id", "pass"), needing(join("A", 5, "id", "pass"), "step-free"), next("1")), "empty"},
	"a step at a desk that meets the need":    {steps(open("2", "id", "pass"), meeting(open("1", "id"), "step-free"), needing(join("A", 5, "id", "pass"), "step-free"), next("1"), finish("1", "id")), "A waiting@1 due +5 · desk 1 open"},
	"no step while another meets it and all":  {steps(meeting(open("2", "id", "pass"), "step-free"), meeting(open("1", "id"), "step-free"), needing(join("A", 5, "id", "pass"), "step-free"), next("1")), "empty"},
	"a desk that opens anew meets it":         {steps(open("1", "id"), needing(join("A", 5, "id"), "step-free"), meeting(open("1", "id"), "step-free"), next("1")), "A called@1 due +5 · desk 1 open A"},
	"a desk that opens anew meets it no more": {steps(meeting(open("1", "id"), "step-free"), needing(join("A", 5, "id"), "step-free"), open("1", "id"), next("1")), "empty"},
	"say a need":                              {steps(open("1", "id"), join("A", 5, "id"), needs("A", "more-time"), next("1")), "empty"},
	"say a need: the due is as before":        {steps(meeting(open("1", "id"), "more-time"), join("A", 9, "id"), join("B", 5, "id"), needs("B", "more-time"), next("1")), "B called@1 due +5 · desk 1 open B"},
	"say that nothing is needed":              {steps(open("1", "id"), needing(join("A", 5, "id"), "more-time"), needs("A"), next("1")), "A called@1 due +5 · desk 1 open A"},
	"say a need at the desk":                  {steps(called, needs("A", "more-time")), "A called@1 due +5"},
	"say a need after the visit":              {steps(called, finish("1", "id"), needs("A", "more-time")), "wrong-state"},
	"say a need of an unknown ticket":         {steps(needs("B", "more-time")), "ticket-unknown"},
	"a clerk may call whoever needs more":     {steps(open("1", "id"), needing(join("A", 5, "id"), "step-free"), this("1", "A")), "A called@1 due +5 · desk 1 open A"},
	"split: both need it":                     {steps(needing(join("A", 5, "id", "pass"), "step-free"), split("A", "B", "pass"), open("1", "pass"), next("1")), "empty"},
	"merge: the needs of both":                {steps(needing(join("A", 5, "id"), "step-free"), needing(join("B", 5, "id"), "fetched"), merge("A", "B"), meeting(open("1", "id"), "step-free"), next("1")), "empty"},
	"merge: at a desk that meets the needs":   {steps(needing(join("A", 5, "id"), "step-free"), needing(join("B", 5, "id"), "fetched"), merge("A", "B"), meeting(open("1", "id"), "fetched", "step-free"), next("1")), "B called@1 due +5 · desk 1 open B"},

	"no-show":                           {steps(called, 2, noShow("1", 2)), "A missed@1 due +5 · desk 1 open"},
	"no-show too soon":                  {steps(called, 1, noShow("1", 2)), "too-soon"},
	"no-show too soon after the recall": {steps(called, 1, queue.Recall{Desk: "1"}, 1, noShow("1", 2)), "too-soon"},
	"no-show of a served person":        {steps(called, queue.Came{Desk: "1"}, 9, noShow("1", 2)), "wrong-state"},
	"revoke":                            {steps(called, noShow("1", 0), queue.Revoke{Ticket: "A"}), "A waiting@1 due +5"},
	"revoke what was not missed":        {steps(called, queue.Revoke{Ticket: "A"}), "wrong-state"},
	"park":                              {steps(called, queue.Park{Desk: "1"}), "A parked@1 due +5 · desk 1 open"},
	"park a served person":              {steps(called, queue.Came{Desk: "1"}, queue.Park{Desk: "1"}), "A parked@1 due +5 · desk 1 open"},
	"park at an idle desk":              {steps(open("1", "id"), queue.Park{Desk: "1"}), "desk-idle"},
	"bring back":                        {steps(parked, queue.BringBack{Ticket: "A"}), "A waiting@1 due +5"},
	"bring back to a desk":              {steps(parked, queue.BringBack{Ticket: "A", Desk: "1"}), "A serving@1 due +5 · desk 1 open A"},
	"bring back to another desk":        {steps(parked, open("2", "id"), queue.BringBack{Ticket: "A", Desk: "2"}), "wrong-state"},
	"bring back to a busy desk":         {steps(parked, join("B", 5, "id"), next("1"), queue.BringBack{Ticket: "A", Desk: "1"}), "desk-busy"},
	"bring back to a closed desk":       {steps(parked, queue.CloseDesk{Desk: "1"}, queue.BringBack{Ticket: "A", Desk: "1"}), "desk-not-open"},
	"bring back what was not parked":    {steps(called, queue.BringBack{Ticket: "A"}), "wrong-state"},
	"send who is served":                {steps(called, queue.Came{Desk: "1"}, send("A", "marriage")), "A sent@1 due +5 · desk 1 open"},
	"send who waits":                    {steps(join("A", 20, "id"), send("A", "marriage"), open("1", "id"), next("1")), "empty"},
	"send who is gone":                  {steps(join("A", 20, "id"), leave("A"), send("A", "marriage")), "wrong-state"},
	"send twice":                        {steps(join("A", 20, "id"), send("A", "marriage"), send("A", "marriage")), "wrong-state"},
	"receive":                           {steps(open("1", "id"), join("B", 21, "id"), receive("A", 20, "", false), next("1")), "A called@1 due +20 · desk 1 open A"},
	"receive with a number":             {steps(receive("A", 20, "S 900", false)), "A waiting due +20"},
	"receive on the way":                {steps(open("1", "id"), receive("A", 20, "", true), next("1")), "empty"},
	"receive who is here":               {steps(join("A", 20, "id"), receive("A", 20, "S 900", false)), "ticket-exists"},
	"receive who was here":              {steps(booked("A", 20, "ap1"), join("B", 20, "id"), send("A", "marriage"), receive("A", 20, "", false), open("1", "id"), next("1")), "A called@1 due +20 · desk 1 open A"},
	"receive who was here and booked":   {steps(booked("A", 20, "ap1"), send("A", "marriage"), receive("A", 20, "", false), booked("B", 20, "ap1")), "joined"},
	"split of who is on the way":        {steps(receive("A", 20, "", true), change("A", 2, "id", "pass"), split("A", "B", "pass"), open("1", "pass"), next("1")), "empty"},
	"here, from another house":          {steps(receive("A", 20, "", true), 40, here("A")), "A waiting due +20"},
	"here, parked by a desk":            {steps(called, queue.Park{Desk: "1"}, here("A")), "wrong-state"},
	"bring back, from another house":    {steps(receive("A", 20, "", true), 40, queue.BringBack{Ticket: "A"}), "A waiting due +20"},
	"a desk parked who came on the way": {steps(open("1", "id"), receive("A", 20, "", true), here("A"), next("1"), queue.Park{Desk: "1"}, here("A")), "wrong-state"},

	"transfer from the desk":             {steps(called, queue.Transfer{Ticket: "A", Services: set("move")}), "A waiting@1 due +5 · desk 1 open"},
	"transfer of a parked ticket":        {steps(parked, queue.Transfer{Ticket: "A", Services: set("move")}), "A waiting@1 due +5"},
	"transfer of a waiting ticket":       {steps(join("A", 5, "id"), queue.Transfer{Ticket: "A", Services: set("move")}), "wrong-state"},
	"call after recall and transfer":     {steps(called, queue.Recall{Desk: "1"}, queue.Transfer{Ticket: "A", Services: set("move")}, open("2", "move"), next("2")), "A called@2 due +5 · desk 2 open A"},
	"transferred ones wait in that line": {steps(parked, queue.Transfer{Ticket: "A", Services: set("move")}, open("2", "move"), next("2")), "A called@2 due +5 · desk 2 open A"},

	"change":                       {steps(join("A", 5, "id"), change("A", 3, "move")), "A waiting due +5"},
	"change moves to another line": {steps(join("A", 5, "id"), change("A", 3, "move"), open("1", "id"), next("1")), "empty"},
	"change at the desk":           {steps(called, change("A", 2, "id", "pass")), "A called@1 due +5"},
	"change of what has ended":     {steps(called, finish("1"), change("A", 2, "id")), "wrong-state"},
	"change of an unknown ticket":  {steps(change("A", 2, "id")), "ticket-unknown"},
	"split":                        {steps(family, split("A", "B", "pass")), "A waiting due +5 · B waiting due +5"},
	"split leaves the rest": {steps(family, split("A", "B", "pass"), open("1", "id"), next("1")),
		"A called@1 due +5 · desk 1 open A"},
	"split at the desk":             {steps(family, open("1", "id", "pass"), next("1"), split("A", "B", "pass")), "A called@1 due +5 · B waiting due +5"},
	"split all":                     {steps(family, split("A", "B", "id", "pass")), "service-missing"},
	"split a foreign service":       {steps(family, split("A", "B", "move")), "service-missing"},
	"split into a used id":          {steps(family, join("B", 6, "id"), split("A", "B", "pass")), "ticket-exists"},
	"split an unknown ticket":       {steps(split("A", "B", "pass")), "ticket-unknown"},
	"split of an appointment":       {steps(booked("A", 5, "ap1"), change("A", 2, "id", "pass"), split("A", "B", "pass"), booked("C", 5, "ap1")), "joined"},
	"merge":                         {steps(join("A", 5, "id"), join("B", 9, "pass"), merge("A", "B")), "A merged due +5 · B waiting due +5"},
	"merge in one line":             {steps(join("A", 5, "id"), join("B", 9, "id"), merge("A", "B"), open("1", "id"), next("1")), "B called@1 due +5 · desk 1 open B"},
	"merge into the one at a desk":  {steps(called, join("B", 9, "pass"), merge("B", "A")), "B merged due +9 · A called@1 due +5"},
	"merge with itself":             {steps(join("A", 5, "id"), merge("A", "A")), "same-ticket"},
	"merge a called ticket":         {steps(called, join("B", 9, "pass"), merge("A", "B")), "wrong-state"},
	"merge into one that has ended": {steps(called, join("B", 9, "pass"), finish("1"), merge("B", "A")), "wrong-state"},
	"merge into an unknown one":     {steps(join("A", 5, "id"), merge("A", "B")), "ticket-unknown"},
	"merge a hundred persons":       {steps(join("A", 5, "id"), join("B", 5, "id"), change("A", 60, "id"), change("B", 40, "id"), merge("A", "B")), "invalid"},

	"here in time":                      {steps(called, 1, noShow("1", 0), 10, here("A")), "A waiting@1 due +11"},
	"here in time, not due":             {steps(open("1", "id"), join("A", 30, "id"), next("1"), noShow("1", 0), 10, here("A")), "A waiting@1 due +30"},
	"here on the last minute":           {steps(called, noShow("1", 0), 15, here("A")), "A waiting@1 due +15"},
	"here late":                         {steps(called, noShow("1", 0), 16, here("A")), "A waiting@1 due +36"},
	"here late, not due":                {steps(open("1", "id"), join("A", 60, "id"), next("1"), noShow("1", 0), 16, here("A")), "A waiting@1 due +60"},
	"here without a call":               {steps(join("A", 5, "id"), here("A")), "wrong-state"},
	"noted":                             {steps(noted("A", 60, 45)), "A parked due +60"},
	"noted: nobody calls them":          {steps(open("1", "id"), noted("A", 60, 45), next("1")), "empty"},
	"noted: too early to join":          {steps(noted("A", 60, 45), 44, queue.BringBack{Ticket: "A"}), "too-soon"},
	"noted: to a desk":                  {steps(open("1", "id"), noted("A", 60, 45), 45, queue.BringBack{Ticket: "A", Desk: "1"}), "wrong-state"},
	"noted: too early to be here":       {steps(noted("A", 60, 45), 44, here("A")), "too-soon"},
	"noted: too early to be elsewhere":  {steps(noted("A", 60, 45), send("A", "marriage")), "too-soon"},
	"noted: too early for other ones":   {steps(noted("A", 60, 45), queue.Transfer{Ticket: "A", Services: set("move")}), "too-soon"},
	"noted: no more to step aside from": {steps(noted("A", 60, 45), aside("A")), "wrong-state"},
	"noted: joins":                      {steps(noted("A", 60, 45), 45, queue.BringBack{Ticket: "A"}), "A waiting due +60"},
	"noted: here":                       {steps(noted("A", 60, 45), 46, here("A")), "A waiting due +60"},
	"noted: joins once":                 {steps(noted("A", 60, 45), 45, queue.BringBack{Ticket: "A"}, queue.BringBack{Ticket: "A"}), "wrong-state"},
	"noted: joined, then parked":        {steps(open("1", "id"), noted("A", 60, 45), 45, here("A"), next("1"), queue.Park{Desk: "1"}, here("A")), "wrong-state"},
	"noted: the moment has come":        {steps(45, noted("A", 60, 45)), "A waiting due +60"},
	"noted twice":                       {steps(booked("A", 60, "ap-B"), noted("B", 60, 45)), "joined"},
	"noted: leaves":                     {steps(noted("A", 60, 45), leave("A")), "A gone due +60"},
	"noted: changes":                    {steps(noted("A", 60, 45), change("A", 2, "id", "pass")), "A parked due +60"},
	"noted: split":                      {steps(noted("A", 60, 45), change("A", 2, "id", "pass"), split("A", "B", "pass"), 45, queue.BringBack{Ticket: "B"}), "B waiting due +60"},
	"noted: split, too early":           {steps(noted("A", 60, 45), change("A", 2, "id", "pass"), split("A", "B", "pass"), 44, here("B")), "too-soon"},
	"step aside":                        {steps(join("A", 5, "id"), aside("A")), "A parked due +5"},
	"step aside: nobody calls them":     {steps(open("1", "id"), join("A", 5, "id"), aside("A"), next("1")), "empty"},
	"step aside after a put back":       {steps(called, queue.PutBack{Desk: "1"}, aside("A")), "A parked due +5"},
	"step aside when called":            {steps(called, aside("A")), "wrong-state"},
	"step aside when missed":            {steps(called, noShow("1", 0), aside("A")), "wrong-state"},
	"step aside when parked":            {steps(parked, aside("A")), "wrong-state"},
	"step aside twice":                  {steps(join("A", 5, "id"), aside("A"), aside("A")), "wrong-state"},
	"step aside, unknown":               {steps(aside("A")), "ticket-unknown"},
	"back from aside":                   {steps(join("A", 5, "id"), aside("A"), 9, here("A")), "A waiting due +9"},
	"back from aside, not due":          {steps(join("A", 20, "id"), aside("A"), 9, here("A")), "A waiting due +20"},
	"back from aside, then parked":      {steps(open("1", "id"), join("A", 5, "id"), aside("A"), 9, here("A"), next("1"), queue.Park{Desk: "1"}, 9, queue.BringBack{Ticket: "A"}), "A waiting@1 due +9"},
	"back from aside, to a desk":        {steps(open("1", "id"), join("A", 5, "id"), aside("A"), 9, queue.BringBack{Ticket: "A", Desk: "1"}), "wrong-state"},
	"back from aside, to other ones":    {steps(join("A", 5, "id"), aside("A"), 9, queue.Transfer{Ticket: "A", Services: set("move")}), "A waiting due +9"},
	"sent while aside":                  {steps(join("A", 5, "id"), aside("A"), 9, send("A", "marriage")), "A sent due +9"},
	"leave while aside":                 {steps(join("A", 5, "id"), aside("A"), 9, leave("A")), "A gone due +5"},
	"split while aside":                 {steps(family, aside("A"), split("A", "B", "pass"), 9, here("B")), "B waiting due +9"},
	"called after whoever is due now":   {steps(open("1", "id"), join("A", 5, "id"), join("B", 9, "id"), aside("A"), 10, here("A"), next("1")), "B called@1 due +9 · desk 1 open B"},

	"leave":                  {steps(join("A", 5, "id"), leave("A")), "A gone due +5"},
	"leave when called":      {steps(called, leave("A")), "A gone@1 due +5 · desk 1 open"},
	"leave when parked":      {steps(parked, leave("A")), "A gone@1 due +5"},
	"leave when missed":      {steps(called, noShow("1", 0), leave("A")), "A gone@1 due +5"},
	"leave while served":     {steps(called, queue.Came{Desk: "1"}, leave("A")), "wrong-state"},
	"leave twice":            {steps(join("A", 5, "id"), leave("A"), leave("A")), "wrong-state"},
	"who left is not called": {steps(open("1", "id"), join("A", 5, "id"), leave("A"), next("1")), "empty"},
	"cancel":                 {steps(join("A", 5, "id"), cancel("A")), "A gone due +5"},
	"cancel while served":    {steps(called, queue.Came{Desk: "1"}, cancel("A")), "A gone@1 due +5 · desk 1 open"},
	"cancel twice":           {steps(join("A", 5, "id"), cancel("A"), cancel("A")), "wrong-state"},
	"a field is malformed":   {steps(leave("A B")), "invalid"},
}

// What many cases begin with.
var (
	called  = []any{open("1", "id"), join("A", 5, "id"), next("1")}
	parked  = []any{open("1", "id"), join("A", 5, "id"), next("1"), queue.Park{Desk: "1"}}
	inSteps = []any{open("1", "id"), join("A", 5, "id", "pass"), next("1")}
	family  = []any{join("A", 5, "id", "pass"), change("A", 4, "id", "pass")}
)

// steps flattens lists of steps.
func steps(parts ...any) []any {
	var all []any
	for _, p := range parts {
		if list, ok := p.([]any); ok {
			all = append(all, list...)
		} else {
			all = append(all, p)
		}
	}
	return all
}

// runCases tries each case on a line of its own, then repeats all of it.
func runCases(t *testing.T, fresh func(*testing.T) queue.Line) {
	t.Parallel()
	for _, name := range sortedKeys(cases) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &pair{line: fresh(t), office: theOffice}
			if got := p.tell(t, cases[name].steps); got != cases[name].want {
				t.Errorf("answer %q, want %q", got, cases[name].want)
			}
			if diff := p.compare(t); diff != "" {
				t.Error(diff)
			}
			p.repeat(t)
		})
	}
}

// tell gives the steps and returns the last answer in short.
func (p *pair) tell(t *testing.T, steps []any) string {
	t.Helper()
	var at time.Duration
	last := ""
	for i, s := range steps {
		if minutes, ok := s.(int); ok {
			at += time.Duration(minutes) * time.Minute
			continue
		}
		event, diff, err := p.do(request(fmt.Sprintf("r%d", i), at, s.(queue.Command)))
		if diff != "" {
			t.Fatalf("step %d: %s", i, diff)
		}
		if last = summary(event); err != nil {
			last = refusal(err).Error()
		}
	}
	return last
}

// repeat gives every request again, later: the same answers; and its id to
// another command, which is refused. Nothing changes.
func (p *pair) repeat(t *testing.T) {
	t.Helper()
	for _, r := range p.requests[:len(p.requests):len(p.requests)] {
		r.At = r.At.Add(time.Hour)
		if _, diff, _ := p.do(r); diff != "" {
			t.Errorf("repeat of %s: %s", r.ID, diff)
		}
		valid := r.Validate() == nil
		r.Command = queue.Leave{Ticket: "another"}
		if _, _, err := p.do(r); valid && refusal(err) != queue.ErrOtherContent {
			t.Errorf("id %s for another command: %v, want other-content", r.ID, err)
		}
	}
	if diff := p.compare(t); diff != "" {
		t.Errorf("after repeats: %s", diff)
	}
}
