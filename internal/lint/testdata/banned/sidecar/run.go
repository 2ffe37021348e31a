package sidecar

import "time"

var _ = time.Now()
