package queue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
)

// MaxCommand is how long the JSON of a command may be, in bytes.
const MaxCommand = 16 << 10

// commands are all commands by kind.
var commands = byKind(Join{}, OpenDesk{}, PauseDesk{}, CloseDesk{}, CallNext{}, CallThis{}, Recall{}, PutBack{},
	Came{}, Finish{}, FinishAndCallNext{}, NoShow{}, Revoke{}, Park{}, StepAside{}, BringBack{}, Transfer{}, Send{}, Receive{}, Change{}, SetNeeds{}, Split{},
	Merge{}, Here{}, Leave{}, Cancel{}, Disturb{}, Restore{})

func byKind(all ...Command) map[string]reflect.Type {
	types := map[string]reflect.Type{}
	for _, c := range all {
		types[c.Kind()] = reflect.TypeOf(c)
	}
	return types
}

// Kinds are the names of all commands.
func Kinds() []string {
	return slices.Sorted(maps.Keys(commands))
}

// DecodeCommand reads a command of a kind from JSON. It refuses with
// ErrInvalid an unknown kind, an unknown field, what follows the object, and
// more than MaxCommand bytes. An empty text is an empty command, for those
// whose caller fills in everything. Fields are checked by [Request.Validate],
// when the caller has filled in what a client does not send.
func DecodeCommand(kind string, text []byte) (Command, error) {
	structure, ok := commands[kind]
	if !ok {
		return nil, fmt.Errorf("%w: unknown command", ErrInvalid)
	}
	if len(text) > MaxCommand {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrInvalid, MaxCommand)
	}
	command := reflect.New(structure)
	if len(bytes.TrimSpace(text)) > 0 {
		if err := decodeStrictly(text, command.Interface()); err != nil {
			return nil, fmt.Errorf("%w: %s: %v", ErrInvalid, kind, err)
		}
	}
	return command.Elem().Interface().(Command), nil
}

func decodeStrictly(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one object")
	}
	return nil
}
