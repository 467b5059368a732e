package paste

// stub
type shownRequest struct{ body Span }

func requests(text string) []shownRequest                       { return nil }
func bodies(all []shownRequest) []Span                          { return nil }
func (r *report) request(shown []shownRequest, objects []value) {}
