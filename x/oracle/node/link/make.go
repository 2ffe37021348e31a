package link

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Names of the files that Make writes.
const (
	FileCA         = "ca.pem"
	FileCAKey      = "ca-key.pem"
	FileSidecar    = "sidecar.pem"
	FileSidecarKey = "sidecar-key.pem"
	FileNode       = "node.pem"
	FileNodeKey    = "node-key.pem"
)

// authorityYears is how long an authority made here lasts.
const authorityYears = 10

// backdate makes a new certificate good on machines whose clocks are a little late.
const backdate = 5 * time.Minute

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Make writes a certificate for a sidecar that is reached under the hosts (names or addresses) and one
// for its node into dir, both good from now for the given time. The authority of an earlier call is used
// again, so that one end can be renewed while the other keeps its certificate; without one it is made.
func Make(dir string, hosts []string, now time.Time, valid time.Duration) error {
	if len(hosts) == 0 {
		return errors.New("no host of the sidecar")
	}
	if valid <= 0 {
		return fmt.Errorf("certificates of %s", valid)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	ca, err := readAuthority(dir)
	if errors.Is(err, fs.ErrNotExist) {
		ca, err = makeAuthority(dir, now)
	}
	if err != nil {
		return err
	}
	sidecar := template("imod sidecar", now, now.Add(valid))
	sidecar.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			sidecar.IPAddresses = append(sidecar.IPAddresses, ip)
		} else {
			sidecar.DNSNames = append(sidecar.DNSNames, host)
		}
	}
	if err := ca.issue(dir, FileSidecar, FileSidecarKey, sidecar); err != nil {
		return err
	}
	node := template("imod node", now, now.Add(valid))
	node.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return ca.issue(dir, FileNode, FileNodeKey, node)
}

func template(name string, now, until time.Time) *x509.Certificate {
	return &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             now.Add(-backdate),
		NotAfter:              until,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
	}
}

func makeAuthority(dir string, now time.Time) (*authority, error) {
	t := template("imod sidecar authority", now, now.AddDate(authorityYears, 0, 0))
	t.IsCA, t.MaxPathLenZero, t.KeyUsage = true, true, x509.KeyUsageCertSign
	if err := (*authority)(nil).issue(dir, FileCA, FileCAKey, t); err != nil {
		return nil, err
	}
	return readAuthority(dir)
}

func readAuthority(dir string) (*authority, error) {
	cert, err := readBlock(filepath.Join(dir, FileCA), "CERTIFICATE")
	if err != nil {
		return nil, err
	}
	key, err := readBlock(filepath.Join(dir, FileCAKey), "EC PRIVATE KEY")
	if err != nil {
		return nil, err
	}
	a := &authority{}
	if a.cert, err = x509.ParseCertificate(cert); err != nil {
		return nil, fmt.Errorf("%s: %w", FileCA, err)
	}
	if a.key, err = x509.ParseECPrivateKey(key); err != nil {
		return nil, fmt.Errorf("%s: %w", FileCAKey, err)
	}
	return a, nil
}

func readBlock(path, kind string) ([]byte, error) {
	b, err := readFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(b)
	if block == nil || block.Type != kind {
		return nil, fmt.Errorf("%s does not begin with a PEM block %q", path, kind)
	}
	return block.Bytes, nil
}

// issue makes a key and a certificate, signed by the authority or, without one, by itself.
func (a *authority) issue(dir, certFile, keyFile string, t *x509.Certificate) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if t.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return err
	}
	parent, signer := t, key
	if a != nil {
		parent, signer = a.cert, a.key
	}
	cert, err := x509.CreateCertificate(rand.Reader, t, parent, key.Public(), signer)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(
		replace(filepath.Join(dir, keyFile), "EC PRIVATE KEY", secret, 0o600),
		replace(filepath.Join(dir, certFile), "CERTIFICATE", cert, 0o644),
	)
}

// replace writes a PEM file as a whole, never readable to others when mode says so.
func replace(path, kind string, content []byte, mode os.FileMode) error {
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	err = pem.Encode(f, &pem.Block{Type: kind, Bytes: content})
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}
