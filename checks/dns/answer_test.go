package dns

import (
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// FuzzAnswer holds that whatever a name server sends is read without harm, and that addresses are taken only from
// what the aliases of the asked name lead to.
func FuzzAnswer(f *testing.F) {
	asked := question{dnsmessage.Question{Name: dnsmessage.MustNewName("h.example.com."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}, 7}
	for _, c := range lookupCases {
		f.Add(c.script.Reply(asked.id, asked.Question, true))
	}
	f.Fuzz(func(t *testing.T, packet []byte) {
		a, err := readAnswer(packet, asked)
		if err != nil && len(a.addrs) > 0 {
			t.Fatalf("%v, and addresses %v", err, a.addrs)
		}
		if a.strangers && len(a.addrs) > 0 {
			t.Fatalf("addresses of another name: %v", a.addrs)
		}
		heard := &transcript{Query: Query{Host: "h.example.com"}, asked: []dnsmessage.Type{a.asked}, answers: []Answer{a}}
		if cause := heard.lookup(nil, nil).Cause; cause <= Whole || cause >= CauseCount {
			t.Fatalf("no address, of cause %d", cause)
		}
		if len(a.String()) > 1<<20 {
			t.Fatalf("%d bytes of words", len(a.String()))
		}
	})
}
