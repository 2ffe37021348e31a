package app

import "net/http"

func addKeepers() { panic("wired wrongly") }

func serve() {
	_ = http.ListenAndServe("", nil) // want
	panic("no wiring")               // want
}
