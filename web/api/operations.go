package api

// Operation is one thing that a program can ask for.
type Operation struct {
	Method  string
	Path    string // below Base: "/offices/{office}/queue"
	Summary string
	Who     string // who may: one of the Who… constants
	Query   []Query
	Body    any // what is sent, a zero value; nil for nothing
	Status  int // of an answer that is no problem
	Answer  any // what comes back, a zero value; nil for no content; a string is a media type
}

// Query is a parameter in the address.
type Query struct {
	Name, Says string
	Needed     bool
}

// Who may use an operation. Managers may what clerks may in their offices,
// administrators may it in every office.
const (
	Anyone           = "Anyone. A link or a ticket's id in the path is the right to it."
	TerminalOrClerk  = "A terminal of the house, or a clerk of one of its offices."
	TerminalOrClerks = "A terminal of the office's house, or a clerk of the office."
	OnlyTerminal     = "A terminal."
	OfficeClerk      = "A clerk of the office."
	Administrator    = "An administrator."
)

var (
	day    = Query{"day", "A date, 2026-11-24; today without it.", false}
	polled = []Query{
		{"after", "By long poll: the frame that the reader has, <epoch>-<version>. The answer comes when there is a newer one.", false},
		{"wait", "By long poll: at most so many seconds, up to 25.", false},
	}
)

// Operations are all that the API can do.
var Operations = append([]Operation{
	{"GET", "/clock", "The office clock, and whether this is a demonstration", Anyone, nil, nil, 200, Clock{}},
	{"GET", "/city", "The city in force, as the file that the command wartefrei import takes", Administrator, nil, nil, 200, "application/json"},
	{"GET", "/houses", "Houses with their waiting areas", Anyone, nil, nil, 200, []House{}},
	{"GET", "/offices", "Offices with their hours", Anyone, nil, nil, 200, []Office{}},
	{"GET", "/offices/{office}/services", "What an office offers", Anyone, nil, nil, 200, []Service{}},
	{"GET", "/offices/{office}/slots", "Free times for services", Anyone, []Query{
		{"services", "Services with numbers of persons: reisepass:2,personalausweis", true},
		{"from", "First day, today without it.", false},
		{"days", "How many days, 1 to 92; 14 without it.", false}}, nil, 200, []FreeDay{}},

	{"POST", "/offices/{office}/holds", "Keep a time while the form is filled. From anybody who is not signed in, the Idempotency-Key must have 16 characters or more: it is a secret.", Anyone, nil, NewHold{}, 201, Appointment{}},
	{"POST", "/holds/{link}/extend", "Keep a time longer", Anyone, nil, Nothing{}, 200, Appointment{}},
	{"POST", "/holds/{link}/confirm", "Make an appointment of a hold", Anyone, nil, Contact{}, 200, Appointment{}},
	{"POST", "/holds/{link}/release", "Give a hold back", Anyone, nil, Nothing{}, 204, nil},
	{"GET", "/appointments/{link}", "An appointment", Anyone, nil, nil, 200, Appointment{}},
	{"GET", "/appointments/{link}/pdf", "Its confirmation on paper", Anyone, nil, nil, 200, "application/pdf"},
	{"POST", "/appointments/{link}/cancel", "Cancel an appointment", Anyone, nil, Nothing{}, 200, Appointment{}},
	{"POST", "/appointments/{link}/move", "Move an appointment to another time", Anyone, nil, NewTime{}, 200, Appointment{}},
	{"GET", "/offices/{office}/appointments", "Appointments of a day, with who booked", OfficeClerk, []Query{day}, nil, 200, []Appointment{}},
	{"POST", "/offices/{office}/appointments/search", "Find appointments of a day by name or code. It changes nothing.", OfficeClerk, nil, Search{}, 200, []Appointment{}},

	{"POST", "/houses/{house}/checkins", "Check in for an appointment. Sent again with its key, it is answered as the first was if that gave a ticket; else it is asked anew.", TerminalOrClerk, nil, NewCheckin{}, 200, Checkin{}},
	{"POST", "/offices/{office}/tickets", "A ticket without an appointment", TerminalOrClerks, nil, NewTicket{}, 201, Visit{}},
	{"GET", "/terminals/self", "Where this terminal stands", OnlyTerminal, nil, nil, 200, Device{}},

	{"GET", "/tickets/{ticket}", "A ticket", Anyone, nil, nil, 200, Visit{}},
	{"GET", "/tickets/{ticket}/live", "A ticket, now and at every change, by WebSocket or long poll. Its data is a Visit.", Anyone, polled, nil, 200, Message{}},
	{"GET", "/tickets/{ticket}/pdf", "A ticket on paper, 80 mm wide", Anyone, nil, nil, 200, "application/pdf"},
	{"POST", "/tickets/{ticket}/needs", "Say what I need", Anyone, nil, SetNeeds{}, 200, Visit{}},
	{"POST", "/tickets/{ticket}/step-aside", "I need longer: no desk calls me until I am here, and I am due then", Anyone, nil, Nothing{}, 200, Visit{}},
	{"POST", "/tickets/{ticket}/here", "I missed my call, or stepped aside, and am back. Later than the place is kept, until the office closes.", Anyone, nil, Nothing{}, 200, Visit{}},
	{"POST", "/tickets/{ticket}/leave", "Give the number back", Anyone, nil, Nothing{}, 200, Visit{}},

	{"GET", "/offices/{office}/queue", "The present state of an office's day", OfficeClerk, nil, nil, 200, Queue{}},
	{"GET", "/offices/{office}/desks", "An office's desks", OfficeClerk, nil, nil, 200, []Desk{}},
	{"GET", "/offices/{office}/desks/{desk}", "What a desk sees", OfficeClerk, nil, nil, 200, DeskList{}},
	{"GET", "/offices/{office}/desks/{desk}/live", "What a desk sees, now and at every change. Its data is a DeskList.", OfficeClerk, polled, nil, 200, Message{}},

	{"GET", "/screens/{area}", "The board of a waiting area", Anyone, nil, nil, 200, Board{}},
	{"GET", "/screens/{area}/live", "The board, now and at every change. Its data is a Board.", Anyone, polled, nil, 200, Message{}},
}, commands...)

// commands are what clerks do at desks and with tickets.
var commands = []Operation{
	desk("open", "Open a desk, or open it anew with other services", Open{}),
	desk("pause", "Stop calling for a while", Nothing{}),
	desk("close", "Close a desk for the day", Nothing{}),
	desk("call-next", "Call the ticket that is due first of those the desk serves", Nothing{}),
	desk("call-this", "Call one ticket out of turn, with a reason", CallThis{}),
	desk("recall", "Call the called ticket again", AtDesk{}),
	desk("put-back", "Undo a call", AtDesk{}),
	desk("came", "The called person is here", AtDesk{}),
	desk("finish", "End the visit, or send it on where the desk serves only a part of it", Finish{}),
	desk("finish-and-call-next", "End the visit and call the next ticket; nobody waiting is no refusal", Finish{}),
	desk("no-show", "The called person did not come", AtDesk{}),
	desk("park", "Set the ticket aside, for a form or a photo", AtDesk{}),
	service("disturb", "A service cannot be served until it is restored, or the day ends"),
	service("restore", "A service goes on"),
	ticket("revoke", "Take a no-show back", Nothing{}),
	ticket("bring-back", "End parking", BringBack{}),
	ticket("transfer", "Send a ticket to other services of the office", Transfer{}),
	ticket("send", "Send a visit to another office, where it goes on with the same id and due", Send{}),
	ticket("change", "Correct services and persons", Change{}),
	ticket("set-needs", "Say what the person needs", SetNeeds{}),
	ticket("split", "Take services off into a new ticket with the same due", Split{}),
	ticket("merge", "Join a ticket into another", Merge{}),
	ticket("cancel", "End a visit by the office", Cancel{}),
	ticket("step-aside", "The person needs longer: no desk calls them until they are here, and they are due then", Nothing{}),
	ticket("here", "The person missed their call, or stepped aside, and is back. Later than their place is kept, until the office closes.", Nothing{}),
	ticket("leave", "The person gives the number back", Nothing{}),
}

func desk(name, summary string, body any) Operation {
	return Operation{"POST", "/offices/{office}/desks/{desk}/" + name, summary, OfficeClerk, nil, body, 200, Event{}}
}

func service(name, summary string) Operation {
	return Operation{"POST", "/offices/{office}/services/{service}/" + name, summary, OfficeClerk, nil, Nothing{}, 200, Event{}}
}

func ticket(name, summary string, body any) Operation {
	return Operation{"POST", "/offices/{office}/tickets/{ticket}/" + name, summary, OfficeClerk, nil, body, 200, Event{}}
}
