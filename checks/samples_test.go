package checks

import "encoding/base64"

func inBase64(data []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(data)) }
