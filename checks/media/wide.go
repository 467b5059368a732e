package media

import (
	"encoding/binary"
	"unicode"
)

// Wide tells text of two or four bytes a character, whether or not a byte order mark stands before it:
// "UTF-16 (little-endian)", "UTF-32 (big-endian)"; "" for none. Without a mark, UTF-16 shows only in scripts of which one
// byte of all characters is the same, or NUL.
func Wide(head []byte) string {
	switch {
	case isUTF32(head, binary.LittleEndian):
		return "UTF-32 (little-endian)"
	case isUTF32(head, binary.BigEndian):
		return "UTF-32 (big-endian)"
	case isLatinUTF16(head, 1) || isUTF16Block(head, 1):
		return "UTF-16 (little-endian)"
	case isLatinUTF16(head, 0) || isUTF16Block(head, 0):
		return "UTF-16 (big-endian)"
	}
	return ""
}

// isUTF32 reports whether bytes are characters of four bytes each.
func isUTF32(head []byte, order binary.ByteOrder) bool {
	const enough = 3
	if len(head)/4 < enough {
		return false
	}
	for ; len(head) >= 4; head = head[4:] {
		if !isWritten(rune(order.Uint32(head))) {
			return false
		}
	}
	return true
}

// isWritten reports whether a character is one that texts hold.
func isWritten(r rune) bool {
	return unicode.IsPrint(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r)
}

// isLatinUTF16 tells text of mostly Latin letters by its many NULs. Of two bytes, the high one is the first or the second.
func isLatinUTF16(head []byte, high int) bool {
	const enough, most = 8, 0.7
	var nuls [2]float64
	for i, c := range head {
		if c == 0 {
			nuls[i%2]++
		} else if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	half := float64(len(head) / 2)
	return half >= enough && nuls[high] >= most*half && nuls[1-high] == 0
}

// isUTF16Block tells text of another alphabet: nearly all of its characters are of one block of 256 or of Latin, and
// all of them are such as are written.
func isUTF16Block(head []byte, high int) bool {
	const enough, most, firstBlock = 8, 0.9, 0x03
	var blocks [0x20]float64 // further ones could be ASCII
	half := len(head) / 2
	for i := range half {
		unit := rune(head[2*i+high])<<8 | rune(head[2*i+1-high])
		if !isWritten(unit) {
			return false
		}
		if block := unit >> 8; int(block) < len(blocks) {
			blocks[block]++
		}
	}
	for block := firstBlock; block < len(blocks); block++ {
		inText := block == '\t' || block == '\n' || block == '\r'
		if !inText && blocks[block]*2 >= float64(half) && blocks[block]+blocks[0] >= most*float64(half) {
			return half >= enough
		}
	}
	return false
}
