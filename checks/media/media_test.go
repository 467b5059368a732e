package media

import "testing"

// TestChecksums holds the three checksums against the check values of the catalogue of CRC algorithms.
func TestChecksums(t *testing.T) {
	const digits = "123456789"
	page := append(make([]byte, 27), digits...) // leading zeros do not change this sum
	if got := oggChecksum(page); got != 0x89A1897F {
		t.Errorf("Ogg: %#x", got)
	}
	if got := flacHeadSum([]byte(digits)); got != 0xF4 {
		t.Errorf("FLAC's frame header: %#x", got)
	}
	var sum uint16
	for _, c := range []byte(digits) {
		sum = sum<<8 ^ flacTable[byte(sum>>8)^c]
	}
	if sum != 0xFEE8 {
		t.Errorf("FLAC's frame: %#x", sum)
	}
}
