package child

import "net"

// FreePort is a port of 127.0.0.1 that nobody had a moment ago, for a server that
// cannot take one by itself. Somebody may be faster: then the server ends.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
