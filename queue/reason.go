package queue

// Reasons are the only texts that may explain a command in an event: keys,
// whose sentences are in booking/texts under "reason.<key>". Free text could
// hold a name or a diagnosis.
type Reasons []string

var (
	// UrgentReasons confirm that somebody must be served today.
	UrgentReasons = Reasons{"document-expires", "document-lost", "deadline", "legal-duty", "hardship"}
	// AtOnceReasons confirm that somebody must be served at once.
	AtOnceReasons = Reasons{"departs-today", "frail", "in-danger", "small-child"}
	// ChosenReasons explain a call out of turn.
	ChosenReasons = Reasons{"belongs-together", "returns-with-paper", "frail", "my-case", "interpreter-here"}
	// CancelReasons explain why the office ended a visit.
	CancelReasons = Reasons{"double", "wrong-office", "cannot-help-today", "left-without-word", "day-end"}
)

// Has says whether the list holds the reason.
func (r Reasons) Has(reason string) bool {
	for _, x := range r {
		if x == reason {
			return true
		}
	}
	return false
}
