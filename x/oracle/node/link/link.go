package link

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"
)

// maxFile bounds a certificate file in bytes.
const maxFile = 64 << 10

// Files are the PEM files of one end.
type Files struct {
	CA   string // certificates of the authorities that the other end's certificate may come from
	Cert string // this end's certificate, with intermediate ones after it
	Key  string // its private key
}

// Set tells whether anything is named.
func (f Files) Set() bool { return f != Files{} }

// Server returns the configuration of a sidecar: it asks for a node's certificate and accepts no
// connection without one.
func (f Files) Server() (*tls.Config, error) {
	pool, err := f.load()
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		ClientAuth: tls.RequireAndVerifyClientCert,
		ClientCAs:  pool,
		// Read anew in every handshake, so that a renewed certificate needs no restart.
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.pair() },
	}, nil
}

// Client returns the configuration of a node, which wants the sidecar's certificate to be for name.
func (f Files) Client(name string) (*tls.Config, error) {
	pool, err := f.load()
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion:           tls.VersionTLS13,
		RootCAs:              pool,
		ServerName:           name,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return f.pair() },
	}, nil
}

// Expires returns when this end's certificate ends.
func (f Files) Expires() (time.Time, error) {
	pair, err := f.pair()
	if err != nil {
		return time.Time{}, err
	}
	return pair.Leaf.NotAfter, nil
}

// load checks all three files and returns the authorities.
func (f Files) load() (*x509.CertPool, error) {
	if f.CA == "" || f.Cert == "" || f.Key == "" {
		return nil, errors.New("TLS needs all three of ca, cert and key")
	}
	authorities, err := readFile(f.CA)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authorities) {
		return nil, fmt.Errorf("%s holds no certificate", f.CA)
	}
	_, err = f.pair()
	return pool, err
}

func (f Files) pair() (*tls.Certificate, error) {
	info, err := os.Stat(f.Key)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("key file %s has mode %o: others can read it, wanted 600", f.Key, info.Mode().Perm())
	}
	cert, err := readFile(f.Cert)
	if err != nil {
		return nil, err
	}
	key, err := readFile(f.Key)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("%s with %s: %w", f.Cert, f.Key, err)
	}
	return &pair, nil
}

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s has %d bytes, at most %d", path, info.Size(), maxFile)
	}
	return os.ReadFile(path)
}
