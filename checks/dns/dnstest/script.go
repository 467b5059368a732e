package dnstest

import (
	"encoding/binary"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// Script is how a name server answers for a name. The zero Script says that the name exists, without an address.
type Script struct {
	A, AAAA     string // addresses with blanks between them
	Later       string // the IPv4 addresses from the second question on; "" for the same ones
	Code, Code6 dnsmessage.RCode
	Aliases     string // "owner target owner target"
	Zone        string // of the SOA record; "" for none
	Told        []Told
	Way         Way
	Lost        int // how many packets of each question are lost before one is answered
}

// Told is an extended error (RFC 8914) that a name server adds to its answers.
type Told struct {
	Code uint16
	Text string
}

// Way is what is wrong with a name server's answers beside what they say; "" for nothing.
type Way string

const (
	Silent             Way = "silent"
	SilentOnAAAA       Way = "silent on AAAA"
	Noise              Way = "noise"     // another protocol answers
	Truncated          Way = "truncated" // over UDP
	TruncatedTCPClosed Way = "truncated, TCP closed"
	NoRecursion        Way = "no recursion"
	OtherName          Way = "other name" // the records are of another one
	OtherQuestion      Way = "other question"
	OtherNumber        Way = "other number"
	CutShort           Way = "cut short"
)

// Reply returns the packet that goes back for a question with this number, over TCP or over UDP; nil for nothing.
func (s Script) Reply(id uint16, q dnsmessage.Question, stream bool) []byte {
	reply := replyTo(id, q)
	switch {
	case s.Way == Silent, s.Way == SilentOnAAAA && q.Type == dnsmessage.TypeAAAA:
		return nil
	case s.Way == Noise:
		return []byte("SSH-2.0-OpenSSH_9.6\r\n")
	case (s.Way == Truncated || s.Way == TruncatedTCPClosed) && !stream:
		reply.Truncated = true
		return packed(reply)
	}
	s.fill(&reply, q)
	return spoiled(reply, s.Way)
}

func replyTo(id uint16, q dnsmessage.Question) dnsmessage.Message {
	return dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, Response: true, RecursionDesired: true, RecursionAvailable: true},
		Questions: []dnsmessage.Question{q},
	}
}

// fill puts the records of the script into a reply.
func (s Script) fill(reply *dnsmessage.Message, q dnsmessage.Question) {
	owner, code := s.addAliases(reply, q), s.Code
	header := dnsmessage.ResourceHeader{Name: owner, Type: q.Type, Class: q.Class}
	if q.Type == dnsmessage.TypeA {
		for _, a := range strings.Fields(s.A) {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: netip.MustParseAddr(a).As4()}})
		}
	} else {
		code = s.Code6
		for _, a := range strings.Fields(s.AAAA) {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr(a).As16()}})
		}
	}
	if s.Zone != "" {
		zone := dnsmessage.MustNewName(s.Zone)
		reply.Authorities = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: zone, Type: dnsmessage.TypeSOA, Class: q.Class},
			Body:   &dnsmessage.SOAResource{NS: zone, MBox: zone},
		}}
	}
	var extra dnsmessage.ResourceHeader
	extra.SetEDNS0(1232, code, false)
	reply.RCode = code & 15
	reply.Additionals = []dnsmessage.Resource{{Header: extra, Body: &dnsmessage.OPTResource{Options: s.options()}}}
}

// addAliases puts the aliases into a reply and returns the name that owns the addresses.
func (s Script) addAliases(reply *dnsmessage.Message, q dnsmessage.Question) dnsmessage.Name {
	owner := q.Name
	fields := strings.Fields(s.Aliases)
	for i := 0; i+1 < len(fields); i += 2 {
		owner = dnsmessage.MustNewName(fields[i+1])
		reply.Answers = append(reply.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(fields[i]), Type: dnsmessage.TypeCNAME, Class: q.Class},
			Body:   &dnsmessage.CNAMEResource{CNAME: owner},
		})
	}
	if s.Way == OtherName {
		return dnsmessage.MustNewName("portal.example.net.")
	}
	return owner
}

// options are the EDNS options that hold the extended errors.
func (s Script) options() (options []dnsmessage.Option) {
	const extendedError = 15
	for _, e := range s.Told {
		options = append(options, dnsmessage.Option{Code: extendedError, Data: append(binary.BigEndian.AppendUint16(nil, e.Code), e.Text...)})
	}
	return options
}

// spoiled packs a reply and spoils it in one of the ways.
func spoiled(reply dnsmessage.Message, way Way) []byte {
	switch way {
	case NoRecursion:
		reply.RecursionAvailable = false
	case OtherNumber:
		reply.ID++
	case OtherQuestion:
		reply.Questions[0].Name = dnsmessage.MustNewName("other.example.org.")
	case CutShort:
		return packed(reply)[:20]
	}
	return packed(reply)
}

func packed(m dnsmessage.Message) []byte {
	b, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return b
}
