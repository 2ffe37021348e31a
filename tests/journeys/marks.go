package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
)

// sourceType is what every picture must say.
const sourceType = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

// outputs are the addresses of everything that the chain can show: all final tokens and all challenges.
func outputs(ctx context.Context, rest string) ([]string, error) {
	var out []string
	var collections struct {
		Collections []struct{ Collection struct{ ID string } }
	}
	if err := getJSON(ctx, rest+"/imod/aigc/v1/collections", &collections); err != nil {
		return nil, err
	}
	for _, c := range collections.Collections {
		var tokens struct {
			Tokens []struct {
				ID     string `json:"token_id"`
				Status string
			}
		}
		if err := getJSON(ctx, rest+"/imod/aigc/v1/collections/"+c.Collection.ID+"/tokens", &tokens); err != nil {
			return nil, err
		}
		before := len(out)
		for _, t := range tokens.Tokens {
			if t.Status == "TOKEN_STATUS_FINAL" {
				out = append(out, rest+"/imod/aigc/v1/content/"+c.Collection.ID+"/"+t.ID)
			}
		}
		if len(out) == before {
			return nil, fmt.Errorf("collection %s has no final token", c.Collection.ID)
		}
	}
	var models struct{ Models []struct{ ID string } }
	if err := getJSON(ctx, rest+"/imod/imo/v1/models", &models); err != nil {
		return nil, err
	}
	for _, m := range models.Models {
		var list struct{ Challenges []struct{ URL string } }
		if err := getJSON(ctx, rest+"/imod/oracle/v1/models/"+m.ID+"/versions/1/challenges", &list); err != nil {
			return nil, err
		}
		for _, c := range list.Challenges {
			out = append(out, rest+c.URL)
		}
	}
	return out, nil
}

// checkMarks fetches every output and lets exiftool, which knows nothing of us, find the mark of each that is a picture.
func checkMarks(ctx context.Context, rest, dir string) (int, error) {
	urls, err := outputs(ctx, rest)
	if err != nil {
		return 0, err
	}
	found := 0
	for i, url := range urls {
		file := filepath.Join(dir, fmt.Sprintf("picture-%d.png", i))
		body, err := get(ctx, url)
		if err != nil {
			return found, err
		}
		if http.DetectContentType(body) != "image/png" {
			continue // a text, say
		}
		if err := os.WriteFile(file, body, 0o600); err != nil {
			return found, err
		}
		out, err := exec.CommandContext(ctx, "exiftool", "-s3", "-XMP-iptcExt:DigitalSourceType", file).Output()
		if err != nil {
			return found, fmt.Errorf("exiftool: %w", err)
		}
		if string(out) != sourceType+"\n" {
			return found, fmt.Errorf("%s has no mark: %q", url, out)
		}
		found++
	}
	if found < 4 {
		return found, fmt.Errorf("%d pictures, at least four challenges were made", found)
	}
	return found, nil
}

func getJSON(ctx context.Context, url string, into any) error {
	body, err := get(ctx, url)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

func get(ctx context.Context, url string) (body []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if body, err = io.ReadAll(response.Body); err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s: %s", url, response.Status, body)
	}
	return body, nil
}
