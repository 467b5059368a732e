package media

import (
	"bufio"
	"compress/lzw"
	"encoding/binary"
	"fmt"
	"io"
)

const (
	gifImage, gifExtension, gifEnd = 0x2c, 0x21, 0x3b

	// gifPixels of an animation are decoded at most, in all frames together: about a second.
	gifPixels = 200_000_000
)

// walkGIF walks a GIF's blocks.
func walkGIF(data []byte) Shape {
	shape := Shape{Cut: cutImage}
	at := gifBlocks(data)
	for at < len(data) {
		switch data[at] {
		case gifEnd:
			return shape.ended(at+1, len(data))
		case gifExtension:
			at = afterSubBlocks(data, at+2)
		case gifImage:
			if at+10 > len(data) {
				return shape
			}
			shape.Frames++
			shape.Animated = shape.Frames > 1
			at = afterSubBlocks(data, at+10+gifPalette(data[at+9])+1)
		default:
			shape.Cut, shape.Flaw = "", fmt.Sprintf("no block begins at offset %d, where one should", at)
			return shape
		}
	}
	return shape
}

// gifBlocks returns where the blocks begin: after the header and the palette.
func gifBlocks(data []byte) int {
	const header = 13
	if len(data) < header {
		return len(data)
	}
	return header + gifPalette(data[10])
}

// gifPalette returns the size of the palette that flags announce.
func gifPalette(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// afterSubBlocks returns where a chain of sub-blocks ends, past the data where it does not.
func afterSubBlocks(data []byte, at int) int {
	for at < len(data) && data[at] != 0 {
		at += int(data[at]) + 1
	}
	return at + 1
}

// decodeGIF decodes the frames one by one without keeping a pixel.
func decodeGIF(r io.Reader) error {
	in := bufio.NewReader(r)
	var header [13]byte
	if _, err := io.ReadFull(in, header[:]); err != nil {
		return err
	}
	if _, err := in.Discard(gifPalette(header[10])); err != nil {
		return err
	}
	for pixels := 0; ; {
		kind, err := in.ReadByte()
		if err != nil || kind == gifEnd {
			return err
		}
		if kind == gifExtension {
			if _, err = in.Discard(1); err == nil {
				_, err = io.Copy(io.Discard, &subBlocks{in: in})
			}
		} else {
			pixels, err = decodeFrame(in, pixels)
		}
		if err != nil {
			return err
		}
	}
}

// decodeFrame decodes one frame after so many pixels before it, and returns the pixels in all.
func decodeFrame(in *bufio.Reader, before int) (int, error) {
	var head [9]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return 0, err
	}
	pixels := int(binary.LittleEndian.Uint16(head[4:])) * int(binary.LittleEndian.Uint16(head[6:]))
	if before+pixels > gifPixels {
		return 0, ErrTooManyPixels
	}
	if _, err := in.Discard(gifPalette(head[8])); err != nil {
		return 0, err
	}
	width, err := in.ReadByte()
	if err != nil {
		return 0, err
	}
	if width < 2 || width > 8 {
		return 0, fmt.Errorf("a frame has pixels of %d bits", width)
	}
	blocks := &subBlocks{in: in}
	codes := lzw.NewReader(blocks, lzw.LSB, int(width))
	defer codes.Close()
	if n, err := io.CopyN(io.Discard, codes, int64(pixels)); err != nil {
		return 0, fmt.Errorf("a frame ends after %d of %d pixels: %w", n, pixels, err)
	}
	_, err = io.Copy(io.Discard, blocks)
	return before + pixels, err
}

// subBlocks reads what a chain of sub-blocks holds.
type subBlocks struct {
	in   *bufio.Reader
	left int // of the block that is being read
	done bool
}

func (s *subBlocks) Read(p []byte) (int, error) {
	if s.left == 0 && !s.done {
		size, err := s.in.ReadByte()
		if err != nil {
			return 0, io.ErrUnexpectedEOF
		}
		s.left, s.done = int(size), size == 0
	}
	if s.done {
		return 0, io.EOF
	}
	n, err := s.in.Read(p[:min(len(p), s.left)])
	s.left -= n
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
